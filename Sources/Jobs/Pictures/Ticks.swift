import Foundation

/// Round numbers along a range, with their labels: multiples of 1, 2 or 5 times a power of ten.
package struct Ticks: Equatable, Sendable {
    package let values: [Double]
    package let labels: [String]

    /// The finest ticks inside `range` of which there are at most `most`, at least two where round numbers allow it.
    ///
    /// - Precondition: the range is finite and not empty; `most` is at least 2.
    package init(in range: ClosedRange<Double>, atMost most: Int) {
        let width = range.upperBound - range.lowerBound
        precondition(width > 0 && width.isFinite && most >= 2)
        var exponent = Int(log10(width / Double(most)).rounded(.down)) - 1
        var multiples: ClosedRange<Double> = 0...0
        var step = 0.0
        search: while true {
            for mantissa in [1.0, 2, 5] {
                step = mantissa * pow(10, Double(exponent))
                // A bound that is round itself must not be lost to rounding.
                let first = (range.lowerBound / step - 1e-9).rounded(.up)
                let last = (range.upperBound / step + 1e-9).rounded(.down)
                guard last - first + 1 <= Double(most) else { continue }
                multiples = min(first, last)...max(first, last)
                break search
            }
            exponent += 1
        }
        let count = Int(multiples.upperBound - multiples.lowerBound) + 1
        // Adding zero turns -0 into 0.
        let values = (0..<count).map { (multiples.lowerBound + Double($0)) * step + 0 }
        self.values = values
        let largest = values.map(\.magnitude).max() ?? 0
        let power = largest > 0 ? Int(log10(largest * (1 + 1e-12)).rounded(.down)) : 0
        // Very large and very small numbers share the power of ten of the largest.
        let scientific = power >= 5 || power <= -4
        let decimals = max(scientific ? power - exponent : -exponent, 0)
        labels = values.map { value in
            guard scientific else { return String(format: "%.\(decimals)f", value) }
            return value == 0 ? "0" : String(format: "%.\(decimals)fe%d", value / pow(10, Double(power)), power)
        }
    }

    /// The least of 1, 1.5, 2, 2.5, 3, 4, 5, 6, 8 and 10 times a power of ten not less than a positive magnitude.
    package static func roundedUp(_ magnitude: Double) -> Double {
        let power = pow(10, log10(magnitude).rounded(.down))
        let mantissas = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]
        return (mantissas.first { $0 * power >= magnitude * (1 - 1e-9) } ?? 10) * power
    }
}
