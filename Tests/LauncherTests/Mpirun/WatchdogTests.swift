import Launcher
import Testing

@Suite struct WatchdogTests {
    @Test func aNodeWithoutBeatsIsLostWithinThirtySeconds() {
        var dog = Watchdog(["a", "b", "c"], now: 0)
        for time in stride(from: 5.0, through: 60, by: 5) {
            #expect(dog.beat(0, silent: [], now: time) == nil)
            #expect(dog.beat(2, silent: [], now: time) == nil)
            if time <= 15 { #expect(dog.beat(1, silent: [], now: time) == nil) }
            // b's last beat came at 15.
            let found = dog.overdue(now: time)
            #expect(found == (time > 35 ? .silentNode("b") : nil), "at \(time) s")
        }
    }

    @Test func aLinkIsLostAfterTwoBeatsInARowWhileBothEndsLive() {
        var dog = Watchdog(["a", "b", "c"], now: 0)
        #expect(dog.beat(0, silent: [2], now: 5) == nil)
        #expect(dog.beat(2, silent: [], now: 6) == nil)
        #expect(dog.beat(0, silent: [], now: 10) == nil)
        #expect(dog.beat(2, silent: [], now: 11) == nil)
        #expect(dog.beat(0, silent: [1], now: 15) == nil)
        // Another neighbour than before is not the same link.
        #expect(dog.beat(0, silent: [2], now: 20) == nil)
        #expect(dog.beat(2, silent: [], now: 21) == nil)
        #expect(dog.beat(0, silent: [2], now: 25) == nil)
        #expect(dog.beat(1, silent: [], now: 26) == nil)
        #expect(dog.beat(2, silent: [], now: 27) == .silentLink(from: "a", to: "c"))
    }

    @Test func aNodeThatOthersNameAndThatIsSilentItselfIsTheNode() {
        var dog = Watchdog(["a", "b", "c"], now: 0)
        for time in stride(from: 5.0, through: 35, by: 5) {
            #expect(dog.beat(0, silent: time > 5 ? [1] : [], now: time) == nil)
            #expect(dog.beat(2, silent: time > 5 ? [1] : [], now: time) == nil)
            if time == 5 { #expect(dog.beat(1, silent: [], now: time) == nil) }
            #expect(dog.overdue(now: time) == (time > 25 ? .silentNode("b") : nil), "at \(time) s")
        }
    }

    @Test(arguments: 1...40) func everyNodeIsWatchedByOthers(_ count: Int) {
        var watchers = Array(repeating: Set<Int>(), count: count)
        for node in 0..<count {
            for neighbour in Watchdog.neighbours(of: node, among: count) {
                #expect(neighbour != node)
                watchers[neighbour].insert(node)
            }
        }
        for set in watchers { #expect(set.count == min(3, count - 1)) }
    }
}
