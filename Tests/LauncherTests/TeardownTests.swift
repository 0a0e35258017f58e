import Foundation
import Launcher
import Testing

@Suite("Teardown and reap")
struct TeardownTests {
    @Test("Nodes are terminated before anything that they use is deleted")
    func order() async throws {
        let world = FakeWorld { $0.lingeringSeconds = 40 }
        _ = try await world.launcher().up(world.request)
        let ended = try await world.launcher().down(world.run).report
        #expect(ended.terminated.count == 3 && Set(ended.terminated) == Set(world.state.nodes.map(\.instance.id)))
        #expect(
            Set(ended.deleted.map(\.kind)) == [.placementGroup, .securityGroup, .keyPair] && ended.deleted.count == 3)
        #expect(world.existing == [])
        // The group lingers: it is asked for until it goes, and the rest does not wait for it.
        #expect(world.state.calls["ec2 delete-security-group"]! > 1)
        // A second time there is nothing to do.
        let again = try await world.launcher().down(world.run).report
        #expect(again == Teardown.Report() && world.state.calls["ec2 terminate-instances"] == 1)
    }

    @Test("A call that is not permitted: the rest goes, and what is left is named")
    func forbidden() async throws {
        let world = FakeWorld()
        _ = try await world.launcher().up(world.request)
        let operation = "ec2 delete-placement-group"
        let error = CloudError(.permission, operation: operation, code: "UnauthorizedOperation", message: "no")
        world.script { $0.faults = [FakeFault(operation, times: 1000, .refused(error: error))] }
        let failure = await failure { try await world.launcher().down(world.run) }
        #expect(failure?.exitStatus == 6)
        #expect(
            "\(failure!)"
                == "run \(world.run): expected nothing left, found tessera-\(world.run)-1: \(operation): UnauthorizedOperation: no"
        )
        #expect(world.existing.map(\.kind) == [.placementGroup])
        world.script { $0.faults = [] }
        _ = try await world.launcher().down(world.run)
        #expect(world.existing == [])
    }

    @Test("Nodes that do not go: given up after the patience, with their names")
    func stubborn() async throws {
        let world = FakeWorld { $0.endingSeconds = 1e9 }
        _ = try await world.launcher().up(world.request)
        let failure = await failure { try await world.launcher().down(world.run) }
        guard case .leak(_, let left, _) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(left.count { $0.kind == .instance } == 3 && left.count == 6)
    }

    @Test("A run's journal that is lost or damaged does not save its run from its end")
    func withoutJournal() async throws {
        let world = FakeWorld()
        _ = try await world.launcher().up(world.request)
        let folder = try RunFolder.open(world.run, in: world.root)
        try "{\"time\":1}\nnot a line\n".write(toFile: folder.journal, atomically: true, encoding: .utf8)
        for find in try await world.reap().look() { _ = try await world.reap().end(find) }
        #expect(world.existing == [])
    }

    @Test("Reap: all runs by tag, those of other names too, and only as old as asked for")
    func reap() async throws {
        let world = FakeWorld()
        _ = try await world.launcher().up(world.request)
        let cloud = world.cloud()
        let hostile = "../../\n$(reboot)"
        try await cloud.createPlacementGroup("theirs", tags: [Tags.runKey: hostile])
        try await cloud.createPlacementGroup("untagged", tags: ["tessera": "no"])
        let finds = try await world.reap().look()
        #expect(finds.map(\.run) == [hostile, world.run.description])
        #expect(finds[0].age == nil && finds[0].nodes == 0 && finds[1].nodes == 3 && finds[1].left.count == 6)
        // The run began when its name says: 2027-01-15 08:00:00 UTC.
        let age = world.state.now - 1_800_000_000
        #expect(abs(finds[1].age! - age) < 2)
        #expect(try await world.reap().look(olderThan: age + 60) == [])
        world.script { $0.now += 61 }
        #expect(try await world.reap().look(olderThan: age + 60).map(\.run) == [world.run.description])
        for find in try await world.reap().look() { _ = try await world.reap().end(find) }
        #expect(world.existing.map(\.id) == ["untagged"])
    }
}
