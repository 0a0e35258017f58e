// Sums and extremes of a field with the same bits on every number of ranks.
//
// Sums are exact and rounded once (`ExactSum`); extremes compare integers that are ordered as the numbers are, NaN above
// all, so that one NaN anywhere shows on every rank. Collective: one all-reduce each.

public import Failures
import MessagePassing

extension Simulation {
    /// The sum of a field over the grid, exact and rounded once.
    public func sum(_ field: S.Field) throws(TesseraError) -> Double {
        try communicator.exactSum(
            ExactSum.ofRows(localRows(), count: columns, rowFinder(field)))
    }

    /// The sum of the squares of a field: each rounded to Double, then summed exactly.
    public func sumOfSquares(_ field: S.Field) throws(TesseraError) -> Double {
        try dot(field, field)
    }

    /// The sum of the products of two fields: each rounded to Double, then summed exactly.
    ///
    /// - Parameters:
    ///   - a: one field.
    ///   - ago: which of its levels: 0 for the current one, 1 for that before the last step.
    ///   - b: the other.
    ///   - other: which of its levels.
    ///   - weight: a field, at its current level, that `a` is multiplied by first, rounded to the fields' type.
    public func dot(
        _ a: S.Field, ago: Int = 0, _ b: S.Field, ago other: Int = 0, weight: S.Field? = nil
    ) throws(TesseraError) -> Double {
        precondition(keeps(a, ago: ago) && keeps(b, ago: other), "the simulation does not keep this level")
        let (rows, count, left, right) = (localRows(), columns, rowFinder(a, ago: ago), rowFinder(b, ago: other))
        guard let weight else {
            return try communicator.exactSum(ExactSum.ofRows(rows, count: count, left, times: right))
        }
        let weights = rowFinder(weight)
        let sum = withUnsafeTemporaryAllocation(of: S.Scalar.self, capacity: Swift.max(1, count)) { memory in
            let products = memory.baseAddress!
            return ExactSum.ofRows(
                rows, count: count,
                { row in
                    multiply(left(row), weights(row), count, into: products)
                    return UnsafePointer(products)
                }, times: right)
        }
        return try communicator.exactSum(sum)
    }

    /// The largest value of a field; NaN where any value is NaN.
    public func maximum(_ field: S.Field) throws(TesseraError) -> Double {
        var extreme = Extreme()
        for row in 0..<localRows() { extreme.include(pointer(field, ago: 0, row: row), times: 1, count: columns) }
        return try overRanks(extreme)
    }

    /// The smallest value of a field; NaN where any value is NaN.
    public func minimum(_ field: S.Field) throws(TesseraError) -> Double {
        var extreme = Extreme()
        for row in 0..<localRows() { extreme.include(pointer(field, ago: 0, row: row), times: -1, count: columns) }
        return 0 - (try overRanks(extreme))
    }

    /// The largest magnitude of the last step's change of a field; NaN where any value is NaN.
    ///
    /// The level before the current one must be there: nil before the first step, and for a field that is never written.
    public func maximumChange(_ field: S.Field) throws(TesseraError) -> Double? {
        guard step > 0, footprint.written.contains(field.rawValue) else { return nil }
        var extreme = Extreme()
        for row in 0..<localRows() {
            extreme.include(
                pointer(field, ago: 0, row: row), minus: pointer(field, ago: 1, row: row), count: columns)
        }
        return try overRanks(extreme)
    }

    /// The first cell in C order whose value is NaN or infinite; nil where all are finite.
    public func firstNonFinite(_ field: S.Field) throws(TesseraError) -> GridIndex? {
        try view(field).firstNonFinite()
    }

    /// A level's rows by number.
    private func rowFinder(_ field: S.Field, ago: Int = 0) -> (Int) -> UnsafePointer<S.Scalar> {
        let (first, layout, rows) = (storage.origin(field.rawValue, ago: ago), storage.layout, partition.count.y)
        return { UnsafePointer(first + layout.offset(SIMD3($0 / rows, $0 % rows, 0))) }
    }

    private func overRanks(_ extreme: Extreme) throws(TesseraError) -> Double {
        Extreme.number(orderedBits: try communicator.allReduce(extreme.largest, .maximum))
    }
}

/// The largest number seen, as an integer ordered as the numbers are: NaN is the largest, and -0 counts as +0.
struct Extreme {
    private(set) var largest = Int64.min

    private mutating func include(_ value: Double) {
        let bits = Int64(bitPattern: (value + 0).bitPattern)
        let ordered = value.isNaN ? .max : bits < 0 ? bits ^ .max : bits
        largest = Swift.max(largest, ordered)
    }

    static func number(orderedBits bits: Int64) -> Double {
        if bits == .max { return .nan }
        return Double(bitPattern: UInt64(bitPattern: bits < 0 ? bits ^ .max : bits))
    }

    /// Cells times a sign.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    mutating func include<Scalar: StencilScalar>(
        _ cells: UnsafePointer<Scalar>, times sign: Double, count: Int
    ) {
        for k in 0..<count { include(sign * Double(cells[k])) }
    }

    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    mutating func include<Scalar: StencilScalar>(magnitudesOf cells: UnsafePointer<Scalar>, count: Int) {
        for k in 0..<count { include(Double(cells[k]).magnitude) }
    }

    /// Magnitudes of differences.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    mutating func include<Scalar: StencilScalar>(
        _ cells: UnsafePointer<Scalar>, minus others: UnsafePointer<Scalar>, count: Int
    ) {
        for k in 0..<count { include((Double(cells[k]) - Double(others[k])).magnitude) }
    }
}

@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
private func multiply<Scalar: StencilScalar>(
    _ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>, _ count: Int, into products: UnsafeMutablePointer<Scalar>
) {
    for k in 0..<count { products[k] = a[k] * b[k] }
}
