// The boxes of a time tile: the order in which T steps of a rank's box are done so that most of them find their cells in
// cache (time skewing: Wonnacott, "Achieving scalable locality with time skewing", 2002; wavefronts of threads: Wellein et
// al., "Efficient temporal blocking for stencil computations by multicore-aware wavefront parallelization", 2009).
//
//     for block j:  for position p:  for step t in 0..<T:  the cells of block j at position p, in step t
//
// Along the wave axis (the first) a position is a few planes, along the block axis (the second) a block is a few rows; both
// lie `skew` cells lower in each further step, so that a step finds what it reads done, and finds it still there: with
// R the reach of the footprint and skew >= R,
//
//     step t reads up to R cells above its own, the step before has done `skew` more;
//     step t + 1 writes over the level that step t - 1 read (the ring of levels holds no more), whose readers have come by.
//
// Nothing is done twice within a rank. Towards a neighbour, and around a periodic axis, the first steps do also the ghosts
// that later ones read: step t does (T - 1 - t) R cells beyond the box, from a halo of T R cells filled at the beginning.
//
// Block j + 1 at (p, t) meets block j's cells, read and written, of (p, t - 1) and before; so a thread may work on a block
// while another is on the one before it, a step behind.

/// Ranges along the three canonical axes, in local indices.
struct CellBox: Equatable {
    var first: SIMD3<Int>
    var end: SIMD3<Int>

    var isEmpty: Bool { first.x >= end.x || first.y >= end.y || first.z >= end.z }
    subscript(axis: Int) -> Range<Int> { first[axis]..<Swift.max(first[axis], end[axis]) }
}

/// Which cells each piece of a time tile does.
struct TileGeometry {
    /// Steps of the tile.
    let steps: Int
    let blocks: Int
    /// Wave positions of a block.
    let positions: Int

    private let count: SIMD3<Int>
    private let lower: SIMD3<Int>
    private let upper: SIMD3<Int>
    private let sides: TileSides
    private let axes: TileAxes
    private let width: Int
    /// Planes (rows) of one position.
    private let stride: Int
    private let skew: SIMD3<Int>

    /// - Parameters:
    ///   - steps: at least 1.
    ///   - width: rows or cells of a block, about; the blocks are as many as `threads`, or a multiple of it.
    ///   - count: the cells of the rank's box; none on an idle rank.
    ///   - footprint: lower and upper are how far it reads along each axis.
    ///   - lanes: cells that are done at once along the last axis.
    init(
        steps: Int, width: Int, threads: Int, count: SIMD3<Int>, lower: SIMD3<Int>, upper: SIMD3<Int>, sides: TileSides,
        axes: TileAxes, lanes: Int
    ) {
        (self.steps, self.count, self.lower, self.upper) = (steps, count, lower, upper)
        (self.sides, self.axes) = (sides, axes)
        var skew = pointwiseMax(lower, upper)
        skew.z = (skew.z + lanes - 1) / lanes * lanes
        self.skew = skew
        let block = axes.block
        let grain = block == 2 ? lanes : 1
        // A block at an edge keeps the cells next to it in every step: ghosts follow from them.
        let edge = Swift.max(lower[block], upper[block], 1)
        let wish = Swift.max(1, width)
        var blocks = Swift.max(1, count[block] / wish)
        if blocks > threads { blocks -= blocks % threads }
        func even(_ blocks: Int) -> Int { (count[block] + blocks * grain - 1) / (blocks * grain) * grain }
        while blocks > 1,
            even(blocks) < steps * skew[block] + edge || (blocks - 1) * even(blocks) + edge > count[block]
        { blocks -= 1 }
        self.blocks = blocks
        self.width = even(blocks)
        stride = axes.block == 2 ? 4 : 1
        var positions = 1
        if let wave = axes.wave {
            let last = steps - 1
            let ends = (0..<steps).map {
                count[wave] + (sides.isDeep(wave, 1) ? (last - $0) * upper[wave] : 0) + $0 * skew[wave]
            }
            let begin = sides.isDeep(wave, -1) ? -last * lower[wave] : 0
            positions = (ends.max()! - begin + stride - 1) / stride
        }
        self.positions = count.min() > 0 ? positions : 0
    }

    /// All that step t does.
    func range(_ axis: Int, _ step: Int) -> Range<Int> {
        let later = steps - 1 - step
        return
            (sides.isDeep(axis, -1) ? -later * lower[axis] : 0)..<(count[axis]
            + (sides.isDeep(axis, 1) ? later * upper[axis] : 0))
    }

    /// The cells of block j at position p in step t; empty ones where there are none.
    func box(_ block: Int, _ position: Int, _ step: Int) -> CellBox {
        var box = CellBox(first: .zero, end: .zero)
        for axis in 0..<3 {
            let range = range(axis, step)
            (box.first[axis], box.end[axis]) = (range.lowerBound, range.upperBound)
        }
        if let wave = axes.wave {
            let first = range(wave, 0).lowerBound + position * stride - step * skew[wave]
            box.first[wave] = Swift.max(box.first[wave], first)
            box.end[wave] = Swift.min(box.end[wave], first + stride)
        }
        let axis = axes.block
        if block > 0 { box.first[axis] = Swift.max(box.first[axis], cut(block, step)) }
        if block < blocks - 1 { box.end[axis] = Swift.min(box.end[axis], cut(block + 1, step)) }
        return box
    }

    /// Where a block begins in a step.
    private func cut(_ block: Int, _ step: Int) -> Int { block * width - step * skew[axes.block] }
}

/// The roles of the axes.
struct TileAxes {
    /// Along which positions follow each other; nil on a line.
    let wave: Int?
    /// Which is dealt to blocks.
    let block: Int

    init(_ axes: Int) {
        (wave, block) = axes == 3 ? (0, 1) : axes == 2 ? (1, 2) : (nil, 2)
    }

    /// Whether a box holds whole lines along an axis.
    func holdsWhole(_ axis: Int) -> Bool { axis != wave && axis != block }
}

/// At which sides the cells beyond the box are done, too.
struct TileSides {
    private let lower: [Bool]
    private let upper: [Bool]

    init(_ partition: GridPartition, _ axes: TileAxes) {
        func isDeep(_ axis: Int, _ step: Int) -> Bool {
            if partition.isIdle || axis < 3 - partition.axes { return false }
            if partition.shape[axis] == 1 { return partition.periodic[axis] && !axes.holdsWhole(axis) }
            return partition.periodic[axis] || !partition.touchesEdge(axis: axis, step: step)
        }
        lower = (0..<3).map { isDeep($0, -1) }
        upper = (0..<3).map { isDeep($0, 1) }
    }

    /// Below (`step` = -1) or above (1).
    func isDeep(_ axis: Int, _ step: Int) -> Bool { step < 0 ? lower[axis] : upper[axis] }
}
