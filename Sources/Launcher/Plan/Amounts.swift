// Times and sums of money as people type them: `90s`, `4h`, `1h30m`, `2d`; `12`, `12.50`. Nothing else passes.

package import Failures
internal import Foundation

package enum Amounts {
    private static let units: [(letter: Character, seconds: Int)] = [("d", 86400), ("h", 3600), ("m", 60), ("s", 1)]
    /// Beyond it a time is a slip of the finger.
    private static let longest = 365 * 86400
    private static let mostDollars = 1e7

    /// Seconds of a time: whole numbers with a unit each, the larger ones first, none twice.
    ///
    /// - Throws: `TesseraError.argument` for other text, for no time at all, and for more than a year.
    package static func seconds(_ text: String, name: String) throws(TesseraError) -> Int {
        let refusal = TesseraError.argument(
            routine: "plan", name: name, expected: "a time up to 365d such as 90s, 4h or 1h30m",
            found: ConfigurationText.quote(text))
        var (total, digits) = (0, "")
        var rest = units[...]
        guard text.utf8.count <= 40 else { throw refusal }
        for character in text {
            if character.isASCII, character.isNumber {
                digits.append(character)
                continue
            }
            guard let place = rest.firstIndex(where: { $0.letter == character }), let number = Int(digits),
                number <= longest
            else { throw refusal }
            total += number * rest[place].seconds
            rest = rest[(place + 1)...]
            digits = ""
        }
        guard digits.isEmpty, (1...longest).contains(total) else { throw refusal }
        return total
    }

    /// US$: digits, with at most two after a point.
    ///
    /// - Throws: `TesseraError.argument` for other text, for nothing, and for more than ten millions.
    package static func dollars(_ text: String, name: String) throws(TesseraError) -> Double {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), text.utf8.count <= 20,
            parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { $0.isASCII && $0.isNumber } }),
            parts.count == 1 || parts[1].count <= 2, let value = Double(text), value > 0, value <= mostDollars
        else {
            throw .argument(
                routine: "plan", name: name, expected: "US dollars such as 12 or 12.50",
                found: ConfigurationText.quote(text))
        }
        return value
    }

    /// Numbers of nodes: `1,2,4`, or `2-8` for each from 2 to 8.
    ///
    /// - Throws: `TesseraError.argument` for other text, a number that comes twice, numbers beyond 1024, and more than 64.
    package static func counts(_ text: String, name: String) throws(TesseraError) -> [Int] {
        let refusal = TesseraError.argument(
            routine: "plan", name: name, expected: "at most 64 numbers from 1 to 1024, each once, such as 1,2,4 or 2-8",
            found: ConfigurationText.quote(text))
        var counts: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { end in
                end.allSatisfy { $0.isASCII && $0.isNumber } ? Int(end) ?? 0 : 0
            }
            guard (1...2).contains(ends.count), ends.allSatisfy({ (1...1024).contains($0) }), ends[0] <= ends.last ?? 0
            else { throw refusal }
            counts += Array(ends[0]...(ends.last ?? ends[0]))
        }
        guard counts.count <= 64, Set(counts).count == counts.count else { throw refusal }
        return counts
    }

    /// "45 s", "3.2 min", "1 h 05 min", "2.3 d", "18 y": for people.
    package static func words(seconds: Double) -> String {
        switch seconds {
        case ..<10: String(format: "%.2g s", seconds)
        case ..<120: String(format: "%.0f s", seconds)
        case ..<3600: String(format: "%.1f min", seconds / 60)
        case ..<172_800: String(format: "%d h %02d min", Int(seconds / 60) / 60, Int(seconds / 60) % 60)
        case ..<31_536_000: String(format: "%.1f d", seconds / 86400)
        default: String(format: "%.3g y", seconds / 31_536_000)
        }
    }

    /// "$0.0123", "$4.56", "$1234".
    package static func words(dollars: Double) -> String {
        String(format: dollars < 0.1 ? "$%.4f" : dollars < 1000 ? "$%.2f" : "$%.0f", dollars)
    }
}

enum ConfigurationText {
    /// Text of a user on one line of a message, cut where it is long.
    static func quote(_ text: String) -> String {
        let line = String(text.unicodeScalars.prefix(60).map { $0.value < 32 || $0.value == 127 ? " " : Character($0) })
        return "'\(line)\(text.unicodeScalars.count > 60 ? "..." : "")'"
    }
}
