public import Failures
internal import CShim

// Gathers and scatters. The forms with counts take parts of different lengths; a part's place in the whole is the sum of
// the counts before it.

extension Communicator {
    /// Every rank's value, in rank order, on every rank.
    public func allGather<T: MessageElement>(_ value: T) throws(TesseraError) -> [T] {
        try allGather([value])
    }

    /// Every rank's values, in rank order, on every rank. All ranks pass the same number of values.
    public func allGather<T: MessageElement>(_ values: [T]) throws(TesseraError) -> [T] {
        let handle = try handle(for: "MPI_Allgather")
        guard let filler = values.first else { return [] }
        var all = [T](repeating: filler, count: values.count * size)
        try counting(.allGather, bytes: values.count * T.datatype.size) { () throws(TesseraError) in
            try LargeCount.with(values.count, T.datatype) { (count, type) throws(TesseraError) in
                try check(MPI_Allgather(values, count, type, &all, count, type, handle), "MPI_Allgather")
            }
        }
        return all
    }

    /// Every rank's values, in rank order, on every rank; ranks may pass different numbers of values.
    public func allGatherVarying<T: MessageElement>(_ values: [T]) throws(TesseraError) -> [[T]] {
        let counts = try allGather(values.count)
        let whole = try allToAllVarying(
            Array(repeatElement(values, count: size).joined()), sending: Array(repeating: values.count, count: size),
            receiving: counts, as: .allGather)
        var offset = 0
        return counts.map { count in
            defer { offset += count }
            return Array(whole[offset..<offset + count])
        }
    }

    /// Every rank's values, in rank order, on the root; empty elsewhere. All ranks pass the same number of values.
    public func gather<T: MessageElement>(_ values: [T], to root: Int) throws(TesseraError) -> [T] {
        let handle = try handle(for: "MPI_Gather")
        guard let filler = values.first else { return [] }
        var all = rank == root ? [T](repeating: filler, count: values.count * size) : []
        try counting(.gather, bytes: values.count * T.datatype.size) { () throws(TesseraError) in
            try LargeCount.with(values.count, T.datatype) { (count, type) throws(TesseraError) in
                try check(
                    MPI_Gather(values, count, type, &all, count, type, Int32(clamping: root), handle), "MPI_Gather")
            }
        }
        return all
    }

    /// Every rank's values, whatever their number, on the root in rank order; nil elsewhere.
    public func gatherVarying<T: MessageElement>(
        _ values: [T], to root: Int
    ) throws(TesseraError) -> [[T]]? {
        let counts = try allGather(values.count)
        var sending = Array(repeating: 0, count: size)
        if root >= 0, root < size { sending[root] = values.count }
        let whole = try allToAllVarying(
            values, sending: sending, receiving: rank == root ? counts : Array(repeating: 0, count: size), as: .gather)
        guard rank == root else { return nil }
        var offset = 0
        return counts.map { count in
            defer { offset += count }
            return Array(whole[offset..<offset + count])
        }
    }

    /// Cuts the root's values into `size` equal parts; rank r gets part r.
    ///
    /// - Parameter count: the values each rank gets.
    public func scatter<T: MessageElement>(
        _ values: [T], count: Int, filler: T, from root: Int
    ) throws(TesseraError) -> [T] {
        let handle = try handle(for: "MPI_Scatter")
        var part = [T](repeating: filler, count: count)
        try counting(.scatter, bytes: count * T.datatype.size) { () throws(TesseraError) in
            try LargeCount.with(count, T.datatype) { (count, type) throws(TesseraError) in
                try check(
                    MPI_Scatter(values, count, type, &part, count, type, Int32(clamping: root), handle), "MPI_Scatter")
            }
        }
        return part
    }

    /// Cuts the root's values into parts of `counts`; rank r gets part r. Other ranks pass anything.
    public func scatterVarying<T: MessageElement>(
        _ values: [T], counts: [Int], from root: Int
    ) throws(TesseraError) -> [T] {
        var own = [0]
        own = try scatter(rank == root ? counts : [], count: 1, filler: 0, from: root)
        var receiving = Array(repeating: 0, count: size)
        if root >= 0, root < size { receiving[root] = own[0] }
        return try allToAllVarying(
            rank == root ? values : [], sending: rank == root ? counts : Array(repeating: 0, count: size),
            receiving: receiving, as: .scatter)
    }
}
