import Stencils
import Testing

@Suite("Exact sums")
struct ExactSumTests {
    private func sum(_ terms: [Double]) -> Double {
        var sum = ExactSum()
        for term in terms { sum.add(term) }
        return sum.value
    }

    @Test func nothingIsLost() {
        #expect(sum([]) == 0)
        #expect(sum([1e16, 1, -1e16]) == 1)
        #expect(sum([1e308, 1e308, -1e308]) == 1e308)
        #expect(sum([.leastNonzeroMagnitude, 1e308, -1e308]) == .leastNonzeroMagnitude)
        #expect(sum([.greatestFiniteMagnitude, .greatestFiniteMagnitude]) == .infinity)
        #expect(sum([-.greatestFiniteMagnitude, -.greatestFiniteMagnitude]) == -.infinity)
        #expect(sum([.leastNormalMagnitude, -.leastNonzeroMagnitude]) == Double.leastNormalMagnitude.nextDown)
        #expect(sum([Double](repeating: 0.1, count: 10)) == 1)
        #expect(sum([-0.5, -0.25, 0.125]) == -0.625)
    }

    @Test func roundsOnceToEven() {
        let ulp = 0x1p-52
        #expect(sum([1, ulp / 2]) == 1)
        #expect(sum([1 + ulp, ulp / 2]) == 1 + 2 * ulp)
        #expect(sum([1, ulp / 2, 0x1p-1074]) == 1 + ulp)
        #expect(sum([1, ulp / 2, -0x1p-1074]) == 1)
        #expect(sum([-1, -ulp / 2, -0x1p-1074]) == -1 - ulp)
    }

    @Test func specials() {
        #expect(sum([1, .nan]).isNaN)
        #expect(sum([.infinity, -.infinity]).isNaN)
        #expect(sum([.infinity, 1e308, 1e308]) == .infinity)
        #expect(sum([-.infinity, 1]) == -.infinity)
    }

    /// Rows are added in vector registers; the bits are those of one term at a time.
    @Test(arguments: [0, 8, 300, 1000])
    func rowsGiveTheSameBits(spread: Int) {
        var state: UInt64 = 11
        func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let exponent = spread == 0 ? 0 : Int(state >> 40) % (2 * spread) - spread
            return Double(
                sign: .plus, exponent: exponent, significand: Double(Int64(bitPattern: state) >> 11) * 0x1p-52)
        }
        for (rows, count) in [(0, 5), (1, 1), (3, 7), (2, 8), (5, 129), (1, 4000)] {
            let a = (0..<max(1, rows * count)).map { _ in next() }
            let b = (0..<max(1, rows * count)).map { _ in next() }
            let (single, other) = (a.map(Float.init), b.map(Float.init))
            a.withUnsafeBufferPointer { a in
                b.withUnsafeBufferPointer { b in
                    let rowOf = { (row: Int) in a.baseAddress! + row * count }
                    let otherRow = { (row: Int) in b.baseAddress! + row * count }
                    let cells = 0..<rows * count
                    #expect(same(ExactSum.ofRows(rows, count: count, rowOf).value, sum(cells.map { a[$0] })))
                    #expect(
                        same(
                            ExactSum.ofRows(rows, count: count, rowOf, times: otherRow).value,
                            sum(cells.map { a[$0] * b[$0] })))
                }
            }
            single.withUnsafeBufferPointer { a in
                other.withUnsafeBufferPointer { b in
                    let found = ExactSum.ofRows(rows, count: count) {
                        a.baseAddress! + $0 * count
                    } times: {
                        b.baseAddress! + $0 * count
                    }
                    #expect(same(found.value, sum((0..<rows * count).map { Double(a[$0]) * Double(b[$0]) })))
                }
            }
        }
    }

    @Test func rowsWithSpecialsAndOverflow() {
        func rows(_ terms: [Double]) -> Double {
            terms.withUnsafeBufferPointer { cells in
                ExactSum.ofRows(1, count: cells.count) { _ in cells.baseAddress! }.value
            }
        }
        let ones = [Double](repeating: 1, count: 30)
        let largest = Double.greatestFiniteMagnitude
        for special in [
            [Double.nan], [.infinity], [-.infinity], [.infinity, -.infinity], [largest, largest, -largest],
            [largest, largest, largest, 5], [-0.0], [.leastNonzeroMagnitude, -.leastNonzeroMagnitude],
        ] {
            // In one lane, so that its partial sum overflows although the whole sum does not.
            let spaced = special.flatMap { [$0] + [Double](repeating: 0, count: 7) }
            for terms in [special, special + ones, ones + special, spaced, spaced + ones] {
                #expect(same(rows(terms), sum(terms)), "\(terms)")
            }
        }
    }

    private func same(_ a: Double, _ b: Double) -> Bool { a.isNaN ? b.isNaN : a.bitPattern == b.bitPattern }

    /// Against a sum of integers, which is exact: terms m * 2^k within 2^-40 ... 2^60.
    @Test func anyOrderGivesTheExactSum() {
        var state: UInt64 = 7
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 20
        }
        for _ in 0..<200 {
            var terms: [Double] = []
            var exact: Int128 = 0
            for _ in 0..<50 {
                let significand = Int128(next() % (1 << 40)) - (1 << 39)
                let exponent = Int(next() % 60)
                terms.append(Double(significand) * Double(sign: .plus, exponent: exponent - 40, significand: 1))
                exact += significand << Int128(exponent)
            }
            let expected = Double(exact) * 0x1p-40
            #expect(sum(terms) == expected)
            #expect(sum(terms.reversed()) == expected)
            var left = ExactSum()
            var right = ExactSum()
            for (k, term) in terms.enumerated() { if k % 3 == 0 { left.add(term) } else { right.add(term) } }
            #expect(ExactSum(words: zip(left.words, right.words).map(+)).value == expected)
        }
    }
}
