// Which ghosts a tile of T steps needs: T - 1 times the reach of the whole footprint, and a field's own reach, towards
// neighbours and around periodic axes; a field's own reach where ghosts follow from cells in every step.

import CostModels

/// The halos of all fields of a simulation, for tiles of any number of steps.
struct TileHalos {
    /// As one step reads them.
    let halos: [FieldHalo]
    let mostSteps: Int
    /// How far any field is read.
    let lower: SIMD3<Int>
    let upper: SIMD3<Int>
    let axes: TileAxes
    private let footprint: Footprint
    /// Fields with a boundary that is a function of time.
    private let changing: Set<Int>
    /// Axes along which ghosts come from neighbours, or from the other end in parts.
    private let deep: [Bool]

    init(
        _ footprint: Footprint, _ halos: [FieldHalo], extents: SIMD3<Int>, axes: Int, shape: SIMD3<Int>,
        boundaries: [[Boundary]], _ tiling: Tiling
    ) {
        self.footprint = footprint
        self.halos = halos
        let roles = TileAxes(axes)
        self.axes = roles
        let lower = halos.reduce(SIMD3<Int>.zero) { pointwiseMax($0, SIMD3($1.lower)) }
        let upper = halos.reduce(SIMD3<Int>.zero) { pointwiseMax($0, SIMD3($1.upper)) }
        (self.lower, self.upper) = (lower, upper)
        changing = Set(
            boundaries.indices.filter { field in
                boundaries[field].contains { boundary in
                    guard case .sides(let lower, let upper) = boundary else { return false }
                    return [lower, upper].contains { side in
                        switch side.rule {
                        case .function, .custom: true
                        case .constant, .mirror, .robin: false
                        }
                    }
                }
            })
        let deep = (0..<3).map { axis in
            axis >= 3 - axes
                && (shape[axis] > 1 || boundaries[0][axis].isPeriodic && !roles.holdsWhole(axis))
        }
        self.deep = deep

        let reach = pointwiseMax(lower, upper)
        var most: Int
        switch tiling {
        case .off: most = 1
        case .fixed(let steps, _): most = steps
        // Planes of a wide footprint fill the cache sooner, but gain as much from steps that they are not fetched for.
        case .automatic:
            most = axes == 3 ? Swift.min(8, 16 / Swift.max(1, reach.max())) : 32 / Swift.max(1, reach.max())
        }
        for axis in (3 - axes)..<3 {
            let cells = extents[axis] / shape[axis]
            // Beyond an eighth of the box, what is done twice outweighs what is saved.
            let room = tiling == .automatic ? cells / 8 : cells
            if deep[axis] {
                most = Swift.min(most, reach[axis] == 0 ? most : room / reach[axis])
            } else if !boundaries[0][axis].isPeriodic, cells < reach[axis] {
                most = 1
            }
            // Cells beyond a periodic edge are done where they lie: their place is not that of the cells that they stand for.
            if deep[axis], reach[axis] > 0, boundaries[0][axis].isPeriodic,
                footprint.positions.contains(axis - 3 + axes)
            {
                most = 1
            }
        }
        // A ghost has one value between two exchanges where no step writes its field.
        let isSteady = changing.allSatisfy { footprint.written.contains($0) || !halos[$0].isRead }
        mostSteps = footprint.written.isEmpty || !isSteady ? 1 : Swift.max(1, most)
    }

    /// The halo of a field for a tile of so many steps.
    func halo(_ field: Int, steps: Int) -> FieldHalo {
        var halo = halos[field]
        if steps > 1 {
            for axis in 0..<3 where deep[axis] {
                halo.lower[axis] += (steps - 1) * lower[axis]
                halo.upper[axis] += (steps - 1) * upper[axis]
            }
            // What is done twice beyond a corner comes from there.
            halo.corners = halo.corners || deep.contains(true)
        }
        if HaloSabotage.fault == .corners { halo.corners = false }
        return halo
    }

    /// The ghost layers that every field is given.
    func ghosts<Scalar>(of: Scalar.Type) -> (lower: SIMD3<Int>, upper: SIMD3<Int>) {
        let all = halos.indices.map { halo($0, steps: mostSteps) }
        var lower = all.reduce(SIMD3<Int>.zero) { pointwiseMax($0, SIMD3($1.lower)) }
        var upper = all.reduce(SIMD3<Int>.zero) { pointwiseMax($0, SIMD3($1.upper)) }
        if deep[2], mostSteps > 1 {
            // Lanes begin and end beyond them.
            let lanes = GridLayout.alignment / MemoryLayout<Scalar>.stride
            lower.z += lanes
            upper.z += lanes
        }
        return (lower, upper)
    }

    private func hasHalo(_ field: Int, from ago: Int) -> Bool {
        footprint.taps.contains { $0.field == field && $0.ago >= ago && !$0.isCenter }
    }

    /// Whether the ghosts of the current level change with every step: read now or, as an older level, by a later step.
    func changes(_ field: Int) -> Bool {
        hasHalo(field, from: 0) && (footprint.written.contains(field) || changing.contains(field))
    }

    /// The fields whose halo, `ago` steps before the current level, a tile of so many steps begins with, and its halo.
    func beforeTile(steps: Int, ago: Int) -> [(field: Int, halo: FieldHalo)] {
        let isDeep = steps > 1 && deep.contains(true)
        return halos.indices.filter { field in
            isDeep
                ? footprint.written.contains(field) && ago <= footprint.oldestLevel(of: field)
                : changes(field) && (ago == 0 || isMoved(field) && hasHalo(field, from: ago))
        }.map { ($0, halo($0, steps: steps)) }
    }

    /// Whether the ghosts of a field that no step writes follow a function of time, at its older levels too.
    private func isMoved(_ field: Int) -> Bool { changing.contains(field) && !footprint.written.contains(field) }

    /// Those which no tile refreshes: coefficients, and older levels that the user has set.
    func afterSetting(ago: Int) -> [(field: Int, halo: FieldHalo)] {
        let isDeep = mostSteps > 1 && deep.contains(true)
        return halos.indices.filter { field in
            if ago > 0 || !changes(field), hasHalo(field, from: ago) { return true }
            return isDeep && !footprint.written.contains(field) && ago <= footprint.oldestLevel(of: field)
        }.map { ($0, halo($0, steps: footprint.written.contains($0) ? 1 : mostSteps)) }
    }
}

extension FieldHalo {
    /// Whether the field is read off the point.
    fileprivate var isRead: Bool { (lower + upper).contains { $0 > 0 } }
}
