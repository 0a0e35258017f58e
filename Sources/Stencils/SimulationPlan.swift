// From the arguments of a simulation to its parts: footprint, halos, partition, layout. Every rank finds the same plan.

import CostModels
import Failures
import MessagePassing

struct SimulationPlan {
    let footprint: Footprint
    let partition: GridPartition
    let layout: GridLayout
    /// The ghost layers of each field, and its boundary along each canonical axis.
    let halos: [FieldHalo]
    let boundaries: [[Boundary]]

    init<S: MultiFieldStencil>(
        _ stencil: S, extents: [Int], boundary: [Boundary], boundaries: [S.Field: [Boundary]], shape: [Int]?,
        on communicator: Communicator
    ) throws(TesseraError) {
        let ranks = communicator.size
        let parts = Result<Parts, TesseraError> { () throws(TesseraError) in
            try Self.checked(
                stencil, extents: extents, boundary: boundary, boundaries: boundaries, shape: shape, ranks: ranks)
        }
        let found = try? parts.get()
        let widths = (found?.halos ?? []).flatMap { $0.lower + $0.upper + [$0.corners ? 1 : 0] }
        try communicator.agree("Simulation", on: extents + [-1] + (found?.shape.array ?? []) + [-1] + widths) {
            () throws(TesseraError) in
            try communicator.requireMemory(
                Self.memory(try parts.get(), extents: extents, of: S.Scalar.self),
                for: "a grid of \(extents.map(String.init).joined(separator: "x")) cells")
        }
        let (footprint, chosen, halos, allBoundaries) = try parts.get()
        self.footprint = footprint
        self.halos = halos
        self.boundaries = allBoundaries
        partition = GridPartition(
            extents: canonicalExtents(extents), axes: extents.count, shape: chosen,
            periodic: allBoundaries[0].map(\.isPeriodic), rank: communicator.rank)
        let (lower, upper) = Self.ghosts(halos)
        layout = GridLayout(count: partition.count, lower: lower, upper: upper, of: S.Scalar.self)
    }

    /// What all levels of all fields take, ghosts and padding included; the first rank's box is the largest.
    private static func memory<Scalar>(_ parts: Parts, extents: [Int], of type: Scalar.Type) -> MemoryDemand {
        let (lower, upper) = ghosts(parts.halos)
        let levels = (0..<parts.footprint.fields).reduce(0) { $0 + parts.footprint.levels(of: $1) }
        let shares = (0..<parts.shape.product).map { rank in
            let box = GridPartition(
                extents: canonicalExtents(extents), axes: extents.count, shape: parts.shape,
                periodic: parts.boundaries[0].map(\.isPeriodic), rank: rank)
            return GridLayout.bytes(count: box.count, lower: lower, upper: upper, levels: levels, of: type)
        }
        return MemoryDemand(largest: shares[0], total: shares.reduce(0, saturatingSum))
    }

    /// The ghost layers that every field is given: the most that one needs.
    private static func ghosts(_ halos: [FieldHalo]) -> (lower: SIMD3<Int>, upper: SIMD3<Int>) {
        (
            halos.reduce(.zero) { pointwiseMax($0, SIMD3($1.lower)) },
            halos.reduce(.zero) { pointwiseMax($0, SIMD3($1.upper)) }
        )
    }

    private typealias Parts = (footprint: Footprint, shape: SIMD3<Int>, halos: [FieldHalo], boundaries: [[Boundary]])

    /// Footprint, shape, halos and boundaries, or what is wrong with the arguments. Local.
    private static func checked<S: MultiFieldStencil>(
        _ stencil: S, extents: [Int], boundary: [Boundary], boundaries: [S.Field: [Boundary]], shape: [Int]?, ranks: Int
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
        let halos = (0..<footprint.fields).map { field in
            let reach = footprint.reach(of: field)
            return FieldHalo(
                lower: reach.lower.array, upper: reach.upper.array, corners: footprint.readsCorners(of: field))
        }
        let padded = perField.map { Array(repeating: Boundary.neumann, count: 3 - axes) + $0 }
        let canonical = canonicalExtents(extents)
        guard let shape else {
            let best = GridPartition.shape(
                ranks: ranks, extents: canonical, axes: axes, periodic: padded[0].map(\.isPeriodic), halos: halos)
            return (footprint, best, halos, padded)
        }
        try check(
            shape.count == axes && shape.allSatisfy { $0 > 0 } && shape.reduce(1, *) == ranks, "shape",
            "\(axes) factors of \(ranks) ranks", "\(shape)")
        let given = canonicalExtents(shape)
        let misfit = GridPartition.misfit(shape: given, extents: canonical, axes: axes, halos: halos)
        try check(misfit == nil, "shape", "boxes that hold a cell and the halo's width", misfit ?? "")
        return (footprint, given, halos, padded)
    }

    private func hasHalo(_ field: Int, from ago: Int) -> Bool {
        footprint.taps.contains { $0.field == field && $0.ago >= ago && !$0.isCenter }
    }

    private func hasBoundaryFunction(_ field: Int) -> Bool {
        boundaries[field].contains { boundary in
            guard case .sides(let lower, let upper) = boundary else { return false }
            return [lower, upper].contains { if case .function = $0.rule { true } else { false } }
        }
    }

    /// Ghosts of the current level, which are read now or, as an older level, by a later step.
    func isRefreshedEveryStep(_ field: Int) -> Bool {
        hasHalo(field, from: 0) && (footprint.written.contains(field) || hasBoundaryFunction(field))
    }

    /// Ghosts that no step refreshes: coefficients, and older levels that the user has set.
    func isRefreshedAfterSetting(_ field: Int, ago: Int) -> Bool {
        hasHalo(field, from: ago) && (ago > 0 || !isRefreshedEveryStep(field))
    }
}
