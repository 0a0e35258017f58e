import Failures
import Foundation
import Launcher
import Testing

@Suite("Journal")
struct JournalTests {
    private let base = MemoryFolder()
    private var path: String { base.path("journal.jsonl") }

    private func line(_ name: String) throws -> [UInt8] {
        try JournalEntry(time: 1, event: .intends(call: 0, action: .importKeyPair(name: name))).line
    }

    @Test("Lines are read back; a torn last one is dropped, at every length")
    func torn() throws {
        let (first, second) = (try line("a\n\"$()\""), try line("b"))
        for length in 0...second.count {
            try Data(first + [10] + second.prefix(length)).write(to: URL(filePath: path))
            #expect(try JournalEntry.read(path).count == 1)
            let file = try JournalFile(path)
            try file.append(second)
            let entries = try JournalEntry.read(path)
            #expect(entries.count == 2, "\(length)")
            #expect(try Data(contentsOf: URL(filePath: path)) == Data(first + [10] + second + [10]), "\(length)")
        }
    }

    @Test("A line that is not one of a journal is refused by its number")
    func damaged() throws {
        try Data(try line("a") + [10] + Array("{}\n".utf8)).write(to: URL(filePath: path))
        #expect {
            try JournalEntry.read(path)
        } throws: { "\($0)".contains("line 2: expected an entry of a journal") }
    }

    @Test("Every event survives the file")
    func events() throws {
        let world = FakeWorld()
        let instance = Instance(
            id: "i-1", type: "t", market: .spot, zone: "z", state: .running, reason: "r", privateAddress: "10.0.0.1",
            launched: 12.5, tags: ["k": "v"])
        let resource = Resource(kind: .securityGroup, id: "sg-1", tags: [:])
        let attempt = Attempt(
            number: 1, zone: "z", type: "t", market: .onDemand, nodes: 2, price: nil, end: .lost(message: "m"))
        let events: [JournalEvent] = [
            .begun(request: world.request, account: "a", region: "r", version: 1), .attempt(rung: attempt),
            .intends(call: 0, action: .terminate(instances: ["i-1"])), .answered(call: 0, answer: .done(id: "x")),
            .intends(call: 1, action: .delete(resource: resource)),
            .answered(call: 1, answer: .failed(error: CloudError(.inUse, operation: "o", code: "c", message: "m"))),
            .answered(call: 1, answer: .launched(instances: [instance])), .found(instances: [instance]),
            .ready(instances: [instance]), .ending, .ended,
        ]
        let clock = world.cloud().clock
        let journal = Journal(try JournalFile(path), clock: clock)
        for event in events { try journal.record(event) }
        let entries = try JournalEntry.read(path)
        #expect(entries.map(\.event) == events && entries.allSatisfy { $0.time == clock.now })
        #expect(RunState(entries) == journal.state)
        #expect(try Data(contentsOf: URL(filePath: path)).split(separator: 10).count == events.count)
    }

    @Test("A run of another account or region is refused: it would seem to be gone")
    func elsewhere() async throws {
        let world = FakeWorld()
        _ = try await world.launcher().up(world.request)
        let cloud = FakeCloud(world.store, region: "fake-2")
        let refusal = await failure {
            try await ClusterLaunch(root: world.root, cloud: cloud, clock: cloud.clock).down(world.run)
        }
        #expect(
            "\(refusal!)".contains("expected its account 123456789012 and region fake-1, found 123456789012 and fake-2")
        )
        world.script { $0.account = "210987654321" }
        do {
            _ = try await world.launcher().down(world.run)
            Issue.record("ended in another account")
        } catch { #expect(error.exitStatus == 2) }
        #expect(world.count(.instance) == 3)
    }

    @Test("A run that has begun to end does not come back")
    func ending() async throws {
        let world = FakeWorld()
        _ = try await world.launcher().up(world.request)
        _ = try await world.launcher().down(world.run)
        let failure = await failure { try await world.launcher().adopt(world.run) }
        #expect("\(failure!)".contains("expected a run that goes on, found one that has begun to end"))
        #expect(world.existing == [])
    }
}
