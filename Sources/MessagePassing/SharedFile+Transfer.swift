public import Failures
internal import CShim

// Collective reads and writes. Each takes part of the file on every rank, possibly none: a contiguous run of bytes, or
// a pattern given by a file view. Cost: the bytes, and one agreement before and after each gibibyte of the largest
// part.

extension SharedFile {
    /// Bytes that go through MPI-IO in one call.
    nonisolated(unsafe) package static var roundLimit = 1 << 30

    private enum Direction { case reading, writing }

    // MARK: Spans

    /// Fills the buffer with the bytes from `offset` on, each rank its own. Collective.
    public mutating func read<T: MessageElement>(
        into buffer: inout MutableSpan<T>, at offset: Int
    ) throws(TesseraError) {
        try buffer.withUnsafeMutableBufferPointer { (memory) throws(TesseraError) in
            try read(into: memory.baseAddress, memory.count * T.datatype.size, at: offset)
        }
    }

    /// Writes the buffer's bytes from `offset` on, each rank its own. Parts of different ranks must not overlap.
    /// Collective.
    public mutating func write<T: MessageElement>(_ buffer: Span<T>, at offset: Int) throws(TesseraError) {
        try buffer.withUnsafeBufferPointer { (memory) throws(TesseraError) in
            try write(memory.baseAddress, memory.count * T.datatype.size, at: offset)
        }
    }

    /// Fills the buffer with a box of the array of this `shape` (C order) that starts at byte `offset`. Each rank reads
    /// its own box. Collective.
    public mutating func read<T: MessageElement>(
        into buffer: inout MutableSpan<T>, box origin: [Int], extents: [Int], of shape: [Int], at offset: Int
    ) throws(TesseraError) {
        let view = try boxView(buffer.count, origin, extents, shape, T.datatype)
        try buffer.withUnsafeMutableBufferPointer { (memory) throws(TesseraError) in
            try read(into: memory.baseAddress, view, at: offset)
        }
    }

    /// Writes the buffer to a box of the array of this `shape` (C order) that starts at byte `offset`. Boxes of
    /// different ranks must not overlap. Collective.
    public mutating func write<T: MessageElement>(
        _ buffer: Span<T>, box origin: [Int], extents: [Int], of shape: [Int], at offset: Int
    ) throws(TesseraError) {
        let view = try boxView(buffer.count, origin, extents, shape, T.datatype)
        try buffer.withUnsafeBufferPointer { (memory) throws(TesseraError) in
            try write(memory.baseAddress, view, at: offset)
        }
    }

    private borrowing func boxView(
        _ count: Int, _ origin: [Int], _ extents: [Int], _ shape: [Int], _ element: Datatype
    ) throws(TesseraError) -> DerivedDatatype {
        try communicator.agree("SharedFile", on: shape) { () throws(TesseraError) in
            try checkBox(origin, extents, shape)
            guard count == extents.reduce(1, *) else {
                throw .argument(
                    routine: "SharedFile", name: "buffer", expected: "\(extents.reduce(1, *)) elements",
                    found: "\(count)")
            }
        }
        return try .box(at: origin, extents: extents, of: shape, element)
    }

    // MARK: Pointers, for the numeric modules

    /// Reads `count` bytes from `offset` on.
    package mutating func read(
        into memory: UnsafeMutableRawPointer?, _ count: Int, at offset: Int
    ) throws(TesseraError) {
        try transfer(.reading, memory, count, at: offset, end: offset + count)
    }

    /// Writes `count` bytes from `offset` on.
    package mutating func write(
        _ memory: UnsafeRawPointer?, _ count: Int, at offset: Int
    ) throws(TesseraError) {
        try transfer(.writing, UnsafeMutableRawPointer(mutating: memory), count, at: offset, end: offset + count)
    }

    /// Reads the bytes that `view` picks from `offset` on into contiguous memory of `view.size` bytes.
    package mutating func read(
        into memory: UnsafeMutableRawPointer?, _ view: borrowing DerivedDatatype, at offset: Int
    ) throws(TesseraError) {
        try viewing(view, at: offset) { (file, end) throws(TesseraError) in
            try file.transfer(.reading, memory, view.size, at: 0, end: end)
        }
    }

