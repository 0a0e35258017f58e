// Words and messages of the halo exchange of a structured grid.
//
// A box of n_0 x n_1 x ... cells sends, along each axis that is split, `lower` layers to the rank above it (which keeps
// them in its lower ghosts) and `upper` layers to the rank below. A layer holds the cells of the box across the axis; where
// a footprint reads corners, axes are exchanged one after another and a layer also holds the ghosts of the earlier axes.
// All fields of one direction travel in one message. An axis held by one rank costs nothing.

/// The halo of one field: layers read below and above a point along each axis.
public struct FieldHalo: Hashable, Sendable {
    public var lower: [Int]
    public var upper: [Int]
    public var corners: Bool

    public init(lower: [Int], upper: [Int], corners: Bool) {
        self.lower = lower
        self.upper = upper
        self.corners = corners
    }
}

/// The exchange of the halos of some fields, once.
public struct HaloExchangeModel: Sendable {
    public var extents: [Int]
    /// Ranks along each axis; rank numbers run with the last axis fastest.
    public var shape: [Int]
    public var periodic: [Bool]
    public var fields: [FieldHalo]

    public init(extents: [Int], shape: [Int], periodic: [Bool], fields: [FieldHalo]) {
        self.extents = extents
        self.shape = shape
        self.periodic = periodic
        self.fields = fields
    }

    public var ranks: Int { shape.reduce(1, *) }

    /// A rank's coordinates in the shape.
    public func coordinates(of rank: Int) -> [Int] {
        var rest = rank
        var coordinates = shape
        for axis in shape.indices.reversed() {
            coordinates[axis] = rest % shape[axis]
            rest /= shape[axis]
        }
        return coordinates
    }

    /// The cells along an axis of the box at `coordinate`: the first extent % ranks boxes hold one more.
    public func share(axis: Int, coordinate: Int) -> Range<Int> {
        let (size, extra) = extents[axis].quotientAndRemainder(dividingBy: shape[axis])
        let start = coordinate * size + min(coordinate, extra)
        return start..<(start + size + (coordinate < extra ? 1 : 0))
    }

    /// Words and messages that `rank` sends; none from a rank beyond the shape.
    public func sent(by rank: Int) -> (words: Int, messages: Int) {
        guard let box = box(of: rank) else { return (0, 0) }
        return shape.indices.reduce((0, 0)) { sum, axis in
            let part = sent(from: box, along: axis)
            return (sum.0 + part.words, sum.1 + part.messages)
        }
    }

    /// Those of them that go along one axis, to both sides at once.
    public func sent(by rank: Int, along axis: Int) -> (words: Int, messages: Int) {
        box(of: rank).map { sent(from: $0, along: axis) } ?? (0, 0)
    }

    /// Where a rank's box lies in the shape, and its cells along each axis; nil for a rank beyond the shape.
    private func box(of rank: Int) -> (place: [Int], cells: [Int])? {
        guard rank < ranks else { return nil }
        let place = coordinates(of: rank)
        return (place, shape.indices.map { share(axis: $0, coordinate: place[$0]).count })
    }

    private func sent(from box: (place: [Int], cells: [Int]), along axis: Int) -> (words: Int, messages: Int) {
        var (words, messages) = (0, 0)
        if shape[axis] == 1 { return (0, 0) }
        for upwards in [true, false] {
            let atEdge = box.place[axis] == (upwards ? shape[axis] - 1 : 0)
            if atEdge && !periodic[axis] { continue }
            let message = fields.reduce(0) { sum, field in
                let layer = shape.indices.reduce(1) { product, other in
                    if other == axis { return product }
                    let ghosts = field.corners && other < axis ? field.lower[other] + field.upper[other] : 0
                    return product * (box.cells[other] + ghosts)
                }
                return sum + layer * (upwards ? field.lower[axis] : field.upper[axis])
            }
            words += message
            messages += message > 0 ? 1 : 0
        }
        return (words, messages)
    }

    /// Words that all ranks send together: the layers of all boxes across an axis make up the grid's, and those ghosts that
    /// they hold.
    public var words: Int {
        shape.indices.reduce(0) { sum, axis in
            if shape[axis] == 1 { return sum }
            let crossings = periodic[axis] ? shape[axis] : shape[axis] - 1
            return sum
                + fields.reduce(0) { sum, field in
                    let layer = shape.indices.reduce(1) { product, other in
                        if other == axis { return product }
                        let ghosts = field.corners && other < axis ? field.lower[other] + field.upper[other] : 0
                        return product * (extents[other] + shape[other] * ghosts)
                    }
                    return sum + crossings * layer * (field.lower[axis] + field.upper[axis])
                }
        }
    }
}
