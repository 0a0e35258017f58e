import Foundation
import Jobs
import MessagePassing
import Testing

@Suite struct TraceFileTests {
    private struct Entry: Decodable {
        var name: String
        var ph: String
        var pid: Int
        var tid: Int
        var ts: Double?
        var dur: Double?
        var args: Arguments?

        struct Arguments: Decodable {
            var name: String?
            var bytes: Int?
        }
    }

    private func entries(_ events: [Trace.Event], rank: Int) throws -> [Entry] {
        let list = [UInt8(ascii: "[")] + TraceFile.encoded(events, rank: rank) + [UInt8(ascii: "]")]
        return try JSONDecoder().decode([Entry].self, from: Data(list))
    }

    @Test func spansAndMessagesStandOnLinesOfTheirOwn() throws {
        let all = try entries(
            [
                Trace.Event(name: "send", bytes: 4096, start: 0.25, end: 0.250_000_5),
                Trace.Event(name: "panel", bytes: nil, start: 0.001, end: 0.5),
            ], rank: 3)
        #expect(all.allSatisfy { $0.pid == 3 })
        #expect(all.filter { $0.ph == "M" }.compactMap(\.args?.name) == ["rank 3", "spans", "messages"])
        let spans = all.filter { $0.ph == "X" }
        #expect(spans.map(\.name) == ["panel", "send"])
        #expect(spans.map(\.tid) == [0, 1])
        #expect(spans.map(\.ts) == [1000, 250_000])
        #expect(spans.map(\.dur) == [499_000, 0.5])
        #expect(spans.map(\.args?.bytes) == [nil, 4096])
    }

    @Test func namesAreEscaped() throws {
        let name = "a \"quoted\" \\ name,\n\ttab \u{1} é 数"
        let all = try entries([Trace.Event(name: name, bytes: nil, start: 0, end: 1)], rank: 0)
        #expect(all.last?.name == name)
    }

    @Test func outerSpansComeFirst() throws {
        let all = try entries(
            [
                Trace.Event(name: "inner", bytes: nil, start: 1, end: 2),
                Trace.Event(name: "outer", bytes: nil, start: 1, end: 3),
            ], rank: 0)
        #expect(all.suffix(2).map(\.name) == ["outer", "inner"])
    }

    @Test func aRankWithoutEventsStillHasItsName() throws {
        #expect(try entries([], rank: 1).first?.args?.name == "rank 1")
    }
}
