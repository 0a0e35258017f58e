import DistributedArrays
import Testing

@Suite("Progress of long runs")
struct ProgressTests {
    /// Takes what a meter writes.
    private final class Log { var lines: [String] = [] }

    private let start = ContinuousClock.now

    private func meter(
        _ style: ProgressStyle, total: Int, to log: Log, isReporting: Bool = true, isTerminal: Bool = false,
        workPerUnit: Double = 0
    ) -> ProgressMeter {
        ProgressMeter(
            style, total: total, unit: "steps", workPerUnit: workPerUnit, workUnit: "Gpt", isReporting: isReporting,
            isTerminal: isTerminal, start: start
        ) { log.lines.append($0) }
    }

    /// The line of a meter after so many steps of 200 and so many seconds.
    private func line(_ done: Int, _ seconds: Double, style: ProgressStyle = .plain, work: Double = 0) -> String {
        var meter = meter(style, total: 200, to: Log(), workPerUnit: work)
        meter.update(done: done, at: start)
        return meter.line(elapsed: seconds)
    }

    @Test func shareRateAndTimeLeft() {
        #expect(line(50, 10) == " 25 %  50/200 steps  5 steps/s  00:30 left")
        #expect(line(200, 10) == "100 %  200/200 steps  20 steps/s  00:00 left")
        // 2 Gpt a step.
        #expect(line(50, 10, work: 2) == " 25 %  50/200 steps  10.000 Gpt/s  00:30 left")
        #expect(line(1, 59) == "  0 %  1/200 steps  0.0169 steps/s  3:15:41 left")
        #expect(line(100, 3599).hasSuffix("59:59 left"))
        #expect(line(100, 3600).hasSuffix("1:00:00 left"))
    }

    @Test func nothingIsKnownBeforeTheFirstUnit() {
        #expect(line(0, 3) == "  0 %  0/200 steps  0 steps/s  --:-- left")
        #expect(line(10, 0) == "  5 %  10/200 steps  0 steps/s  --:-- left")
    }

    @Test func theBarFillsToItsEndAndNotPastIt() {
        func bar(_ done: Int) -> Substring { line(done, 1, style: .bar).prefix(32) }
        #expect(bar(0) == "[" + String(repeating: " ", count: 30) + "]")
        #expect(bar(100) == "[" + String(repeating: "=", count: 15) + String(repeating: " ", count: 15) + "]")
        #expect(bar(199).filter { $0 == "=" }.count == 29)
        #expect(bar(200) == "[" + String(repeating: "=", count: 30) + "]")
        // A run that does more than it had announced.
        #expect(bar(1000) == bar(200))
        #expect(line(1000, 1).hasPrefix("100 %  1000/200"))
        #expect(line(1000, 1).hasSuffix("00:00 left"))
    }

    @Test func plainLinesComeEveryFiveSeconds() {
        let log = Log()
        var meter = meter(.plain, total: 100, to: log)
        for second in 1...11 { meter.update(done: second, at: start + .seconds(second)) }
        #expect(
            log.lines == [
                "  5 %  5/100 steps  1 steps/s  01:35 left\n", " 10 %  10/100 steps  1 steps/s  01:30 left\n",
            ])
    }

    @Test func aBarIsDrawnAgainInPlaceAndEndsItsLine() {
        let log = Log()
        var meter = meter(.bar, total: 10, to: log)
        meter.update(done: 1, at: start + .milliseconds(99))
        #expect(log.lines.isEmpty)
        meter.update(done: 2, at: start + .milliseconds(100))
        meter.update(done: 3, at: start + .milliseconds(150))
        #expect(log.lines.count == 1)
        #expect(log.lines[0].hasPrefix("\r[======") && log.lines[0].hasSuffix(" left\u{1b}[K"))
        meter.update(done: 10, at: start + .milliseconds(160))
        meter.finish()
        #expect(log.lines.count == 3)
        #expect(log.lines[1].contains("100 %  10/10 steps"))
        #expect(log.lines[2] == "\n")
    }

    @Test func autoIsABarOnATerminalAndPlainElsewhere() {
        for (isTerminal, start) in [(true, "\r["), (false, "100 %")] {
            let log = Log()
            var meter = meter(.auto, total: 4, to: log, isTerminal: isTerminal)
            meter.update(done: 4)
            meter.finish()
            #expect(log.lines.first?.hasPrefix(start) == true, "\(log.lines)")
        }
    }

    @Test func silentMetersWriteNothing() {
        let log = Log()
        for var meter in [
            meter(.none, total: 10, to: log), meter(.plain, total: 10, to: log, isReporting: false),
            meter(.bar, total: 0, to: log), meter(.plain, total: -1, to: log),
        ] {
            meter.update(done: 5, at: start + .seconds(3600))
            meter.finish()
        }
        #expect(log.lines.isEmpty)
    }
}
