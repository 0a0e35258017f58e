// The lightness here is CIE L*, computed apart from the space in which the maps are built.

import Foundation
import Jobs
import Testing

@Suite struct ColourTests {
    private func lightness(_ colour: Colour) -> Double {
        func light(_ component: UInt8) -> Double {
            let x = Double(component) / 255
            return x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4)
        }
        let y = 0.2126 * light(colour.red) + 0.7152 * light(colour.green) + 0.0722 * light(colour.blue)
        return y > 216.0 / 24389 ? 116 * cbrt(y) - 16 : y * 24389 / 27
    }

    @Test(arguments: ["terrain", "sequential"])
    func sequentialMapsGrowLighter(name: String) {
        let map = name == "terrain" ? ColourMap.terrain : .sequential
        let steps = (0...64).map { lightness(map[Double($0) / 64]) }
        for (darker, lighter) in zip(steps, steps.dropFirst()) { #expect(lighter > darker) }
        #expect(steps.last! - steps.first! > 60)
    }

    @Test func theDivergingMapIsWhiteAtZeroAndEquallyDarkOnBothSides() {
        let steps = (0...64).map { lightness(ColourMap.diverging[Double($0) / 64]) }
        for index in 0..<32 {
            #expect(steps[index] < steps[index + 1])
            #expect(steps[64 - index] < steps[63 - index])
            #expect(abs(steps[index] - steps[64 - index]) < 6)
        }
        #expect(ColourMap.diverging[0.5] == Colour(0xF7F7F5))
        #expect(ColourMap.diverging[0].blue > ColourMap.diverging[0].red)
        #expect(ColourMap.diverging[1].red > ColourMap.diverging[1].blue)
    }

    @Test func anchorsAtTheEndsNaNAndBeyond() {
        let map = ColourMap(sequential: [Colour(0x102030), Colour(0xF0E0D0)])
        #expect(map[0] == Colour(0x102030) && map[1] == Colour(0xF0E0D0))
        #expect(map[-3] == map[0] && map[.infinity] == map[1])
        #expect(map[.nan] == .missing)
    }
}
