// Filling the ghost layers of one axis at the grid's own edges.

import CostModels

/// The ghost layers of one field along one axis which follow from the boundary, or from this rank's own cells.
struct GhostFill {
    /// Local index of a ghost layer along the axis, and its rule (origins in global indices).
    let layers: [(ghost: Int, rule: GhostRule)]
    let axis: Int
    /// The cells of a layer across the axis, in local indices; along the axis, empty.
    let first: SIMD3<Int>
    let count: SIMD3<Int>

    /// The ghosts of the earlier axes belong to a layer where the footprint reads corners.
    init(axis: Int, halo: FieldHalo, boundary: Boundary, partition: GridPartition) {
        self.axis = axis
        let extent = partition.extents[axis]
        let start = partition.start[axis]
        let cells = partition.count[axis]
        let split = partition.shape[axis] > 1
        var layers: [(Int, GhostRule)] = []
        func add(_ ghost: Int) {
            layers.append((ghost, GhostRule(index: start + ghost, extent: extent, boundary: boundary)))
        }
        if !(split && boundary.isPeriodic) {
            if partition.touchesEdge(axis: axis, step: -1) { for m in 0..<halo.lower[axis] { add(-1 - m) } }
            if partition.touchesEdge(axis: axis, step: 1) { for m in 0..<halo.upper[axis] { add(cells + m) } }
        }
        self.layers = layers
        (first, count) = haloLayer(axis: axis, halo: halo, cells: partition.count)
    }

    /// Fills the layers of the field whose first interior cell is at `origin`.
    func run<Scalar: BinaryFloatingPoint>(
        _ origin: UnsafeMutablePointer<Scalar>, layout: GridLayout, partition: GridPartition, time: Double
    ) {
        for (ghost, rule) in layers {
            let sign = Scalar(rule.sign)
            let addend = Scalar(rule.addend)
            let isCopy = rule.sign == 1 && rule.addend == 0
            func adjusted(_ value: Scalar) -> Scalar { isCopy ? value : sign * value + addend }
            switch rule.origin {
            case .layer(let index):
                let shift = (index - partition.start[axis] - ghost) * layout.stride(axis)
                if isCopy {
                    eachRun(origin, layout, ghost) { cells, count, _ in
                        for k in 0..<count { cells[k] = cells[k &+ shift] }
                    }
                } else {
                    eachRun(origin, layout, ghost) { cells, count, _ in
                        for k in 0..<count { cells[k] = adjusted(cells[k &+ shift]) }
                    }
                }
            case .constant(let value):
                let fill = adjusted(Scalar(value))
                eachRun(origin, layout, ghost) { cells, count, _ in
                    for k in 0..<count { cells[k] = fill }
                }
            case .function(let value, let index):
                eachRun(origin, layout, ghost) { cells, count, place in
                    for k in 0..<count {
                        var global = wrapped(place &+ SIMD3(0, 0, k) &+ partition.start, partition)
                        global[axis] = index
                        cells[k] = adjusted(Scalar(value(GridIndex(canonical: global, axes: partition.axes), time)))
                    }
                }
            }
        }
    }

    /// Calls `body` with each contiguous run of cells of the layer at `ghost` and the local index of its first cell.
    @inline(__always)
    private func eachRun<Scalar>(
        _ origin: UnsafeMutablePointer<Scalar>, _ layout: GridLayout, _ ghost: Int,
        _ body: (UnsafeMutablePointer<Scalar>, Int, SIMD3<Int>) -> Void
    ) {
        var start = first
        var size = count
        start[axis] = ghost
        size[axis] = 1
        let (planes, rows, columns) = (size.x, size.y, size.z)
        let corner = origin + layout.offset(start)
        for plane in 0..<planes {
            for row in 0..<rows {
                body(
                    corner + (plane &* layout.planeStride &+ row &* layout.rowStride), columns,
                    start &+ SIMD3(plane, row, 0))
            }
        }
    }

    private func wrapped(_ index: SIMD3<Int>, _ partition: GridPartition) -> SIMD3<Int> {
        var index = index
        for axis in 0..<3 where partition.periodic[axis] {
            let extent = partition.extents[axis]
            index[axis] = ((index[axis] % extent) + extent) % extent
        }
        return index
    }
}

/// The cells across `axis` that a layer of a field holds, in local indices.
func haloLayer(axis: Int, halo: FieldHalo, cells: SIMD3<Int>) -> (first: SIMD3<Int>, count: SIMD3<Int>) {
    var first = SIMD3<Int>.zero
    var count = cells
    for earlier in 0..<axis where halo.corners {
        first[earlier] = -halo.lower[earlier]
        count[earlier] += halo.lower[earlier] + halo.upper[earlier]
    }
    first[axis] = 0
    count[axis] = 0
    return (first, count)
}
