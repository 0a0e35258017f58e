// Sums and extremes of a field with the same bits on every number of ranks.
//
// Sums are exact and rounded once (`ExactSum`); extremes compare integers that are ordered as the numbers are, NaN above
// all, so that one NaN anywhere shows on every rank. Collective: one all-reduce each.

public import Failures
import MessagePassing

extension Simulation {
    /// The sum of a field over the grid, exact and rounded once.
    public func sum(_ field: S.Field) throws(TesseraError) -> Double {
        try exactSum { add in
            forEachRow(of: field) { _, row in
                for k in row.indices { add(Double(row[unchecked: k])) }
            }
        }
    }

    /// The sum of the squares of a field: each rounded to Double, then summed exactly.
    public func sumOfSquares(_ field: S.Field) throws(TesseraError) -> Double {
        try dot(field, field)
    }

    /// The sum of the products of two fields: each rounded to Double, then summed exactly.
    public func dot(_ a: S.Field, _ b: S.Field) throws(TesseraError) -> Double {
        try exactSum { add in
            for row in 0..<localRows() {
                let a = pointer(a, ago: 0, row: row)
                let b = pointer(b, ago: 0, row: row)
                for k in 0..<columns { add(Double(a[k]) * Double(b[k])) }
            }
        }
    }

    /// The largest value of a field; NaN where any value is NaN.
    public func maximum(_ field: S.Field) throws(TesseraError) -> Double {
        try extreme { keep in
            forEachRow(of: field) { _, row in
                for k in row.indices { keep(Double(row[unchecked: k])) }
            }
        }
    }

    /// The smallest value of a field; NaN where any value is NaN.
    public func minimum(_ field: S.Field) throws(TesseraError) -> Double {
        -(try extreme { keep in
            forEachRow(of: field) { _, row in
                for k in row.indices { keep(-Double(row[unchecked: k])) }
            }
        })
    }

    /// The largest magnitude of the last step's change of a field; NaN where any value is NaN.
    ///
    /// The level before the current one must be there: nil before the first step, and for a field that is never written.
    public func maximumChange(_ field: S.Field) throws(TesseraError) -> Double? {
        guard step > 0, footprint.written.contains(field.rawValue) else { return nil }
        return try extreme { keep in
            for row in 0..<localRows() {
                let new = pointer(field, ago: 0, row: row)
                let old = pointer(field, ago: 1, row: row)
                for k in 0..<columns { keep((Double(new[k]) - Double(old[k])).magnitude) }
            }
        }
    }

    /// The first cell in C order whose value is NaN or infinite; nil where all are finite.
    public func firstNonFinite(_ field: S.Field) throws(TesseraError) -> GridIndex? {
        let whole = partition.extents
        var first = Int.max
        forEachRow(of: field) { index, row in
            for k in row.indices where first == .max && !row[unchecked: k].isFinite {
                let place = index.canonical
                first = (place.x * whole.y + place.y) * whole.z + place.z + k
            }
        }
        let position = try communicator.allReduce(first, .minimum)
        guard position != .max else { return nil }
        let row = position / whole.z
        return GridIndex(
            canonical: SIMD3(row / whole.y, row % whole.y, position % whole.z), axes: partition.axes)
    }

    private func exactSum(_ terms: ((Double) -> Void) -> Void) throws(TesseraError) -> Double {
        var sum = ExactSum()
        terms { sum.add($0) }
        var words = sum.words
        var span = words.mutableSpan
        try communicator.allReduce(&span, .sum)
        return ExactSum(words: words).value
    }

    private func extreme(_ values: ((Double) -> Void) -> Void) throws(TesseraError) -> Double {
        var largest = Int64.min
        values { largest = Swift.max(largest, orderedBits($0)) }
        return number(orderedBits: try communicator.allReduce(largest, .maximum))
    }
}

/// An integer ordered as the number is; NaN is the largest, and -0 counts as +0.
private func orderedBits(_ value: Double) -> Int64 {
    if value.isNaN { return .max }
    let bits = Int64(bitPattern: (value + 0).bitPattern)
    return bits < 0 ? bits ^ .max : bits
}

private func number(orderedBits bits: Int64) -> Double {
    if bits == .max { return .nan }
    return Double(bitPattern: UInt64(bitPattern: bits < 0 ? bits ^ .max : bits))
}
