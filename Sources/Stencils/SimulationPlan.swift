// From the arguments of a simulation to its parts: footprint, halos, partition, layout. Every rank finds the same plan.

import CostModels
import Failures
import MessagePassing

struct SimulationPlan {
    let footprint: Footprint
    let partition: GridPartition
    let layout: GridLayout
    /// The boundary of each field along each canonical axis.
    let boundaries: [[Boundary]]
    let halos: TileHalos

    init<S: MultiFieldStencil>(
        _ stencil: S, extents: [Int], boundary: [Boundary], boundaries: [S.Field: [Boundary]], shape: [Int]?,
        tiling: Tiling, on communicator: Communicator
    ) throws(TesseraError) {
        let ranks = communicator.size
        let parts = Result<Parts, TesseraError> { () throws(TesseraError) in
            try Self.checked(
                stencil, extents: extents, boundary: boundary, boundaries: boundaries, shape: shape, tiling: tiling,
                ranks: ranks)
        }
        let found = try? parts.get()
        let widths = (found?.halos.halos ?? []).flatMap { $0.lower + $0.upper + [$0.corners ? 1 : 0] }
        let words = extents + [-1] + (found?.shape.array ?? []) + [-1, found?.halos.mostSteps ?? 0] + widths
        try communicator.agree("Simulation", on: words) { () throws(TesseraError) in
            try communicator.requireMemory(
                Self.memory(try parts.get(), extents: extents, of: S.Scalar.self),
                for: "a grid of \(extents.map(String.init).joined(separator: "x")) cells")
        }
        let made = try parts.get()
        footprint = made.footprint
        self.boundaries = made.boundaries
        halos = made.halos
        partition = GridPartition(
            extents: canonicalExtents(extents), axes: extents.count, shape: made.shape,
            periodic: made.boundaries[0].map(\.isPeriodic), rank: communicator.rank)
        let (lower, upper) = halos.ghosts(of: S.Scalar.self)
        layout = GridLayout(count: partition.count, lower: lower, upper: upper, of: S.Scalar.self)
    }

    /// What all levels of all fields take, ghosts and padding included; the first rank's box is the largest.
    private static func memory<Scalar>(_ parts: Parts, extents: [Int], of type: Scalar.Type) -> MemoryDemand {
        let (lower, upper) = parts.halos.ghosts(of: type)
        let levels = (0..<parts.footprint.fields).reduce(0) { $0 + parts.footprint.levels(of: $1) }
        let shares = (0..<parts.shape.product).map { rank in
            let box = GridPartition(
                extents: canonicalExtents(extents), axes: extents.count, shape: parts.shape,
                periodic: parts.boundaries[0].map(\.isPeriodic), rank: rank)
            return GridLayout.bytes(count: box.count, lower: lower, upper: upper, levels: levels, of: type)
        }
        return MemoryDemand(largest: shares[0], total: shares.reduce(0, saturatingSum))
    }

    private struct Parts {
        let footprint: Footprint
        let shape: SIMD3<Int>
        let halos: TileHalos
        let boundaries: [[Boundary]]
    }

