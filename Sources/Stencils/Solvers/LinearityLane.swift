// A lane without numbers that finds out whether an update is linear: whether it gives a sum of values times parameters.
//
// Parameters are literals, the stencil's own numbers, the position and the time. Zero is known apart, so that a sum may
// begin with it.

/// What is seen of an update while it runs on ``LinearityLane``.
@usableFromInline
final class LinearityRecord {
    var readsPosition = false
    /// What the update gives.
    var result: LinearityLane.Kind = .zero

    @usableFromInline
    init() {}

    /// Why the update is not linear; nil where it is.
    var fault: String? {
        switch result {
        case .linear, .zero: nil
        case .parameter: "values that do not depend on the field"
        case .other(let reason): reason
        }
    }
}

/// The lane that knows of each number only how it depends on the field.
@usableFromInline
struct LinearityLane: Lane {
    enum Kind: Hashable {
        case zero
        case parameter
        case linear
        case other(String)
    }

    let kind: Kind

    init(kind: Kind) { self.kind = kind }
    @usableFromInline
    init(_ value: Double) { kind = value == 0 ? .zero : .parameter }
    @usableFromInline
    init(floatLiteral value: Double) { self.init(value) }
    @usableFromInline
    init(integerLiteral value: Int) { self.init(Double(value)) }

    private static func sum(_ a: Self, _ b: Self) -> Self {
        switch (a.kind, b.kind) {
        case (.other, _): a
        case (_, .other): b
        case (.zero, _): b
        case (_, .zero): a
        default: a.kind == b.kind ? a : Self(kind: .other("a number added to values of the field"))
        }
    }

    /// An operation that only parameters may take part in.
    private static func ofParameters(_ name: String, _ operands: Self...) -> Self {
        for case .other(let reason) in operands.map(\.kind) { return Self(kind: .other(reason)) }
        return Self(
            kind: operands.contains { $0.kind == .linear } ? .other("\(name) of values of the field") : .parameter)
    }

    @usableFromInline
    static func + (a: Self, b: Self) -> Self { sum(a, b) }
    @usableFromInline
    static func - (a: Self, b: Self) -> Self { sum(a, b) }
    @usableFromInline
    static func * (a: Self, b: Self) -> Self {
        switch (a.kind, b.kind) {
        case (.other, _): a
        case (_, .other): b
        case (.zero, _): a
        case (_, .zero): b
        case (.linear, .linear): Self(kind: .other("a product of values of the field"))
        case (.linear, _): a
        default: b
        }
    }
    @usableFromInline
    static func / (a: Self, b: Self) -> Self {
        switch (a.kind, b.kind) {
        case (.other, _): a
        case (_, .other): b
        case (_, .linear): Self(kind: .other("a division by values of the field"))
        default: a
        }
    }
    @usableFromInline
    static prefix func - (a: Self) -> Self { a }
    @usableFromInline
    var magnitude: Self { Self.ofParameters("a magnitude", self) }
    @usableFromInline
    func squareRoot() -> Self { Self.ofParameters("a square root", self) }
    @usableFromInline
    static func < (a: Self, b: Self) -> Mask { Mask(number: ofParameters("a comparison", a, b)) }
    @usableFromInline
    static func <= (a: Self, b: Self) -> Mask { Mask(number: ofParameters("a comparison", a, b)) }
    @usableFromInline
    static func select(_ mask: Mask, _ a: Self, _ b: Self) -> Self {
        if case .other = mask.number.kind { return mask.number }
        return sum(a, b)
    }

    /// Truth values; the number says whether they depend on the field.
    @usableFromInline
    struct Mask: LaneMask {
        let number: LinearityLane
        private static func both(_ a: Self, _ b: Self) -> Self {
            if case .other = a.number.kind { a } else { b }
        }
        @usableFromInline
        static func & (a: Self, b: Self) -> Self { both(a, b) }
        @usableFromInline
        static func | (a: Self, b: Self) -> Self { both(a, b) }
        @usableFromInline
        static prefix func ! (a: Self) -> Self { a }
    }

    @usableFromInline
    struct Site {
        let record: LinearityRecord
        let axes: Int
        @usableFromInline
        init(record: LinearityRecord, axes: Int) {
            self.record = record
            self.axes = axes
        }
    }

    @usableFromInline
    static func source(at site: Site, slot: Int) -> Int { site.axes }
    @usableFromInline
    static func axes(of source: Int) -> Int { source }
    @usableFromInline
    static func tap(_ source: Int, plane: Int, row: Int, column: Int, axes: Int) -> Self { Self(kind: .linear) }
    @usableFromInline
    static func position(at site: Site, axis: Int) -> Self {
        site.record.readsPosition = true
        return Self(kind: .parameter)
    }
    @usableFromInline
    static func time(at site: Site) -> Self { Self(kind: .parameter) }
    @usableFromInline
    static func write(_ value: Self, at site: Site, field: Int) { site.record.result = value.kind }
}
