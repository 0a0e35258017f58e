// Ghosts inside a time tile: what follows from a level of a field as its cells come to be, box by box.
//
// A box that holds all the cells which an edge's ghosts follow from fills them, axis by axis as at the beginning of a tile
// (HaloExchange), so that the next step finds them.

import CostModels

/// The ghosts that a rank can fill on its own, at every level between two exchanges.
struct LevelFills<Scalar: StencilScalar> {
    private struct Side {
        let axis: Int
        let step: Int
        /// The index of the cell that the box must hold, the last one done of those that ghosts follow from.
        let source: Int
        /// Ghost layers.
        let reach: Int
        let fills: [(field: Int, fill: GhostFill)]
    }

    private let sides: [Side]
    private let corners: Bool
    private let layout: GridLayout
    private let partition: GridPartition

    /// - Parameters:
    ///   - members: the fields that change and are read off the point.
    ///   - corners: whether any of them is read off the axes.
    init(
        _ members: [HaloMember], corners: Bool, axes: TileAxes, partition: GridPartition, layout: GridLayout
    ) {
        var sides: [Side] = []
        for axis in 0..<3 {
            for step in [-1, 1] {
                var fills: [(Int, GhostFill)] = []
                for member in members {
                    // Around an axis that boxes hold parts of, ghosts are done as cells are: TileSides.
                    if member.boundaries[axis].isPeriodic && !axes.holdsWhole(axis) { continue }
                    let reach = step < 0 ? member.reach.lower : member.reach.upper
                    let fill = GhostFill(
                        axis: axis, step: step, count: reach[axis], boundary: member.boundaries[axis],
                        partition: partition)
                    if !fill.layers.isEmpty { fills.append((member.field, fill)) }
                }
                let reach = fills.map(\.1.layers.count).max() ?? 0
                guard reach > 0 else { continue }
                sides.append(
                    Side(
                        axis: axis, step: step, source: Swift.min(step < 0 ? reach : .max, partition.count[axis]) - 1,
                        reach: reach,
                        fills: fills))
            }
        }
        self.sides = sides
        self.corners = corners
        self.layout = layout
        self.partition = partition
    }

    /// Fills what follows from the cells of a box, at the level whose first interior cells `origins` gives.
    @inline(__always)
    func run(_ box: CellBox, _ origins: UnsafePointer<UnsafeMutablePointer<Scalar>>, time: Double) {
        var box = box
        var grown = box
        var axis = 0
        for side in sides {
            if side.axis != axis {
                if corners { box = grown }
                axis = side.axis
            }
            guard box[axis].contains(side.source) else { continue }
            for (field, fill) in side.fills {
                fill.run(origins[field], box, layout: layout, partition: partition, time: time)
            }
            if side.step < 0 { grown.first[axis] = -side.reach } else { grown.end[axis] += side.reach }
        }
    }
}
