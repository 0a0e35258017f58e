// What a simulation would compute and send on any number of ranks, for the cost model; no rank is needed to say it.

package import CostModels

extension Footprint {
    /// The halo of each field as one step reads it, by plane, row and column.
    var halos: [FieldHalo] {
        (0..<fields).map { field in
            let reach = reach(of: field)
            return FieldHalo(lower: reach.lower.array, upper: reach.upper.array, corners: readsCorners(of: field))
        }
    }

    /// The model of a simulation.
    ///
    /// - Parameters:
    ///   - extents: cells along each axis, as many as the footprint has axes.
    ///   - shape: ranks along each axis.
    package func model(extents: [Int], shape: [Int], periodic: [Bool], bytesPerValue: Int) -> StencilModel {
        StencilModel(
            extents: extents, shape: shape, periodic: periodic,
            fields: halos.enumerated().map { field, halo in
                StencilModel.Field(
                    halo: FieldHalo(
                        lower: halo.lower.suffix(axes), upper: halo.upper.suffix(axes), corners: halo.corners),
                    levels: oldestLevel(of: field) + 1, isWritten: written.contains(field))
            }, bytesPerValue: bytesPerValue)
    }

    /// The shape that ``Simulation`` gives so many ranks.
    package func shape(ranks: Int, extents: [Int], periodic: [Bool]) -> [Int] {
        GridPartition.shape(
            ranks: ranks, extents: canonicalExtents(extents), axes: axes,
            periodic: Array(repeating: false, count: 3 - axes) + periodic, halos: halos
        ).array.suffix(axes)
    }

    /// The steps of the tiles that ``Simulation`` tries, or the only ones of a given tiling, the deepest first.
    package func tileSteps(extents: [Int], shape: [Int], boundary: [Boundary], _ tiling: Tiling) -> [Int] {
        let padded = Array(repeating: Boundary.neumann, count: 3 - axes) + boundary
        let most = TileHalos(
            self, halos, extents: canonicalExtents(extents), axes: axes, shape: canonicalExtents(shape),
            boundaries: Array(repeating: padded, count: fields), tiling
        ).mostSteps
        return tiling == .automatic ? TileTuning.depths(most: most) : [most]
    }

    /// The widths of the blocks that it tries, beside a thread's share of the box.
    package var tileWidths: [Int] { TileTuning.widths(axes: axes) }
}

extension Simulation {
    /// What this simulation computes and sends, for the cost model.
    package var model: StencilModel {
        footprint.model(
            extents: extents, shape: shape, periodic: partition.periodic.suffix(extents.count),
            bytesPerValue: MemoryLayout<S.Scalar>.stride)
    }

    /// The cells in the boxes of a tile of so many steps on this rank.
    package func cellsSwept(steps: Int) -> Int {
        let geometry = plan.geometry(TileShape(steps: steps, width: 8), of: S.Scalar.self)
        var cells = 0
        for block in 0..<geometry.blocks {
            for position in 0..<geometry.positions {
                for step in 0..<geometry.steps {
                    let box = geometry.box(block, position, step)
                    if !box.isEmpty { cells += (box.end &- box.first).product }
                }
            }
        }
        return cells
    }
}
