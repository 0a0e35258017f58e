// Filling the ghost layers of one axis at the grid's own edges.

import CostModels

/// The ghost layers of one field at one end of an axis, which follow from the boundary, or from this rank's own cells.
struct GhostFill {
    /// Local index of a ghost layer along the axis, and its rule (origins in global indices).
    let layers: [(ghost: Int, rule: GhostRule)]
    let axis: Int
    /// The layers in short, where all of them can be put so.
    private let images: [GhostImage]?

    /// - Parameters:
    ///   - step: -1 for the lower end, 1 for the upper.
    ///   - count: layers; those of a periodic axis that is split come from the neighbours instead.
    init(axis: Int, step: Int, count: Int, boundary: Boundary, partition: GridPartition) {
        self.axis = axis
        let isOwn = partition.touchesEdge(axis: axis, step: step) && !(partition.shape[axis] > 1 && boundary.isPeriodic)
        let isSkipped = HaloSabotage.fault == .boundary(axis: axis, step: step)
        let layers = (0..<(isOwn && !isSkipped ? count : 0)).map { m in
            let ghost = step < 0 ? -1 - m : partition.count[axis] + m
            return (
                ghost,
                GhostRule(index: partition.start[axis] + ghost, extent: partition.extents[axis], boundary: boundary)
            )
        }
        self.layers = layers
        let images = layers.compactMap { GhostImage(ghost: $0.0, $0.1, start: partition.start[axis]) }
        self.images = images.count == layers.count ? images : nil
    }

    /// Fills the layers of the field whose first interior cell is at `origin`, as far as `across` goes along the other axes.
    func run<Scalar: BinaryFloatingPoint>(
        _ origin: UnsafeMutablePointer<Scalar>, _ across: CellBox, layout: GridLayout, partition: GridPartition,
        time: Double
    ) {
        if axis == 2, let images { return fillRows(origin, across, layout: layout, images) }
        for (ghost, rule) in layers {
            var layer = across
            (layer.first[axis], layer.end[axis]) = (ghost, ghost + 1)
            let sign = Scalar(rule.sign)
            let addend = Scalar(rule.addend)
            let isCopy = rule.sign == 1 && rule.addend == 0
            func adjusted(_ value: Scalar) -> Scalar { isCopy ? value : sign * value + addend }
            switch rule.origin {
            case .layer(let index):
                let shift = (index - partition.start[axis] - ghost) * layout.stride(axis)
                if isCopy {
                    eachRun(origin, layout, layer) { cells, count, _ in
                        for k in 0..<count { cells[k] = cells[k &+ shift] }
                    }
                } else {
                    eachRun(origin, layout, layer) { cells, count, _ in
                        for k in 0..<count { cells[k] = adjusted(cells[k &+ shift]) }
                    }
                }
            case .constant(let value):
                let fill = adjusted(Scalar(value))
                eachRun(origin, layout, layer) { cells, count, _ in
                    for k in 0..<count { cells[k] = fill }
                }
            case .function(let value, let index):
                eachRun(origin, layout, layer) { cells, count, place in
                    for k in 0..<count {
                        var global = wrapped(place &+ SIMD3(0, 0, k) &+ partition.start, partition)
                        global[axis] = index
                        cells[k] = adjusted(Scalar(value(GridIndex(canonical: global, axes: partition.axes), time)))
                    }
                }
            case .custom(let value, let index, let facing):
                let shift = (facing - partition.start[axis] - ghost) * layout.stride(axis)
                eachRun(origin, layout, layer) { cells, count, place in
                    for k in 0..<count {
                        var global = wrapped(place &+ SIMD3(0, 0, k) &+ partition.start, partition)
                        global[axis] = index
                        let faced = Double(cells[k &+ shift])
                        cells[k] = adjusted(
                            Scalar(value(GridIndex(canonical: global, axes: partition.axes), time, faced)))
                    }
                }
            }
        }
    }

    /// Along the last axis a layer is one cell of each row: all layers of a row at once, while its ends are at hand.
    @inline(__always)
    private func fillRows<Scalar: BinaryFloatingPoint>(
        _ origin: UnsafeMutablePointer<Scalar>, _ across: CellBox, layout: GridLayout, _ images: [GhostImage]
    ) {
        guard !images.isEmpty else { return }
        images.withUnsafeBufferPointer { images in
            for plane in across[0] {
                var row = origin + (plane &* layout.planeStride &+ across.first.y &* layout.rowStride)
                for _ in across[1] {
                    for image in images {
                        let value = row[image.source]
                        row[image.ghost] =
                            switch image.kind {
                            case .copy: value
                            case .scaled: Scalar(image.sign) * value + Scalar(image.addend)
                            case .constant: Scalar(image.addend)
                            }
                    }
                    row += layout.rowStride
                }
            }
        }
    }

    /// Calls `body` with each contiguous run of cells of a layer and the local index of its first cell.
    @inline(__always)
    private func eachRun<Scalar>(
        _ origin: UnsafeMutablePointer<Scalar>, _ layout: GridLayout, _ layer: CellBox,
        _ body: (UnsafeMutablePointer<Scalar>, Int, SIMD3<Int>) -> Void
    ) {
        guard !layer.isEmpty else { return }
        let columns = layer.end.z - layer.first.z
        for plane in layer.first.x..<layer.end.x {
            for row in layer.first.y..<layer.end.y {
                let place = SIMD3(plane, row, layer.first.z)
                body(origin + layout.offset(place), columns, place)
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

/// A ghost layer that follows from another one, or from nothing: local indices, and ghost = sign * source + addend.
private struct GhostImage {
    enum Kind { case copy, scaled, constant }

    let kind: Kind
    let ghost: Int
    let source: Int
    let sign: Double
    /// The value itself, where it is constant.
    let addend: Double

    /// Nil where a function gives the layer, and where a constant comes from the far side of a thin grid.
    init?(ghost: Int, _ rule: GhostRule, start: Int) {
        self.ghost = ghost
        switch rule.origin {
        case .layer(let index):
            kind = rule.sign == 1 && rule.addend == 0 ? .copy : .scaled
            (source, sign, addend) = (index - start, rule.sign, rule.addend)
        case .constant(let value):
            guard rule.sign == 1, rule.addend == 0 else { return nil }
            kind = .constant
            (source, sign, addend) = (ghost, 0, value)
        case .function, .custom: return nil
        }
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
