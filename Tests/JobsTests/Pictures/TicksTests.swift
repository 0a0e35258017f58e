import Jobs
import Testing

@Suite struct TicksTests {
    @Test(arguments: [
        (236.0...1076.0, 7, "400"),
        (0...1, 6, "0.0"), (-150...150, 7, "-150"), (-3e-6...3e-6, 7, "-3e-6"),
        (0...2.4e7, 5, "0"), (99.95...100.05, 5, "99.96"),
    ])
    func ticksAreRound(range: ClosedRange<Double>, most: Int, first: String) {
        let ticks = Ticks(in: range, atMost: most)
        #expect(ticks.labels.first == first)
        #expect(ticks.values.count <= most && ticks.values.count >= 2)
        let slack = 1e-9 * (range.upperBound - range.lowerBound)
        for value in ticks.values { #expect(value > range.lowerBound - slack && value < range.upperBound + slack) }
        #expect(Set(ticks.labels).count == ticks.labels.count)
    }

    @Test func labelsNameTheirValues() {
        for range in [0.001...0.0095, -7.3...12.9, 1e-5...4.4e-5, -8.2e9...1e9, 1000.25...1000.5] {
            let ticks = Ticks(in: range, atMost: 6)
            for (value, label) in zip(ticks.values, ticks.labels) {
                let named = Double(label)!
                #expect(abs(named - value) <= 1e-9 * (range.upperBound - range.lowerBound))
            }
        }
    }

    @Test func boundsRoundUp() {
        #expect(Ticks.roundedUp(1) == 1)
        #expect(Ticks.roundedUp(137) == 150)
        #expect(abs(Ticks.roundedUp(0.0081) - 0.01) < 1e-12)
        #expect(Ticks.roundedUp(9.5e4) == 1e5)
    }
}
