public import Failures
internal import CShim

// Gathers. The varying forms take parts of different lengths; the ranks first tell each other how long they are, which
// counts as agreement.

extension Communicator {
    /// Every rank's value, in rank order, on every rank.
    public func allGather<T: MessageElement>(_ value: T) throws(TesseraError) -> [T] {
        try allGather([value])
    }

    /// Every rank's values, in rank order, on every rank. All ranks pass the same number of values.
    public func allGather<T: MessageElement>(_ values: [T]) throws(TesseraError) -> [T] {
        let handle = try handle(for: "MPI_Allgather")
        return try counting(.allGather, bytes: values.count * T.datatype.size) { () throws(TesseraError) in
            try exchanged(values, count: values.count, total: values.count * size) {
                (outgoing, incoming, count, type) throws(TesseraError) in
                try check(MPI_Allgather(outgoing, count, type, incoming, count, type, handle), "MPI_Allgather")
            }
        }
    }

    /// Every rank's values, whatever their number, in rank order, on every rank.
    public func allGatherVarying<T: MessageElement>(_ values: [T]) throws(TesseraError) -> [[T]] {
        let counts = try lengths(values.count)
        let whole = try unsafeArray(count: counts.reduce(0, +)) {
            (all: UnsafeMutablePointer<T>?) throws(TesseraError) in
            try values.withUnsafeBufferPointer { (memory) throws(TesseraError) in
                try allGather(memory.baseAddress, all, counts, exclusiveSums(counts), T.datatype)
            }
        }
        return parts(of: whole, counts)
    }

    /// Every rank's values, in rank order, on the root; nil elsewhere. All ranks pass the same number of values.
    public func gather<T: MessageElement>(_ values: [T], to root: Int) throws(TesseraError) -> [T]? {
        let handle = try handle(for: "MPI_Gather")
        let isRoot = rank == root
        let root = self.root(root, "gather")
        let all = try counting(.gather, bytes: values.count * T.datatype.size) { () throws(TesseraError) in
            try exchanged(values, count: values.count, total: isRoot ? values.count * size : 0) {
                (outgoing, incoming, count, type) throws(TesseraError) in
                try check(MPI_Gather(outgoing, count, type, incoming, count, type, root, handle), "MPI_Gather")
            }
        }
        return isRoot ? all : nil
    }

    /// Every rank's values, whatever their number, in rank order, on the root; nil elsewhere.
    public func gatherVarying<T: MessageElement>(_ values: [T], to root: Int) throws(TesseraError) -> [[T]]? {
        let handle = try handle(for: "MPI_Gatherv")
        let isRoot = rank == root
        let root = self.root(root, "gatherVarying")
        let counts = try lengths(values.count)
        let places = exclusiveSums(counts)
        let total = counts.reduce(0, +)
        let whole = try counting(.gather, bytes: values.count * T.datatype.size) { () throws(TesseraError) in
            try unsafeArray(count: isRoot ? total : 0) { (all: UnsafeMutablePointer<T>?) throws(TesseraError) in
                try values.withUnsafeBufferPointer { (memory) throws(TesseraError) in
                    if total > LargeCount.limit {
                        var sending = [Int](repeating: 0, count: size)
                        sending[Int(root)] = values.count
                        let none = [Int](repeating: 0, count: size)
                        return try exchangeLarge(
                            memory.baseAddress, sending, none, all, isRoot ? counts : none, places, T.datatype)
                    }
                    try check(
                        MPI_Gatherv(
                            memory.baseAddress, Int32(values.count), T.datatype.handle, all, counts.map(Int32.init),
                            places.map(Int32.init), T.datatype.handle, root, handle), "MPI_Gatherv")
                }
            }
        }
        return isRoot ? parts(of: whole, counts) : nil
    }

    // MARK: Helpers

    /// Every rank's number, on every rank: the lengths of what follows. Counted as agreement.
    func lengths(_ own: Int) throws(TesseraError) -> [Int] {
        let handle = try handle(for: "MPI_Allgather")
        let start = MPI_Wtime()
        var own = own
        var all = [Int](repeating: 0, count: size)
        try check(MPI_Allgather(&own, 1, MPI_INT64_T, &all, 1, MPI_INT64_T, handle), "MPI_Allgather")
        traffic.count(.agreement, bytes: 8, seconds: MPI_Wtime() - start)
        return all
    }

    /// A new array of `total` elements that `body` fills from `values`, with MPI's form of `count`.
    func exchanged<T: MessageElement>(
        _ values: [T], count: Int, total: Int,
        _ body: (UnsafeRawPointer?, UnsafeMutableRawPointer?, Int32, OpaquePointer) throws(TesseraError) -> Void
    ) throws(TesseraError) -> [T] {
        try unsafeArray(count: total) { (incoming: UnsafeMutablePointer<T>?) throws(TesseraError) in
            try values.withUnsafeBufferPointer { (outgoing) throws(TesseraError) in
                try LargeCount.with(count, T.datatype) { (count, type) throws(TesseraError) in
                    try body(outgoing.baseAddress, incoming, count, type)
                }
            }
        }
    }

    /// The consecutive parts of these lengths.
    func parts<T>(of whole: [T], _ counts: [Int]) -> [[T]] {
        zip(exclusiveSums(counts), counts).map { Array(whole[$0..<$0 + $1]) }
    }
}