    /// Writes contiguous memory of `view.size` bytes to the places that `view` picks from `offset` on.
    package mutating func write(
        _ memory: UnsafeRawPointer?, _ view: borrowing DerivedDatatype, at offset: Int
    ) throws(TesseraError) {
        try viewing(view, at: offset) { (file, end) throws(TesseraError) in
            try file.transfer(.writing, UnsafeMutableRawPointer(mutating: memory), view.size, at: 0, end: end)
        }
    }

    // MARK: The one transfer

    /// Sets the file view on all ranks around `body`. A rank without a share keeps the plain view.
    private mutating func viewing(
        _ view: borrowing DerivedDatatype, at offset: Int,
        _ body: (inout SharedFile, _ end: Int) throws(TesseraError) -> Void
    ) throws(TesseraError) {
        let file = try openHandle()
        let type = view.size > 0 ? view.datatype.handle : MPI_BYTE
        let code = MPI_File_set_view(file, MPI_Offset(max(0, offset)), MPI_BYTE, type, "native", MPI_INFO_NULL)
        try agreeOrShut { (path) throws(TesseraError) in
            if code != MPI_SUCCESS { throw .file(path: path, reason: mpiText(code)) }
            if offset < 0 { throw .file(path: path, reason: "negative offset \(offset)") }
        }
        try body(&self, offset + view.upperBound)
        try check(MPI_File_set_view(file, 0, MPI_BYTE, MPI_BYTE, "native", MPI_INFO_NULL), "MPI_File_set_view")
    }

    /// - Parameters:
    ///   - offset: in the view's own bytes.
    ///   - end: one past the last byte of the file that is touched.
    private mutating func transfer(
        _ direction: Direction, _ memory: UnsafeMutableRawPointer?, _ count: Int, at offset: Int, end: Int
    ) throws(TesseraError) {
        let file = try openHandle()
        let size = try size
        let isWritable = isWritable
        try agreeOrShut { (path) throws(TesseraError) in
            guard offset >= 0 else { throw .file(path: path, reason: "negative offset \(offset)") }
            switch direction {
            case .reading where count > 0 && end > size:
                throw .file(path: path, reason: "the file ends at byte \(size), \(end) are needed")
            case .writing where !isWritable:
                throw .file(path: path, reason: "the file was opened for reading")
            default: break
            }
        }
        let start = MPI_Wtime()
        let maxima = try communicator.agreedMaxima([
            (count + Self.roundLimit - 1) / Self.roundLimit, count > 0 ? end : 0,
        ])
        let rounds = maxima[0]
        if direction == .writing, maxima[1] > writtenEnd {
            writtenEnd = maxima[1]
            let needed = writtenEnd
            let partial = communicator.rank == 0 ? actualPath : nil
            try agreeOrShut { (path) throws(TesseraError) in
                guard let partial, case .refused(let reason) = room(for: needed, in: partial) else { return }
                throw .file(path: path, reason: reason)
            }
        }
        for round in 0..<rounds {
            let done = min(count, round * Self.roundLimit)
            let piece = min(Self.roundLimit, count - done)
            var status = MPI_Status()
            let part = memory.map { $0 + done }
            let code =
                direction == .reading
                ? MPI_File_read_at_all(file, MPI_Offset(offset + done), part, Int32(piece), MPI_BYTE, &status)
                : MPI_File_write_at_all(file, MPI_Offset(offset + done), part, Int32(piece), MPI_BYTE, &status)
            var moved: MPI_Count = 0
            try check(MPI_Get_elements_x(&status, MPI_BYTE, &moved), "MPI_Get_elements_x")
            let failure: TesseraError? =
                if code == MPI_SUCCESS && Int(moved) == piece {
                    nil
                } else if direction == .writing {
                    writeFailure(code, at: end - piece, count: piece)
                } else {
                    .file(path: path, reason: code == MPI_SUCCESS ? "\(moved) of \(piece) bytes" : mpiText(code))
                }
            try agreeOrShut { (_) throws(TesseraError) in if let failure { throw failure } }
        }
        let finish = MPI_Wtime()
        communicator.traffic.count(.file, bytes: count, seconds: finish - start)
        Trace.record(.file, bytes: count, from: start, to: finish)
    }

    /// Agrees on an outcome; where it is bad, closes the file on all ranks before the error is thrown.
    private mutating func agreeOrShut(_ outcome: (String) throws(TesseraError) -> Void) throws(TesseraError) {
        do throws(TesseraError) {
            let path = path
            try communicator.agree("SharedFile") { () throws(TesseraError) in try outcome(path) }
        } catch {
            shut()
            throw error
        }
    }
}
