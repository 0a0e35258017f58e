import Launcher
import Testing

@Suite("Times and sums of money")
struct AmountsTests {
    @Test(arguments: [
        ("90s", 90), ("4h", 14_400), ("1h30m", 5400), ("2d", 172_800), ("1d2h3m4s", 93_784), ("365d", 31_536_000),
        ("0h5m", 300),
    ])
    func times(text: String, seconds: Int) throws {
        #expect(try Amounts.seconds(text, name: "--deadline") == seconds)
    }

    @Test(arguments: [
        "", "4", "h", "4 h", "-4h", "4.5h", "30m1h", "1h1h", "0s", "366d", "99999999999999999999h", "4H", "4h\n", "4hh",
        "٤h", "1e3s", "1h30", "4h;reboot", "nan", "∞", String(repeating: "0", count: 100) + "1s",
    ])
    func otherTimesAreRefused(text: String) {
        #expect(throws: (any Error).self) { try Amounts.seconds(text, name: "--deadline") }
    }

    @Test func aRefusalIsOneLine() {
        let error = #expect(throws: (any Error).self) { try Amounts.seconds("4 h\n$(reboot)", name: "--deadline") }
        #expect(
            "\(error!)"
                == "plan: --deadline: expected a time up to 365d such as 90s, 4h or 1h30m, found '4 h $(reboot)'")
    }

    @Test(arguments: [("12", 12), ("12.50", 12.5), ("0.01", 0.01), ("7.2", 7.2), ("10000000", 1e7)])
    func money(text: String, dollars: Double) throws {
        #expect(try Amounts.dollars(text, name: "--max-cost") == dollars)
    }

    @Test(arguments: [
        "", "0", "-1", "$12", "1e3", "12.", ".5", "1.234", "1,5", "nan", "inf", "10000000.01", "1 2", "٣",
    ])
    func otherSumsAreRefused(text: String) {
        #expect(throws: (any Error).self) { try Amounts.dollars(text, name: "--max-cost") }
    }

    @Test func counts() throws {
        #expect(try Amounts.counts("1,2,4", name: "--nodes") == [1, 2, 4])
        #expect(try Amounts.counts("2-4,8", name: "--nodes") == [2, 3, 4, 8])
        for text in [
            "", "0", "1,", "4-2", "1-2-3", "1,1", "1-3,2", "1025", "1-65", "-1", "1--2", "a", "99999999999999999999",
        ] {
            #expect(throws: (any Error).self) { try Amounts.counts(text, name: "--nodes") }
        }
    }

    @Test(arguments: [
        (0.123, "0.12 s"), (3.72, "3.7 s"), (45, "45 s"), (119, "119 s"), (180, "3.0 min"), (3900, "1 h 05 min"),
        (2e5, "2.3 d"),
    ])
    func words(seconds: Double, text: String) { #expect(Amounts.words(seconds: seconds) == text) }
}