    /// Footprint, shape, halos and boundaries, or what is wrong with the arguments. Local.
    private static func checked<S: MultiFieldStencil>(
        _ stencil: S, extents: [Int], boundary: [Boundary], boundaries: [S.Field: [Boundary]], shape: [Int]?,
        tiling: Tiling,
        ranks: Int
    ) throws(TesseraError) -> Parts {
        func check(_ holds: Bool, _ name: String, _ expected: String, _ found: String) throws(TesseraError) {
            if !holds {
                throw .argument(routine: "Simulation", name: name, expected: expected, found: found)
            }
        }
        let axes = extents.count
        try check((1...3).contains(axes), "extents", "one to three axes", "\(axes)")
        try check(
            extents.allSatisfy { $0 >= 1 && $0 <= Int(Int32.max) }, "extents", "1 to \(Int32.max) cells an axis",
            "\(extents)")
        let cells = extents.reduce((1, false)) { product, extent in
            let (value, overflow) = product.0.multipliedReportingOverflow(by: extent)
            return (value, product.1 || overflow)
        }
        try check(!cells.1 && cells.0 <= 1 << 56, "extents", "at most 2^56 cells", "\(extents)")
        let perField = S.Field.allCases.sorted { $0.rawValue < $1.rawValue }.map { boundaries[$0] ?? boundary }
        for given in [boundary] + perField {
            try check(given.count == axes, "boundary", "one for each of \(axes) axes", "\(given.count)")
            try check(
                given.map(\.isPeriodic) == boundary.map(\.isPeriodic), "boundaries",
                "the same periodic axes for every field", "\(given.map(\.isPeriodic))")
        }
        let footprint = try Footprint(of: stencil, axes: axes)
        let halos = footprint.halos
        if case .fixed(let steps, let width) = tiling {
            try check(
                (1...Tiling.mostSteps).contains(steps) && width >= 1, "tiling",
                "1 to \(Tiling.mostSteps) steps in blocks of 1 or more", "\(steps) steps in blocks of \(width)")
        }
        let padded = perField.map { Array(repeating: Boundary.neumann, count: 3 - axes) + $0 }
        let canonical = canonicalExtents(extents)
        func parts(_ shape: SIMD3<Int>) -> Parts {
            Parts(
                footprint: footprint, shape: shape,
                halos: TileHalos(
                    footprint, halos, extents: canonical, axes: axes, shape: shape, boundaries: padded, tiling),
                boundaries: padded)
        }
        guard let shape else {
            let best = GridPartition.shape(
                ranks: ranks, extents: canonical, axes: axes, periodic: padded[0].map(\.isPeriodic), halos: halos)
            return parts(best)
        }
        try check(
            shape.count == axes && shape.allSatisfy { $0 > 0 } && shape.reduce(1, *) == ranks, "shape",
            "\(axes) factors of \(ranks) ranks", "\(shape)")
        let given = canonicalExtents(shape)
        let misfit = GridPartition.misfit(shape: given, extents: canonical, axes: axes, halos: halos)
        try check(misfit == nil, "shape", "boxes that hold a cell and the halo's width", misfit ?? "")
        return parts(given)
    }
}

extension SimulationPlan {
    private func member(_ field: Int, _ halo: FieldHalo) -> HaloMember {
        let reach = halos.halos[field]
        return HaloMember(
            field: field, halo: halo, reach: (SIMD3(reach.lower), SIMD3(reach.upper)), boundaries: boundaries[field])
    }

    func beforeTile(steps: Int, ago: Int) -> [HaloMember] {
        halos.beforeTile(steps: steps, ago: ago).map { member($0.field, $0.halo) }
    }

    func afterSetting(ago: Int) -> [HaloMember] {
        halos.afterSetting(ago: ago).map { member($0.field, $0.halo) }
    }

    /// What boxes fill inside a tile.
    func levelFills<Scalar>(of: Scalar.Type) -> LevelFills<Scalar> {
        let changing = halos.halos.indices.filter { halos.changes($0) && footprint.written.contains($0) }
        return LevelFills(
            changing.map { member($0, halos.halos[$0]) }, corners: halos.halos.contains { $0.corners },
            axes: halos.axes, partition: partition, layout: layout)
    }

    /// The boxes of a tile.
    func geometry<Scalar>(_ shape: TileShape, of: Scalar.Type) -> TileGeometry {
        TileGeometry(
            steps: shape.steps, width: shape.width, threads: SweepThreads.count, count: partition.count,
            lower: halos.lower, upper: halos.upper,
            sides: TileSides(partition, halos.axes), axes: halos.axes,
            lanes: GridLayout.alignment / MemoryLayout<Scalar>.stride)
    }
}
