public import Failures
internal import CShim

extension Communicator {
    /// Returns when every rank has called it.
    public func barrier() throws(TesseraError) {
        let handle = try handle(for: "MPI_Barrier")
        try counting(.barrier, bytes: 0) { () throws(TesseraError) in try check(MPI_Barrier(handle), "MPI_Barrier") }
    }

    // MARK: Broadcast

    /// Copies the root's buffer into everyone's.
    public func broadcast<T: MessageElement>(
        _ buffer: inout MutableSpan<T>, from root: Int
    ) throws(TesseraError) {
        try buffer.withUnsafeMutableBufferPointer { (memory) throws(TesseraError) in
            try broadcast(memory.baseAddress, memory.count, T.datatype, from: root)
        }
    }

    /// The root's value, on every rank.
    public func broadcast<T: MessageElement>(_ value: T, from root: Int) throws(TesseraError) -> T {
        var value = value
        try withUnsafeMutablePointer(to: &value) { (memory) throws(TesseraError) in
            try broadcast(memory, 1, T.datatype, from: root)
        }
        return value
    }

    package func broadcast(
        _ buffer: UnsafeMutableRawPointer?, _ count: Int, _ datatype: Datatype, from root: Int
    ) throws(TesseraError) {
        let handle = try handle(for: "MPI_Bcast")
        let root = self.root(root, "broadcast")
        try counting(.broadcast, bytes: count * datatype.size) { () throws(TesseraError) in
            try LargeCount.with(count, datatype) { (count, type) throws(TesseraError) in
                try check(MPI_Bcast(buffer, count, type, root, handle), "MPI_Bcast")
            }
        }
    }

    // MARK: Reductions

    /// Combines the buffers of all ranks element by element; every rank gets the result in place.
    public func allReduce<T: MessageElement>(
        _ buffer: inout MutableSpan<T>, _ reduction: Reduction<T>
    ) throws(TesseraError) {
        try buffer.withUnsafeMutableBufferPointer { (memory) throws(TesseraError) in
            try allReduce(memory.baseAddress, memory.count, reduction)
        }
    }

    /// Combines one value of each rank.
    public func allReduce<T: MessageElement>(_ value: T, _ reduction: Reduction<T>) throws(TesseraError) -> T {
        var value = value
        try allReduce(&value, 1, reduction)
        return value
    }

    package func allReduce<T: MessageElement>(
        _ buffer: UnsafeMutablePointer<T>?, _ count: Int, _ reduction: Reduction<T>
    ) throws(TesseraError) {
        let handle = try handle(for: "MPI_Allreduce")
        try reduction.withOperation { (operation, datatype) throws(TesseraError) in
            try counting(.allReduce, bytes: count * datatype.size) { () throws(TesseraError) in
                try LargeCount.pieces(count) { (offset, piece) throws(TesseraError) in
                    try check(
                        MPI_Allreduce(
                            MPI_IN_PLACE, buffer.map { $0 + offset }, piece, datatype.handle, operation, handle),
                        "MPI_Allreduce")
                }
            }
        }
    }

    /// Combines the buffers of all ranks; the root's buffer holds the result, the others' are left as they are.
    public func reduce<T: MessageElement>(
        _ buffer: inout MutableSpan<T>, _ reduction: Reduction<T>, to root: Int
    ) throws(TesseraError) {
        try buffer.withUnsafeMutableBufferPointer { (memory) throws(TesseraError) in
            try reduce(memory.baseAddress, memory.count, reduction, to: root)
        }
    }

    package func reduce<T: MessageElement>(
        _ buffer: UnsafeMutablePointer<T>?, _ count: Int, _ reduction: Reduction<T>, to root: Int
    ) throws(TesseraError) {
        let handle = try handle(for: "MPI_Reduce")
        let isRoot = rank == root
        let root = self.root(root, "reduce")
        try reduction.withOperation { (operation, datatype) throws(TesseraError) in
            try counting(.reduce, bytes: count * datatype.size) { () throws(TesseraError) in
                try LargeCount.pieces(count) { (offset, piece) throws(TesseraError) in
                    let part = UnsafeMutableRawPointer(buffer.map { $0 + offset })
                    try check(
                        MPI_Reduce(
                            isRoot ? MPI_IN_PLACE : part, isRoot ? part : nil, piece, datatype.handle, operation,
                            root, handle),
                        "MPI_Reduce")
                }
            }
        }
    }

    /// Rank r gets the combination of ranks 0 ... r.
    public func scan<T: MessageElement>(
        _ buffer: inout MutableSpan<T>, _ reduction: Reduction<T>
    ) throws(TesseraError) {
        let handle = try handle(for: "MPI_Scan")
        try buffer.withUnsafeMutableBufferPointer { (memory) throws(TesseraError) in
            try reduction.withOperation { (operation, datatype) throws(TesseraError) in
                try counting(.scan, bytes: memory.count * datatype.size) { () throws(TesseraError) in
                    try LargeCount.pieces(memory.count) { (offset, piece) throws(TesseraError) in
                        try check(
                            MPI_Scan(
                                MPI_IN_PLACE, memory.baseAddress.map { $0 + offset }, piece, datatype.handle,
                                operation, handle), "MPI_Scan")
                    }
                }
            }
        }
    }

    /// The combination of ranks 0 ... r, of one value each.
    public func scan<T: MessageElement>(_ value: T, _ reduction: Reduction<T>) throws(TesseraError) -> T {
        var one = [value]
        var span = one.mutableSpan
        try scan(&span, reduction)
        return one[0]
    }
}
