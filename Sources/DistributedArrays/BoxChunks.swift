// A box of an n-dimensional array cut into chunks of bounded size: one range of one axis, everything of the axes inside
// it, one index of each axis outside it.

internal import Failures
internal import MessagePassing

/// The chunks of a box, with the places of their elements in strided memory.
struct BoxChunks {
    /// The whole box: axes in the file's order, the last one contiguous there.
    private let box: BoxChunk
    /// The axis that is cut, and its indices in a chunk.
    private let axis: Int
    private let step: Int
    let count: Int

    /// - Parameters:
    ///   - strides: elements between neighbours along each axis in memory.
    ///   - isReversed: whether the file stores the first axis contiguously.
    ///   - elementSize: bytes of memory for an element.
    init(
        _ origin: [Int], _ extents: [Int], _ strides: [Int], of shape: [Int], isReversed: Bool, elementSize: Int
    ) {
        // A scalar is a vector of one element.
        func ordered(_ values: [Int], _ scalar: Int) -> [Int] {
            values.isEmpty ? [scalar] : isReversed ? values.reversed() : values
        }
        let extents = ordered(extents, 1)
        box = BoxChunk(
            shape: ordered(shape, 1), origin: ordered(origin, 0), extents: extents, strides: ordered(strides, 1),
            offset: 0)
        let most = max(1, FieldFile.limit / elementSize)
        // The outermost axis that can be cut between slices which fit.
        var axis = extents.count - 1
        var slice = 1
        while axis > 0, slice * extents[axis] <= most {
            slice *= extents[axis]
            axis -= 1
        }
        self.axis = axis
        step = max(1, most / max(1, slice))
        count = box.volume == 0 ? 0 : extents[..<axis].reduce(1, *) * extents[axis].dividedUp(by: step)
    }

    /// The chunk of this number; an empty one past the last.
    subscript(index: Int) -> BoxChunk {
        var chunk = box
        guard index < count else {
            chunk.extents = chunk.extents.map { _ in 0 }
            return chunk
        }
        let parts = box.extents[axis].dividedUp(by: step)
        var (outer, part) = index.quotientAndRemainder(dividingBy: parts)
        chunk.narrow(axis, to: part * step..<min(box.extents[axis], (part + 1) * step))
        for outside in (0..<axis).reversed() {
            let (rest, place) = outer.quotientAndRemainder(dividingBy: box.extents[outside])
            chunk.narrow(outside, to: place..<place + 1)
            outer = rest
        }
        return chunk
    }
}

/// A box in a file, and where its elements are in memory.
struct BoxChunk {
    let shape: [Int]
    fileprivate(set) var origin: [Int]
    fileprivate(set) var extents: [Int]
    let strides: [Int]
    /// Where the first element is in memory.
    fileprivate(set) var offset: Int

    var volume: Int { extents.reduce(1, *) }

    /// The bytes of the box in the file, for elements of `size` bytes.
    func view(_ size: Int) throws(TesseraError) -> DerivedDatatype {
        try .box(at: origin, extents: extents, of: shape, pairDatatype(size))
    }

    /// Calls `body` with each row along the last axis: the place of its first element among the box's elements, in memory,
    /// the number of elements, and their distance in memory.
    func forEachRow(_ body: (_ place: Int, _ offset: Int, _ count: Int, _ stride: Int) -> Void) {
        if volume == 0 { return }
        let last = extents.count - 1
        var index = [Int](repeating: 0, count: last)
        var (place, offset) = (0, offset)
        while true {
            body(place, offset, extents[last], strides[last])
            place += extents[last]
            // Count up like an odometer, the inner axes fastest.
            var axis = last - 1
            while axis >= 0 {
                index[axis] += 1
                offset += strides[axis]
                if index[axis] < extents[axis] { break }
                offset -= strides[axis] * extents[axis]
                index[axis] = 0
                axis -= 1
            }
            if axis < 0 { return }
        }
    }

    /// Keeps a range of an axis, counted from the box's origin.
    fileprivate mutating func narrow(_ axis: Int, to range: Range<Int>) {
        origin[axis] += range.lowerBound
        extents[axis] = range.count
        offset += strides[axis] * range.lowerBound
    }
}
