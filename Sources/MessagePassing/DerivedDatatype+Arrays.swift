package import Failures

// The parts of arrays that ranks read and write: boxes of n-dimensional arrays and block-cyclic shares. Both are built
// axis by axis from the fastest outwards, so their size does not grow with the array's.

extension DerivedDatatype {
    /// The box `origin ..< origin + extents` of an array of this `shape` in C order (the last axis contiguous).
    package static func box(
        at origin: [Int], extents: [Int], of shape: [Int], _ element: Datatype
    ) throws(TesseraError) -> DerivedDatatype {
        try checkBox(origin, extents, shape)
        var type = try DerivedDatatype(extents.last ?? 1, element)
        var stride = element.size
        var offset = 0
        for axis in shape.indices.reversed() {
            offset += origin[axis] * stride
            if axis < shape.count - 1 { type = try type.repeated(extents[axis], stride: stride) }
            stride *= shape[axis]
        }
        return try type.displaced(by: offset)
    }

    /// One axis of a block-cyclic distribution: of `count` things `stride` bytes apart, this type being one of them,
    /// those in blocks `place`, `place + places`, `place + 2 places`, ... of `block` things each.
    package borrowing func dealt(
        _ count: Int, stride: Int, block: Int, to place: Int, of places: Int
    ) throws(TesseraError) -> DerivedDatatype {
        let whole = count / block
        let wholeBlocks = whole > place ? (whole - place - 1) / places + 1 : 0
        let body = try repeated(block, stride: stride)
            .repeated(wholeBlocks, stride: places * block * stride)
        // The ragged block at the end is the share of the rank whose turn it is.
        let rest = whole % places == place ? count % block : 0
        let tail = try repeated(rest, stride: stride)
        return try body.joined(with: tail, at: wholeBlocks * places * block * stride)
            .displaced(by: place * block * stride)
    }

    /// The share of process (`row`, `column`) of a `rows` x `columns` process grid in an `m` x `n` column-major matrix,
    /// dealt in `mb` x `nb` blocks from process (0, 0): the bytes in the order of the share's own columns.
    package static func blockCyclic(
        _ m: Int, _ n: Int, blocks mb: Int, _ nb: Int, share row: Int, _ column: Int, of rows: Int, _ columns: Int,
        _ element: Datatype
    ) throws(TesseraError) -> DerivedDatatype {
        try DerivedDatatype(1, element)
            .dealt(m, stride: element.size, block: mb, to: row, of: rows)
            .dealt(n, stride: m * element.size, block: nb, to: column, of: columns)
    }
}

/// Whether the box lies in the array.
func checkBox(_ origin: [Int], _ extents: [Int], _ shape: [Int]) throws(TesseraError) {
    let fits =
        origin.count == shape.count && extents.count == shape.count
        && shape.indices.allSatisfy { axis in
            origin[axis] >= 0 && extents[axis] >= 0 && shape[axis] >= 0 && origin[axis] <= shape[axis]
                && extents[axis] <= shape[axis] - origin[axis]
        }
    if !fits {
        throw .argument(
            routine: "box", name: "extents", expected: "a box in \(shape)", found: "\(extents) at \(origin)")
    }
}
