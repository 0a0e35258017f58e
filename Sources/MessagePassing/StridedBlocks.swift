public import Failures
internal import CShim

/// Elements that do not lie side by side, sent and received in one message without packing: equal blocks at equal
/// distances, or a box of an array.
///
/// A sub-matrix of `m` rows and `n` columns of a column-major matrix is `n` blocks of `m` elements, a leading dimension
/// apart; one of its rows is `n` blocks of one element. Counts and distances may pass 2^31 - 1.
public struct StridedBlocks<Element: MessageElement>: ~Copyable {
    private let derived: DerivedDatatype
    /// Elements that belong to the blocks.
    public let count: Int
    /// The length that a buffer must have at least: one past the last element of the last block.
    public let reach: Int

    /// `blocks` blocks of `length` elements whose starts lie `stride` elements apart.
    public init(blocks: Int, length: Int, stride: Int) throws(TesseraError) {
        guard blocks >= 0, length >= 0 else {
            throw .argument(
                routine: "StridedBlocks", name: blocks < 0 ? "blocks" : "length", expected: "0 or more",
                found: "\(min(blocks, length))")
        }
        guard stride >= length || blocks <= 1 else {
            throw .argument(
                routine: "StridedBlocks", name: "stride", expected: "at least the length \(length)", found: "\(stride)")
        }
        let size = Element.datatype.size
        derived = try DerivedDatatype(blocks: blocks, of: length, stride: stride * size, Element.datatype)
        count = blocks * length
        reach = derived.upperBound / size
    }

    /// The box `origin ..< origin + extents` of an array of this `shape` in C order (the last axis contiguous).
    public init(at origin: [Int], extents: [Int], of shape: [Int]) throws(TesseraError) {
        derived = try DerivedDatatype.box(at: origin, extents: extents, of: shape, Element.datatype)
        count = extents.reduce(1, *)
        reach = derived.upperBound / Element.datatype.size
    }

    /// For a message of one such element.
    package var datatype: Datatype { derived.datatype }

    /// Frees the description. Messages in flight keep what they need of it. Local; dropping the value does the same.
    public consuming func close() {}

    borrowing func checkReach(_ length: Int, _ routine: String) throws(TesseraError) {
        if length < reach {
            throw .argument(
                routine: routine, name: "buffer", expected: "at least \(reach) elements", found: "\(length)")
        }
    }
}

extension Communicator {
    /// Sends the blocks of the buffer to `rank`. The receiver may place the elements otherwise.
    public func send<T: MessageElement>(
        _ buffer: Span<T>, _ blocks: borrowing StridedBlocks<T>, to rank: Int, tag: Int = 0
    ) throws(TesseraError) {
        try blocks.checkReach(buffer.count, "send")
        let datatype = blocks.datatype
        try buffer.withUnsafeBufferPointer { (memory) throws(TesseraError) in
            try send(memory.baseAddress, 1, datatype, to: rank, tag: tag)
        }
    }

    /// Receives into the blocks of the buffer; what lies between them stays as it is.
    public func receive<T: MessageElement>(
        into buffer: inout MutableSpan<T>, _ blocks: borrowing StridedBlocks<T>, from rank: Int, tag: Int = 0
    ) throws(TesseraError) {
        try blocks.checkReach(buffer.count, "receive")
        let datatype = blocks.datatype
        try buffer.withUnsafeMutableBufferPointer { (memory) throws(TesseraError) in
            _ = try receive(memory.baseAddress, 1, datatype, from: rank, tag: tag)
        }
    }

    /// Copies the blocks of the root's buffer into those of everyone's.
    public func broadcast<T: MessageElement>(
        _ buffer: inout MutableSpan<T>, _ blocks: borrowing StridedBlocks<T>, from root: Int
    ) throws(TesseraError) {
        require(
            buffer.count >= blocks.reach, "broadcast", "buffer", "at least \(blocks.reach) elements", "\(buffer.count)")
        let datatype = blocks.datatype
        try buffer.withUnsafeMutableBufferPointer { (memory) throws(TesseraError) in
            try broadcast(memory.baseAddress, 1, datatype, from: root)
        }
    }
}
