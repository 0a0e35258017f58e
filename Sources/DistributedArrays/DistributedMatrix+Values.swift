public import Failures
internal import LinearAlgebra
internal import MessagePassing

extension DistributedMatrix {
    /// All elements on every rank, column by column without gaps: for vectors and small matrices. Collective.
    ///
    /// - Throws: `TesseraError.memory` on all ranks where a node cannot give each of its ranks a whole matrix.
    public borrowing func everywhere() throws(TesseraError) -> [Scalar] {
        let (m, n, communicator) = (rows, columns, grid.communicator)
        try communicator.agree("everywhere") { () throws(TesseraError) in
            let bytes = saturatingProduct(m, n, MemoryLayout<Scalar>.stride)
            try communicator.requireMemory(
                MemoryDemand(onEachOf: communicator.size, bytes), for: "a \(m)x\(n) matrix on every rank")
        }
        let whole = try gathered(to: 0)
        var values = [Scalar](repeating: .zero, count: rows * columns)
        if let whole {
            for j in 0..<columns { for i in 0..<rows { values[i + j * rows] = whole[i, j] } }
        }
        var span = values.mutableSpan
        try grid.communicator.broadcast(&span, from: 0)
        return values
    }

    /// One element on every rank. Collective.
    ///
    /// - Throws: `TesseraError.argument` on all ranks for an index outside the matrix.
    public borrowing func value(_ i: Int, _ j: Int) throws(TesseraError) -> Scalar {
        let (m, n) = (rows, columns)
        try grid.communicator.agree("value", on: [i, j]) { () throws(TesseraError) in
            guard (0..<m).contains(i), (0..<n).contains(j) else {
                throw .argument(
                    routine: "value", name: "index", expected: "an element of \(m)x\(n)", found: "(\(i), \(j))")
            }
        }
        let owner = (layout.rows.owner(of: GlobalIndex(i)), layout.columns.owner(of: GlobalIndex(j)))
        var value = Scalar.zero
        if owner == (grid.row, grid.column) {
            let local = (layout.rows.local(GlobalIndex(i)).value, layout.columns.local(GlobalIndex(j)).value)
            value = storage[local.0 + local.1 * leadingDimension]
        }
        return try grid.communicator.broadcast(value, from: grid.rank(row: owner.0, column: owner.1))
    }
}
