// Sums without rounding: the same bits in every order, so on every number of ranks.
//
// A Kulisch accumulator (Kulisch, Computer Arithmetic and Validity, 2008): a fixed-point number wide enough for every
// finite Double, here 68 digits of 32 bits, each in an Int64 that gathers 2³¹ additions before carries are due. The exact
// sum is rounded once, at the end, to the nearest Double. Cost: some ten integer operations a term.

/// The exact sum of any number of terms.
package struct ExactSum {
    /// Digit d counts units of 2^(32 d - 1074).
    private(set) var digits = [Int64](repeating: 0, count: ExactSum.digitCount)
    /// NaNs, +infinity and -infinity seen: they decide the sum where there is one.
    private(set) var specials = SIMD3<Int64>.zero
    private var pending = 0

    static let digitCount = 68
    /// Words that travel between ranks.
    package static let wordCount = digitCount + 3

    package mutating func add(_ term: Double) {
        let bits = term.bitPattern
        let exponent = Int(bits >> 52) & 0x7ff
        if exponent == 0x7ff {
            if term.isNaN { specials.x += 1 } else if term > 0 { specials.y += 1 } else { specials.z += 1 }
            return
        }
        // term = ± significand * 2^(shift - 1074)
        let fraction = bits & 0x000f_ffff_ffff_ffff
        let significand = exponent == 0 ? fraction : fraction | (1 << 52)
        let shift = exponent == 0 ? 0 : exponent - 1
        let digit = shift >> 5
        let low = significand << UInt64(shift & 31)
        let high = significand >> UInt64(64 - (shift & 31))
        let sign: Int64 = bits >> 63 == 0 ? 1 : -1
        digits[digit] &+= sign &* Int64(truncatingIfNeeded: low & 0xffff_ffff)
        digits[digit &+ 1] &+= sign &* Int64(truncatingIfNeeded: low >> 32)
        digits[digit &+ 2] &+= sign &* Int64(truncatingIfNeeded: high)
        pending += 1
        if pending == 1 << 30 { carry() }
    }

    /// Adds what another sum holds.
    mutating func add(_ other: ExactSum) {
        var other = other
        other.carry()
        carry()
        // Below 2³³ each: as two additions.
        for d in digits.indices { digits[d] += other.digits[d] }
        specials &+= other.specials
        pending = 2
    }

    mutating func clear() {
        for d in digits.indices { digits[d] = 0 }
        specials = .zero
        pending = 0
    }

    /// Brings every digit but the last into 0..<2³².
    mutating func carry() {
        pending = 0
        for d in 0..<(Self.digitCount - 1) {
            digits[d + 1] += digits[d] >> 32
            digits[d] &= 0xffff_ffff
        }
    }

    /// The digits and the counts of NaN and infinities, to be summed over ranks.
    package var words: [Int64] {
        var sum = self
        sum.carry()
        return sum.digits + [specials.x, specials.y, specials.z]
    }

    package init() {}

    /// The sum whose words are these.
    package init(words: [Int64]) {
        digits = Array(words.prefix(Self.digitCount))
        specials = SIMD3(words[Self.digitCount], words[Self.digitCount + 1], words[Self.digitCount + 2])
        carry()
    }

    /// The sum, rounded to the nearest Double, ties to even. An empty sum is +0.
    package var value: Double {
        if specials.x > 0 || (specials.y > 0 && specials.z > 0) { return .nan }
        if specials.y > 0 { return .infinity }
        if specials.z > 0 { return -.infinity }
        var sum = self
        sum.carry()
        let isNegative = sum.digits[Self.digitCount - 1] < 0
        if isNegative {
            for d in sum.digits.indices { sum.digits[d] = -sum.digits[d] }
            sum.carry()
        }
        guard let top = sum.digits.lastIndex(where: { $0 != 0 }) else { return 0 }
        // The leading 97 to 128 bits, of which the upper 64 are kept, with one sticky bit for all that follow.
        var leading: UInt128 = 0
        for d in 0..<4 where top >= d { leading |= UInt128(UInt64(sum.digits[top - d])) << UInt128(96 - 32 * d) }
        let zeros = leading.leadingZeroBitCount
        leading <<= UInt128(zeros)
        let rest =
            UInt64(truncatingIfNeeded: leading) != 0 || (top >= 4 && sum.digits[..<(top - 3)].contains { $0 != 0 })
        let kept = UInt64(truncatingIfNeeded: leading >> 64) | (rest ? 1 : 0)
        // Bit 63 of `kept` stands for 2^(32 top + 31 - zeros - 1074).
        let magnitude = Double(sign: .plus, exponent: 32 * top - 32 - zeros - 1074, significand: Double(kept))
        return isNegative ? -magnitude : magnitude
    }
}
