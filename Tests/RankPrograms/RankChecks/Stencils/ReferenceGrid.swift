// The plain reference: no ghost cells, no ranks, no vectors. A tap outside the grid is followed through the boundary rules
// by index arithmetic, last axis first.

import Stencils

/// One end of an axis, in the reference's own words.
enum Edge: Sendable {
    case constant(Double)
    case function(@Sendable ([Int], Double) -> Double)
    case mirror(sign: Double, slope: Double)
    case robin(value: Double, slope: Double, sum: Double)
    /// A function of the ghost's index, the time and the value that faces it.
    case custom(@Sendable ([Int], Double, Double) -> Double)

    var side: BoundarySide {
        switch self {
        case .constant(let value):
            .dirichlet(value)
        case .function(let value):
            .dirichlet { index, time in value((0..<index.axes).map { index[$0] }, time) }
        case .robin(let value, let slope, let sum):
            .robin(value: value, slope: slope, sum: sum)
        case .custom(let value):
            .custom { index, time, faced in value((0..<index.axes).map { index[$0] }, time, faced) }
        case .mirror(let sign, let slope):
            slope != 0 ? .neumann(slope: slope) : sign == 1 ? .neumann : .reflecting(sign: sign)
        }
    }
}

/// Both ends of an axis; nil is periodic.
typealias Edges = (lower: Edge, upper: Edge)?

func boundary(_ edges: [Edges]) -> [Boundary] {
    edges.map { $0.map { .sides($0.lower.side, $0.upper.side) } ?? .periodic }
}

/// All fields and levels of a grid, whole.
final class ReferenceGrid<Scalar: StencilScalar> {
    let extents: [Int]
    let edges: [[Edges]]
    /// Values by field and steps before the current level.
    var levels: [[[Scalar]]]
    var next: [[Scalar]?]
    var time = 0.0
    var place: [Int]

    init(extents: [Int], edges: [[Edges]], initially value: (Int, Int, [Int]) -> Scalar) {
        self.extents = extents
        self.edges = edges
        place = extents.map { _ in 0 }
        let count = extents.reduce(1, *)
        levels = edges.indices.map { field in
            (0..<3).map { ago in
                (0..<count).map { value(field, ago, Self.index($0, extents)) }
            }
        }
        next = edges.map { _ in nil }
    }

    static func index(_ position: Int, _ extents: [Int]) -> [Int] {
        var rest = position
        var index = extents
        for axis in extents.indices.reversed() {
            index[axis] = rest % extents[axis]
            rest /= extents[axis]
        }
        return index
    }

    func position(_ index: [Int]) -> Int { zip(index, extents).reduce(0) { $0 * $1.1 + $1.0 } }

    /// The value of a field at any index, inside the grid or not.
    func value(_ field: Int, ago: Int, _ index: [Int]) -> Scalar {
        guard let axis = extents.indices.last(where: { !(0..<extents[$0]).contains(index[$0]) }) else {
            return levels[field][ago][position(index)]
        }
        let extent = extents[axis]
        var index = index
        guard let edges = edges[field][axis] else {
            index[axis] = ((index[axis] % extent) + extent) % extent
            return value(field, ago: ago, index)
        }
        let isLower = index[axis] < 0
        switch isLower ? edges.lower : edges.upper {
        case .constant(let value):
            return Scalar(value)
        case .function(let value):
            for other in extents.indices where self.edges[field][other] == nil {
                index[other] = ((index[other] % extents[other]) + extents[other]) % extents[other]
            }
            return Scalar(value(index, time - Double(ago)))
        case .robin(let alpha, let beta, let sum):
            let distance = isLower ? -1 - index[axis] : index[axis] - extent
            index[axis] = isLower ? distance : extent - 1 - distance
            // The condition at the face, solved for the ghost.
            let steepness = beta / Double(2 * distance + 1)
            let inside = self.value(field, ago: ago, index)
            return Scalar((steepness - alpha / 2) / (steepness + alpha / 2)) * inside
                + Scalar(sum / (steepness + alpha / 2))
        case .custom(let value):
            let distance = isLower ? -1 - index[axis] : index[axis] - extent
            var facing = index
            facing[axis] = min(max(isLower ? distance : extent - 1 - distance, 0), extent - 1)
            for other in extents.indices where self.edges[field][other] == nil {
                index[other] = ((index[other] % extents[other]) + extents[other]) % extents[other]
            }
            return Scalar(value(index, time - Double(ago), Double(self.value(field, ago: ago, facing))))
        case .mirror(let sign, let slope):
            let distance = isLower ? -1 - index[axis] : index[axis] - extent
            index[axis] = isLower ? distance : extent - 1 - distance
            let inside = value(field, ago: ago, index)
            return sign == 1 && slope == 0 ? inside : Scalar(sign) * inside + Scalar(Double(2 * distance + 1) * slope)
        }
    }

