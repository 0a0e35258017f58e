// Exact sums of rows at the speed of memory, with the bits of `ExactSum.add`.
//
// Terms are added without error to partial sums in vector registers (`tessera_expansion_double`); only what those cannot
// hold, and the partial sums themselves at the end, go to the accumulator. Cost: 12 floating-point additions a term.

internal import CLanes
import Failures
import MessagePassing

extension ExactSum {
    /// The sum of all cells of some rows, or of the products of two fields' cells, each rounded to Double.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    package static func ofRows<Scalar: StencilScalar>(
        _ rows: Int, count: Int, _ a: (Int) -> UnsafePointer<Scalar>, times b: ((Int) -> UnsafePointer<Scalar>)? = nil
    ) -> ExactSum {
        var sum = ExactSum()
        withUnsafeTemporaryAllocation(of: Double.self, capacity: partialSums + spillCapacity) { memory in
            let sums = memory.baseAddress!
            sums.initialize(repeating: 0, count: partialSums + spillCapacity)
            for row in 0..<rows { sum.add(a(row), b?(row), count: count, sums: sums) }
            for k in 0..<partialSums { sum.add(sums[k]) }
            if (0..<partialSums).allSatisfy({ sums[$0].isFinite }) { return }
            // A partial sum has overflowed, or a term is not finite: one term at a time, which knows all of that.
            sum = ExactSum()
            for row in 0..<rows {
                let (left, right) = (a(row), b?(row))
                for k in 0..<count { sum.add(Double(left[k]) * (right.map { Double($0[k]) } ?? 1)) }
            }
        }
        return sum
    }

    /// Partial sums in vector registers, and room behind them for what they cannot hold.
    static let partialSums = 16
    static let spillCapacity = 256

    /// One row into the partial sums; `sums` is followed by room for what they cannot hold.
    mutating func add<Scalar: StencilScalar>(
        _ a: UnsafePointer<Scalar>, _ b: UnsafePointer<Scalar>?, count: Int, sums: UnsafeMutablePointer<Double>
    ) {
        let spill = sums + Self.partialSums
        var done = 0
        while done < count {
            var spilled = 0
            let left = UnsafeRawPointer(a + done)
            let right = b.map { UnsafeRawPointer($0 + done) }
            if Scalar.self == Float.self {
                done += tessera_expansion_float(
                    left.assumingMemoryBound(to: Float.self), right?.assumingMemoryBound(to: Float.self), count - done,
                    sums, spill, Self.spillCapacity, &spilled)
            } else {
                done += tessera_expansion_double(
                    left.assumingMemoryBound(to: Double.self), right?.assumingMemoryBound(to: Double.self),
                    count - done, sums, spill, Self.spillCapacity, &spilled)
            }
            for k in 0..<spilled { add(spill[k]) }
        }
    }
}

extension Communicator {
    /// The sum over all ranks, rounded once: the same bits however the terms are dealt. Collective: one all-reduce.
    func exactSum(_ sum: ExactSum) throws(TesseraError) -> Double { try exactSums([sum])[0] }

    /// Several sums in one all-reduce. Collective.
    func exactSums(_ sums: [ExactSum]) throws(TesseraError) -> [Double] {
        var words = sums.flatMap(\.words)
        let length = ExactSum.wordCount
        var span = words.mutableSpan
        try allReduce(&span, .sum)
        return sums.indices.map { ExactSum(words: Array(words[$0 * length..<($0 + 1) * length])).value }
    }
}
