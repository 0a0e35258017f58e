// Moving a rectangle of one distributed matrix into a rectangle of another: any layouts, any two grids over the same
// ranks, transposed or conjugated on the way. Redistribution, transposition, sub-matrix copies, gather to one rank and
// scatter from one are this one operation.
//
// Every rank packs, for each destination, its elements in the global column-major order of the source rectangle; the
// receiver walks its own elements in that same order, so that no index travels. Each element crosses once:
//   words sent <= m n over all ranks, one all-to-all exchange, two buffers of a rank's share.
// The loops over elements are compiled for each of the four scalar types: a generic one costs several times as much.
// (Prylli and Tourancheau, "Fast runtime block cyclic data redistribution", JPDC 1997, describe the general problem.)

internal import ComplexModule
public import Failures
public import LinearAlgebra
internal import MessagePassing

extension DistributedMatrix {
    /// Replaces the rectangle whose first element is (row, column) by op(source). Collective.
    ///
    /// - Parameters:
    ///   - source: what to copy; on the same ranks, in any layout and on any grid over them.
    ///   - operation: none, transpose or conjugate transpose.
    ///   - row: the first global row to replace.
    ///   - column: the first global column to replace.
    /// - Throws, on all ranks: `TesseraError.argument` where op(source) does not fit;
    ///   `TesseraError.memory` where a node cannot give the two buffers.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    @specialized(where Scalar == Complex<Float>)
    @specialized(where Scalar == Complex<Double>)
    public mutating func replace(
        with source: DistributedMatrixView<Scalar>, operation: Transpose = .none, atRow row: Int = 0,
        column: Int = 0
    ) throws(TesseraError) {
        let shape = operation == .none ? (source.rows, source.columns) : (source.columns, source.rows)
        let (targetRows, targetColumns, ranks) = (rows, columns, grid.size)
        let (layout, communicator) = (layout, grid.communicator)
        try communicator.agree(
            "replace",
            on: layout.words + source.layout.words + [
                source.rowRange.lowerBound, source.rows, source.columnRange.lowerBound, source.columns, row, column,
                Int(operation.letter),
            ]
        ) { () throws(TesseraError) in
            guard row >= 0, column >= 0, row + shape.0 <= targetRows, column + shape.1 <= targetColumns else {
                throw .argument(
                    routine: "replace", name: "source", expected: "a rectangle inside \(targetRows)x\(targetColumns)",
                    found: "\(shape.0)x\(shape.1) at (\(row), \(column))")
            }
            guard source.grid.size == ranks else {
                throw .argument(
                    routine: "replace", name: "source", expected: "a matrix on the same \(ranks) ranks",
                    found: "a grid of \(source.grid.size)")
            }
            try communicator.requireMemory(
                parcelMemory(source, operation, layout, atRow: row, column: column),
                for: "the messages of a \(shape.0)x\(shape.1) matrix")
        }
        let base = UnsafeMutablePointer(storage)
        communicator.collectively("replace") { () throws(TesseraError) in
            let outgoing = Parcel(packing: source, operation, for: layout, of: grid, atRow: row, column: column)
            let incoming = Parcel(
                emptyFor: source, operation, layout, on: grid, atRow: row, column: column)
            try communicator.allToAll(
                outgoing.memory, outgoing.counts, exclusiveSums(outgoing.counts), incoming.memory, incoming.counts,
                exclusiveSums(incoming.counts), Scalar.datatype)
            incoming.unpack(
                from: source, operation, into: base, leadingDimension, layout, on: grid, atRow: row, column: column)
        }
    }

    /// The same matrix in another layout, on this or another grid of the same ranks. Collective.
    ///
    /// - Parameters:
    ///   - layout: for as many process rows and columns as the grid has.
    ///   - grid: nil for the grid of this matrix.
    /// - Throws, on all ranks: `TesseraError.argument` for a layout of another grid, or a grid of other ranks;
    ///   `TesseraError.memory` where a node cannot give its ranks' shares and messages.
    public borrowing func redistributed(
        to layout: MatrixLayout, on grid: ProcessGrid? = nil
    ) throws(TesseraError) -> DistributedMatrix {
        var result = try DistributedMatrix(zeros: layout, on: grid ?? self.grid)
        try result.replace(with: view)
        return result
    }

