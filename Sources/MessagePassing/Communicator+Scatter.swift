public import Failures
internal import CShim

// Scatters: the root's values in parts, one for each rank. The root first tells the ranks their lengths, which counts
// as agreement; so a list that cannot be cut is refused on all ranks.

extension Communicator {
    /// Cuts the root's values into `size` parts of one length; rank r gets part r. Other ranks may pass nil.
    ///
    /// - Throws: on all ranks `TesseraError.argument` when the root's values do not
    ///   divide evenly.
    public func scatter<T: MessageElement>(_ values: [T]?, from root: Int) throws(TesseraError) -> [T] {
        let handle = try handle(for: "MPI_Scatter")
        let isRoot = rank == root
        let root = self.root(root, "scatter")
        let total = try told(isRoot ? values?.count ?? 0 : 0, by: root)
        guard total.isMultiple(of: size) else {
            throw .argument(routine: "scatter", name: "values", expected: "a multiple of \(size)", found: "\(total)")
        }
        let count = total / size
        return try counting(.scatter, bytes: count * T.datatype.size) { () throws(TesseraError) in
            try exchanged(isRoot ? values ?? [] : [], count: count, total: count) {
                (outgoing, incoming, count, type) throws(TesseraError) in
                try check(MPI_Scatter(outgoing, count, type, incoming, count, type, root, handle), "MPI_Scatter")
            }
        }
    }

    /// Rank r gets part r of the root's, whatever their lengths. Other ranks may pass nil.
    ///
    /// - Throws: on all ranks `TesseraError.argument` when the root does not have one
    ///   part for each rank.
    public func scatterVarying<T: MessageElement>(_ parts: [[T]]?, from root: Int) throws(TesseraError) -> [T] {
        let handle = try handle(for: "MPI_Scatterv")
        let isRoot = rank == root
        let root = self.root(root, "scatterVarying")
        let parts = isRoot ? parts ?? [] : []
        let numberOfParts = try told(parts.count, by: root)
        guard numberOfParts == size else {
            throw .argument(
                routine: "scatterVarying", name: "parts", expected: "\(size) parts", found: "\(numberOfParts)")
        }
        let none = [Int](repeating: 0, count: size)
        let counts = isRoot ? parts.map(\.count) : none
        let total = try told(counts.reduce(0, +), by: root)
        let count = try toldEach(counts, by: root)
        return try counting(.scatter, bytes: count * T.datatype.size) { () throws(TesseraError) in
            try unsafeArray(count: count) { (own: UnsafeMutablePointer<T>?) throws(TesseraError) in
                try Array(parts.joined()).withUnsafeBufferPointer { (all) throws(TesseraError) in
                    if total > LargeCount.limit {
                        var receiving = none
                        receiving[Int(root)] = count
                        return try exchangeLarge(
                            all.baseAddress, counts, exclusiveSums(counts), own, receiving, none, T.datatype)
                    }
                    try check(
                        MPI_Scatterv(
                            all.baseAddress, counts.map(Int32.init), exclusiveSums(counts).map(Int32.init),
                            T.datatype.handle, own, Int32(count), T.datatype.handle, root, handle), "MPI_Scatterv")
                }
            }
        }
    }

    /// The root's number, on every rank. Counted as agreement.
    private func told(_ value: Int, by root: Int32) throws(TesseraError) -> Int {
        let handle = try handle(for: "MPI_Bcast")
        let start = MPI_Wtime()
        var value = value
        try check(MPI_Bcast(&value, 1, MPI_INT64_T, root, handle), "MPI_Bcast")
        traffic.count(.agreement, bytes: 8, seconds: MPI_Wtime() - start)
        return value
    }

    /// The root's number for this rank. Counted as agreement.
    private func toldEach(_ values: [Int], by root: Int32) throws(TesseraError) -> Int {
        let handle = try handle(for: "MPI_Scatter")
        let start = MPI_Wtime()
        var own = 0
        try check(MPI_Scatter(values, 1, MPI_INT64_T, &own, 1, MPI_INT64_T, root, handle), "MPI_Scatter")
        traffic.count(.agreement, bytes: 8, seconds: MPI_Wtime() - start)
        return own
    }
}
