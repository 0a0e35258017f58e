// Where the cells of a box lie in memory: C order, last axis contiguous, ghosts around, rows on cache lines.
//
// The first interior cell of every row is aligned to 64 bytes. A row ends with room for a whole vector at its last cell and
// for the taps of that vector, so that the last, partly used vector neither reads nor writes another row's cells. Strides that are multiples of 4096 bytes are moved by a
// line: else the rows that one point reads would compete for the same few lines of the first-level cache.

internal import MessagePassing

/// The memory layout that all fields of a simulation share.
struct GridLayout: Sendable {
    /// Interior cells: planes, rows, columns.
    let count: SIMD3<Int>
    /// Ghost layers below and above, the most that any field needs.
    let lower: SIMD3<Int>
    let upper: SIMD3<Int>
    let rowStride: Int
    let planeStride: Int
    /// Scalars of one field at one level, a multiple of a cache line.
    let size: Int
    /// The offset of the first interior cell.
    let origin: Int

    static let alignment = 64

    init<Scalar>(count: SIMD3<Int>, lower: SIMD3<Int>, upper: SIMD3<Int>, of: Scalar.Type) {
        let line = Self.alignment / MemoryLayout<Scalar>.stride
        func whole(_ n: Int) -> Int { (n + line - 1) / line * line }
        func apart(_ stride: Int) -> Int { stride * MemoryLayout<Scalar>.stride % 4096 == 0 ? stride + line : stride }

        self.count = count
        self.lower = lower
        self.upper = upper
        let left = whole(lower.z)
        rowStride = apart(left + whole(whole(count.z) + upper.z))
        planeStride = apart(rowStride * (lower.y + count.y + upper.y))
        size = planeStride * (lower.x + count.x + upper.x) + 3 * line
        origin = lower.x * planeStride + lower.y * rowStride + left
    }

    /// Bytes of `levels` fields in such a layout; `Int.max` where 64 bits do not count them.
    static func bytes<Scalar>(
        count: SIMD3<Int>, lower: SIMD3<Int>, upper: SIMD3<Int>, levels: Int, of type: Scalar.Type
    ) -> Int {
        // More than the size, paddings and all, without a product that could overflow.
        let around = count &+ lower &+ upper
        let stride = MemoryLayout<Scalar>.stride
        let most = saturatingProduct(around.z + 4 * alignment, around.y + 1, around.x + 1, stride)
        guard most < 1 << 60 else { return .max }
        return saturatingProduct(GridLayout(count: count, lower: lower, upper: upper, of: type).size, levels, stride)
    }

    /// The offset of a cell from the first interior one; ghosts have indices below 0 or from `count` on.
    func offset(_ cell: SIMD3<Int>) -> Int { cell.x * planeStride + cell.y * rowStride + cell.z }

    func stride(_ axis: Int) -> Int { [planeStride, rowStride, 1][axis] }
}
