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