    /// Aᵀ or Aᴴ, with the block size of A, on the same grid. Collective.
    ///
    /// - Throws: `TesseraError.memory` on all ranks where a node cannot give its ranks' shares and messages.
    public borrowing func transposed(conjugate: Bool = false) throws(TesseraError) -> DistributedMatrix {
        let swapped = MatrixLayout(
            rows: BlockCyclic(extent: columns, block: layout.columns.block, parts: grid.rows),
            columns: BlockCyclic(extent: rows, block: layout.rows.block, parts: grid.columns))
        var result = try DistributedMatrix(zeros: swapped, on: grid)
        try result.replace(with: view, operation: conjugate ? .conjugateTranspose : .transpose)
        return result
    }

    /// The whole matrix on one rank, nil on the others: for small ones. Collective.
    ///
    /// - Throws, on all ranks: `TesseraError.argument` where `root` is no rank;
    ///   `TesseraError.memory` where the root's node cannot give a whole matrix.
    public borrowing func gathered(to root: Int = 0) throws(TesseraError) -> Matrix<Scalar>? {
        try view.gathered(to: root)
    }

    /// Deals a matrix that `root` holds; the other ranks pass nil. Collective.
    ///
    /// - Throws, on all ranks: `TesseraError.argument` where the root's matrix is missing or has another shape;
    ///   `TesseraError.memory` where a node cannot give the shares, or the root's a second matrix.
    public static func scattered(
        _ matrix: MatrixView<Scalar>?, rows: Int, columns: Int, block: Int? = nil, from root: Int = 0,
        on grid: ProcessGrid
    ) throws(TesseraError) -> DistributedMatrix {
        let shape = if let matrix { "\(matrix.rows)x\(matrix.columns)" } else { "no matrix" }
        try grid.communicator.agree("scattered", on: [rows, columns, block ?? 0, root]) { () throws(TesseraError) in
            try requireRoot(root, of: grid, "scattered")
            guard grid.rank != root || shape == "\(rows)x\(columns)" else {
                throw .argument(
                    routine: "scattered", name: "matrix", expected: "\(rows)x\(columns) on rank \(root)", found: shape)
            }
        }
        let whole = try DistributedMatrix(
            zeros: MatrixLayout(rows: rows, columns: columns, wholeOn: root, of: grid), on: grid)
        if grid.rank == root, let matrix {
            for j in 0..<columns {
                for i in 0..<rows { whole.storage[i + j * whole.leadingDimension] = matrix[i, j] }
            }
        }
        var result = try DistributedMatrix(rows: rows, columns: columns, block: block, on: grid)
        try result.replace(with: whole.view)
        return result
    }
}

extension DistributedMatrixView {
    /// The rectangle as a matrix of its own, in square blocks, on the same grid. Collective.
    public func copied(block: Int? = nil) throws(TesseraError) -> DistributedMatrix<Scalar> {
        var result = try DistributedMatrix<Scalar>(
            rows: rows, columns: columns, block: block ?? layout.rows.block, on: grid)
        try result.replace(with: self)
        return result
    }

    /// The rectangle on one rank, nil on the others: for small ones. Collective.
    ///
    /// - Throws, on all ranks: `TesseraError.argument` where `root` is no rank;
    ///   `TesseraError.memory` where the root's node cannot give a whole matrix.
    public func gathered(to root: Int = 0) throws(TesseraError) -> Matrix<Scalar>? {
        let home = grid
        let (m, n, size) = (rows, columns, MemoryLayout<Scalar>.stride)
        try home.communicator.agree("gathered", on: [root]) { () throws(TesseraError) in
            try requireRoot(root, of: home, "gathered")
            // As it arrives, and as it is handed over.
            let arrival = MatrixLayout(rows: m, columns: n, wholeOn: root, of: home).memory(scalarBytes: size)
            try home.communicator.requireMemory(
                arrival + MemoryDemand(onOneRank: saturatingProduct(m, n, size)), for: "a \(m)x\(n) matrix on one rank")
        }
        var whole = DistributedMatrix<Scalar>(
            workspace: MatrixLayout(rows: rows, columns: columns, wholeOn: root, of: grid), on: grid)
        try whole.replace(with: self)
        guard grid.rank == root else { return nil }
        var result = Matrix<Scalar>(rows: rows, columns: columns)
        for j in 0..<columns { for i in 0..<rows { result[i, j] = whole.storage[i + j * whole.leadingDimension] } }
        return result
    }
}

