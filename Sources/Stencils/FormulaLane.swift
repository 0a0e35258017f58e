// A lane without numbers that tells one update from another: it gives each value a checksum of how it comes about, and
// writes down the constants in the order in which they come to be.
//
//     h(tap) = h(slot, offset),   h(a op b) = h(op, h(a), h(b)),   h(constant) = h(its place among the constants)
//
// So two stencils that differ in a parameter have one formula and other constants; updates that are written otherwise, in
// another order of arithmetic say, have other formulas. Updates take the same way whatever the values, so that a formula
// and its constants are all that there is to an update.

import DistributedArrays

/// An update in short.
@usableFromInline
final class UpdateFormula: @unchecked Sendable {
    let axes: Int
    /// The checksum of all that is written.
    fileprivate(set) var checksum: UInt64 = 0
    /// The stencil's parameters and literals, as often as they are used.
    fileprivate(set) var constants: [Double] = []

    /// Constants are made without a site, by a literal for one: they belong to the update that runs.
    @TaskLocal fileprivate static var running: UpdateFormula?

    /// Runs `stencil` once, on a grid that it is known to fit.
    @usableFromInline
    init<S: MultiFieldStencil>(of stencil: S, axes: Int) {
        self.axes = axes
        UpdateFormula.$running.withValue(self) { _ = stencil.update(Cell<FormulaLane, S.Field>(self)) }
    }

    /// The first few constants, and what tells all of them from others.
    var constantsText: String {
        var distinct: [Double] = []
        for constant in constants where !distinct.contains(constant) { distinct.append(constant) }
        let shown = distinct.prefix(8).map { "\($0)" } + (distinct.count > 8 ? ["..."] : [])
        return shown.joined(separator: ", ") + " (checksum \(checksumOf(constants.map(\.bitPattern)).hexadecimal))"
    }
}

/// The checksum of some words in this order.
func checksumOf(_ words: [UInt64]) -> UInt64 {
    var hash = ElementHash()
    words.withUnsafeBufferPointer { words in
        if let first = words.baseAddress { hash.add(first, words.count, at: 0) }
    }
    return hash.sum
}

/// The lane that knows of each number only how it comes about.
struct FormulaLane: Lane {
    private let hash: UInt64

    private enum Kind: UInt64 {
        case constant, tap, position, time, sum, difference, product, quotient, negative, magnitude, root, less, atMost
        case selection, both, either, not
    }

    private init(_ kind: Kind, _ words: UInt64...) { hash = checksumOf([kind.rawValue] + words) }

    init(_ value: Double) {
        let running = UpdateFormula.running
        self.init(.constant, UInt64(running?.constants.count ?? 0))
        running?.constants.append(value)
    }
    init(floatLiteral value: Double) { self.init(value) }
    init(integerLiteral value: Int) { self.init(Double(value)) }

    static func + (a: Self, b: Self) -> Self { Self(.sum, a.hash, b.hash) }
    static func - (a: Self, b: Self) -> Self { Self(.difference, a.hash, b.hash) }
    static func * (a: Self, b: Self) -> Self { Self(.product, a.hash, b.hash) }
    static func / (a: Self, b: Self) -> Self { Self(.quotient, a.hash, b.hash) }
    static prefix func - (a: Self) -> Self { Self(.negative, a.hash) }
    var magnitude: Self { Self(.magnitude, hash) }
    func squareRoot() -> Self { Self(.root, hash) }

    struct Mask: LaneMask {
        fileprivate let value: FormulaLane
        static func & (a: Self, b: Self) -> Self { Self(value: FormulaLane(.both, a.value.hash, b.value.hash)) }
        static func | (a: Self, b: Self) -> Self { Self(value: FormulaLane(.either, a.value.hash, b.value.hash)) }
        static prefix func ! (a: Self) -> Self { Self(value: FormulaLane(.not, a.value.hash)) }
    }

    static func < (a: Self, b: Self) -> Mask { Mask(value: Self(.less, a.hash, b.hash)) }
    static func <= (a: Self, b: Self) -> Mask { Mask(value: Self(.atMost, a.hash, b.hash)) }
    static func select(_ mask: Mask, _ a: Self, _ b: Self) -> Self { Self(.selection, mask.value.hash, a.hash, b.hash) }

    /// The slot whose taps are told apart.
    struct Source {
        let slot: Int
        let axes: Int
    }

    static func source(at site: UpdateFormula, slot: Int) -> Source { Source(slot: slot, axes: site.axes) }
    static func axes(of source: Source) -> Int { source.axes }
    static func tap(_ source: Source, plane: Int, row: Int, column: Int, axes: Int) -> Self {
        func word(_ number: Int) -> UInt64 { UInt64(bitPattern: Int64(number)) }
        return Self(.tap, word(source.slot), word(plane), word(row), word(column))
    }
    static func position(at site: UpdateFormula, axis: Int) -> Self {
        Self(.position, UInt64(axis))
    }
    static func time(at site: UpdateFormula) -> Self { Self(.time) }
    static func write(_ value: Self, at site: UpdateFormula, field: Int) {
        site.checksum = checksumOf([site.checksum, UInt64(field), value.hash])
    }
}
