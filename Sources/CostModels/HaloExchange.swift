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
        guard rank < ranks else { return (0, 0) }
        let place = coordinates(of: rank)
        let cells = shape.indices.map { share(axis: $0, coordinate: place[$0]).count }
        var words = 0
        var messages = 0
        for axis in shape.indices where shape[axis] > 1 {
            for upwards in [true, false] {
                let atEdge = place[axis] == (upwards ? shape[axis] - 1 : 0)
                if atEdge && !periodic[axis] { continue }
                let message = fields.reduce(0) { sum, field in
                    let layer = shape.indices.reduce(1) { product, other in
                        if other == axis { return product }
                        let ghosts = field.corners && other < axis ? field.lower[other] + field.upper[other] : 0
                        return product * (cells[other] + ghosts)
                    }
                    return sum + layer * (upwards ? field.lower[axis] : field.upper[axis])
                }
                words += message
                messages += message > 0 ? 1 : 0
            }
        }
        return (words, messages)
    }

    /// Words that all ranks send together.
    public var words: Int { (0..<ranks).reduce(0) { $0 + sent(by: $1).words } }
}