/// What the two parcels of a copy take: each rank's part of the source, and its part of the target.
private func parcelMemory<Scalar: LinearScalar>(
    _ source: DistributedMatrixView<Scalar>, _ operation: Transpose, _ layout: MatrixLayout, atRow row: Int, column: Int
) -> MemoryDemand {
    let size = MemoryLayout<Scalar>.stride
    let (height, width) =
        operation == .none ? (source.rows, source.columns) : (source.columns, source.rows)
    let outgoing = saturatingProduct(
        source.layout.rows.largestShare(of: source.rowRange),
        source.layout.columns.largestShare(of: source.columnRange), size)
    let incoming = saturatingProduct(
        layout.rows.largestShare(of: row..<row + height), layout.columns.largestShare(of: column..<column + width), size
    )
    return MemoryDemand(
        largest: saturatingSum(outgoing, incoming), total: saturatingProduct(2, height, width, size))
}

/// The elements that one rank sends, or receives, sorted by partner.
private struct Parcel<Scalar: LinearScalar>: ~Copyable {
    let memory: UnsafeMutablePointer<Scalar>
    /// Elements for each partner, in the order of ranks.
    let counts: [Int]

    deinit { freeAligned(memory) }

    /// Packs this rank's part of the source by destination.
    init(
        packing source: DistributedMatrixView<Scalar>, _ operation: Transpose, for layout: MatrixLayout,
        of grid: ProcessGrid, atRow row: Int, column: Int
    ) {
        // Where each of this rank's source rows (columns) goes: to which part of the target's rows or columns.
        let home = source.grid
        let rowsHere = source.layout.rows.localRange(source.rowRange, on: home.row)
        let columnsHere = source.layout.columns.localRange(source.columnRange, on: home.column)
        let rowTarget = operation == .none ? layout.rows : layout.columns
        let columnTarget = operation == .none ? layout.columns : layout.rows
        let rowShift = (operation == .none ? row : column) - source.rowRange.lowerBound
        let columnShift = (operation == .none ? column : row) - source.columnRange.lowerBound
        let rowsByPart = grouped(rowsHere, by: rowTarget.parts) {
            rowTarget.owner(of: GlobalIndex(source.layout.rows.global(LocalIndex($0), on: home.row).value + rowShift))
        }
        let columnParts = columnsHere.map {
            columnTarget.owner(
                of: GlobalIndex(source.layout.columns.global(LocalIndex($0), on: home.column).value + columnShift))
        }
        func rank(_ rowPart: Int, _ columnPart: Int) -> Int {
            operation == .none
                ? grid.rank(row: rowPart, column: columnPart) : grid.rank(row: columnPart, column: rowPart)
        }

        var counts = [Int](repeating: 0, count: grid.size)
        for part in columnParts {
            for (rowPart, runs) in rowsByPart.enumerated() {
                for run in runs { counts[rank(rowPart, part)] += run.count }
            }
        }
        self.counts = counts
        memory = allocateAligned(counts.reduce(0, +), of: Scalar.self)

        var positions = exclusiveSums(counts)
        for (j, columnPart) in zip(columnsHere, columnParts) {
            let elements = source.storage + j * source.leadingDimension
            for (rowPart, runs) in rowsByPart.enumerated() {
                var position = positions[rank(rowPart, columnPart)]
                for run in runs {
                    (memory + position).update(from: elements + run.lowerBound, count: run.count)
                    position += run.count
                }
                positions[rank(rowPart, columnPart)] = position
            }
        }
    }

    /// Room for what arrives at this rank.
    init(
        emptyFor source: DistributedMatrixView<Scalar>, _ operation: Transpose, _ layout: MatrixLayout,
        on grid: ProcessGrid, atRow row: Int, column: Int
    ) {
        let walk = ArrivalWalk(source, operation, layout, on: grid, atRow: row, column: column)
        var counts = [Int](repeating: 0, count: grid.size)
        for (_, columnPart) in walk.sourceColumns {
            for (rowPart, runs) in walk.sourceRowsByPart.enumerated() {
                for run in runs { counts[source.grid.rank(row: rowPart, column: columnPart)] += run.count }
            }
        }
        self.counts = counts
        memory = allocateAligned(counts.reduce(0, +), of: Scalar.self)
    }