    func advance<S: MultiFieldStencil>(_ stencil: S, steps: Int) where S.Scalar == Scalar {
        let count = extents.reduce(1, *)
        for _ in 0..<steps {
            next = levels.map { _ in nil }
            for position in 0..<count {
                place = Self.index(position, extents)
                _ = stencil.update(Cell<ReferenceLane<Scalar>, S.Field>(self))
            }
            for (field, values) in next.enumerated() {
                if let values { levels[field] = [values] + levels[field].dropLast() }
            }
            time += 1
        }
    }
}

/// One number, read through the reference grid.
struct ReferenceLane<Scalar: StencilScalar>: Lane {
    let value: Scalar

    struct Mask: LaneMask {
        let value: Bool
        static func & (a: Self, b: Self) -> Self { Self(value: a.value && b.value) }
        static func | (a: Self, b: Self) -> Self { Self(value: a.value || b.value) }
        static prefix func ! (a: Self) -> Self { Self(value: !a.value) }
    }

    struct Source {
        let grid: ReferenceGrid<Scalar>
        let field: Int
        let ago: Int
    }

    init(value: Scalar) { self.value = value }
    init(_ value: Double) { self.value = Scalar(value) }
    init(floatLiteral value: Scalar) { self.value = value }
    init(integerLiteral value: Int) { self.value = Scalar(value) }

    static func + (a: Self, b: Self) -> Self { Self(value: a.value + b.value) }
    static func - (a: Self, b: Self) -> Self { Self(value: a.value - b.value) }
    static func * (a: Self, b: Self) -> Self { Self(value: a.value * b.value) }
    static func / (a: Self, b: Self) -> Self { Self(value: a.value / b.value) }
    static prefix func - (a: Self) -> Self { Self(value: -a.value) }
    static func < (a: Self, b: Self) -> Mask { Mask(value: a.value < b.value) }
    static func <= (a: Self, b: Self) -> Mask { Mask(value: a.value <= b.value) }
    var magnitude: Self { Self(value: value.magnitude) }
    func squareRoot() -> Self { Self(value: value.squareRoot()) }
    static func select(_ mask: Mask, _ a: Self, _ b: Self) -> Self { mask.value ? a : b }

    static func source(at site: ReferenceGrid<Scalar>, slot: Int) -> Source {
        Source(grid: site, field: slot % LaneSlot.fields, ago: slot / LaneSlot.fields)
    }
    static func axes(of source: Source) -> Int { source.grid.extents.count }
    static func tap(_ source: Source, plane: Int, row: Int, column: Int, axes: Int) -> Self {
        let offset = [plane, row, column].suffix(axes)
        return Self(value: source.grid.value(source.field, ago: source.ago, zip(source.grid.place, offset).map(+)))
    }
    static func position(at site: ReferenceGrid<Scalar>, axis: Int) -> Self { Self(value: Scalar(site.place[axis])) }
    static func time(at site: ReferenceGrid<Scalar>) -> Self { Self(site.time) }
    static func write(_ value: Self, at site: ReferenceGrid<Scalar>, field: Int) {
        if site.next[field] == nil { site.next[field] = site.levels[field][0] }
        site.next[field]![site.position(site.place)] = value.value
    }
}