    /// Puts what has arrived into its place.
    func unpack(
        from source: DistributedMatrixView<Scalar>, _ operation: Transpose, into base: UnsafeMutablePointer<Scalar>,
        _ leadingDimension: Int, _ layout: MatrixLayout, on grid: ProcessGrid, atRow row: Int, column: Int
    ) {
        let walk = ArrivalWalk(source, operation, layout, on: grid, atRow: row, column: column)
        let rowStride = operation == .none ? 1 : leadingDimension
        let columnStride = operation == .none ? leadingDimension : 1
        var positions = exclusiveSums(counts)
        for (j, columnPart) in walk.sourceColumns {
            let target = base + j * columnStride
            for (rowPart, runs) in walk.sourceRowsByPart.enumerated() {
                let partner = source.grid.rank(row: rowPart, column: columnPart)
                var position = positions[partner]
                for run in runs {
                    let elements = memory + position
                    switch operation {
                    case .none:
                        (target + run.lowerBound).update(from: elements, count: run.count)
                    case .transpose:
                        for i in 0..<run.count { target[(run.lowerBound + i) * rowStride] = elements[i] }
                    case .conjugateTranspose:
                        for i in 0..<run.count { target[(run.lowerBound + i) * rowStride] = elements[i].conjugate }
                    }
                    position += run.count
                }
                positions[partner] = position
            }
        }
    }
}

/// This rank's elements of the target rectangle in the order of the source's columns and rows.
private struct ArrivalWalk {
    /// For each source column that arrives here, ascending: the target's local index and the part that sends it.
    let sourceColumns: [(Int, Int)]
    /// The target's local indices along the source's rows, ascending, by the part that sends them.
    let sourceRowsByPart: [[Range<Int>]]

    init<Scalar: LinearScalar>(
        _ source: DistributedMatrixView<Scalar>, _ operation: Transpose, _ layout: MatrixLayout,
        on grid: ProcessGrid, atRow row: Int, column: Int
    ) {
        let plain = operation == .none
        let rowMap = plain ? layout.rows : layout.columns
        let rowPart = plain ? grid.row : grid.column
        let rowStart = plain ? row : column
        let columnMap = plain ? layout.columns : layout.rows
        let columnPart = plain ? grid.column : grid.row
        let columnStart = plain ? column : row
        let (sourceRows, sourceLayout) = (source.rowRange, source.layout)
        let sourceColumnRange = source.columnRange
        let rowsHere = rowMap.localRange(rowStart..<rowStart + sourceRows.count, on: rowPart)
        sourceRowsByPart = grouped(rowsHere, by: source.grid.rows) {
            let global = rowMap.global(LocalIndex($0), on: rowPart).value - rowStart + sourceRows.lowerBound
            return sourceLayout.rows.owner(of: GlobalIndex(global))
        }
        sourceColumns = columnMap.localRange(columnStart..<columnStart + sourceColumnRange.count, on: columnPart).map {
            let global =
                columnMap.global(LocalIndex($0), on: columnPart).value - columnStart + sourceColumnRange.lowerBound
            return ($0, sourceLayout.columns.owner(of: GlobalIndex(global)))
        }
    }
}

/// Runs of indices by the part they belong to, in order.
private func grouped(_ indices: Range<Int>, by parts: Int, _ part: (Int) -> Int) -> [[Range<Int>]] {
    var groups = [[Range<Int>]](repeating: [], count: parts)
    for index in indices {
        let own = part(index)
        if let last = groups[own].last, last.upperBound == index {
            groups[own][groups[own].count - 1] = last.lowerBound..<index + 1
        } else {
            groups[own].append(index..<index + 1)
        }
    }
    return groups
}

/// Refuses a root that is not a rank.
private func requireRoot(_ root: Int, of grid: ProcessGrid, _ routine: String) throws(TesseraError) {
    guard (0..<grid.size).contains(root) else {
        throw .argument(routine: routine, name: "root", expected: "a rank below \(grid.size)", found: "\(root)")
    }
}
