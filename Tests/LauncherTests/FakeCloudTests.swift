import Failures
import Foundation
import Launcher
import Testing

/// The traps of the real cloud that the other suites count on.
@Suite("Fake cloud")
struct FakeCloudTests {
    private let world = FakeWorld()

    private func request(_ token: String, count: Int = 2) async throws -> LaunchRequest {
        let cloud = world.cloud()
        let type = try await cloud.instanceTypes(["c7i.48xlarge"])[0]
        return LaunchRequest(
            token: token, type: type, count: count, market: .onDemand,
            image: try await cloud.image(nil, for: type.architecture), subnet: try await cloud.subnets(nil)[0],
            placementGroup: "group", securityGroup: "sg-0fa4e000000000001", keyPair: "key", usesEFA: true,
            givesPublicAddress: true, volumeGibibytes: 30, instanceProfile: nil, userData: "",
            tags: [Tags.runKey: "r"])
    }

    private func prepare() async throws {
        let cloud = world.cloud()
        #expect(
            try await cloud.createSecurityGroup("sg", network: "vpc", sshFrom: nil, tags: [Tags.runKey: "r"])
                == "sg-0fa4e000000000001")
        try await cloud.createPlacementGroup("group", tags: [Tags.runKey: "r"])
        try await cloud.importKeyPair("key", publicKey: "k", tags: [Tags.runKey: "r"])
    }

    private func cause(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            let error = error as? CloudError
            return error.map { "\($0.cause.rawValue) \($0.code)" }
        }
    }

    @Test("A token launches once, and only as it was")
    func tokens() async throws {
        try await prepare()
        let cloud = world.cloud()
        let first = try await cloud.launch(try await request("t"))
        let again = try await cloud.launch(try await request("t"))
        #expect(first.map(\.id) == again.map(\.id) && world.count(.instance) == 2)
        #expect(
            await cause { _ = try await cloud.launch(try await request("t", count: 3)) }
                == "request IdempotentParameterMismatch")
        _ = try await cloud.launch(try await request("u"))
        #expect(world.count(.instance) == 4)
        try await cloud.terminate(first.map(\.id))
        #expect(
            await cause { _ = try await cloud.launch(try await request("t")) } == "request IdempotentInstanceTerminated"
        )
    }

    @Test("All or none: capacity and quota are counted over what runs")
    func limits() async throws {
        try await prepare()
        let cloud = world.cloud()
        world.script { $0.capacities = [FakeCapacity(zone: "fake-1a", nodes: 3)] }
        let first = try await cloud.launch(try await request("t"))
        #expect(
            await cause { _ = try await cloud.launch(try await request("u")) }
                == "capacity InsufficientInstanceCapacity")
        #expect(world.count(.instance) == 2)
        try await cloud.terminate(first.map(\.id))
        await cloud.clock.sleep(60)
        world.script { $0.limits = [Quota.standard.rawValue: 383] }
        #expect(await cause { _ = try await cloud.launch(try await request("v")) } == "quota VcpuLimitExceeded")
        world.script { $0.limits = [Quota.standard.rawValue: 384] }
        #expect(try await cloud.launch(try await request("v")).count == 2)
    }

    @Test("What is used cannot go: until its nodes are terminated")
    func dependencies() async throws {
        try await prepare()
        let cloud = world.cloud()
        world.script { $0.listingLag = 5 }
        let nodes = try await cloud.launch(try await request("t"))
        let group = Resource(kind: .placementGroup, id: "group", tags: [:])
        #expect(await cause { try await cloud.delete(group) } == "inUse DependencyViolation")
        #expect(await cause { try await cloud.terminate([nodes[0].id]) } == "notFound InvalidInstanceID.NotFound")
        #expect(try await cloud.instances(of: "r") == [])
        await cloud.clock.sleep(5)
        #expect(try await cloud.instances(of: "r").map(\.state) == [.pending, .pending])
        await cloud.clock.sleep(20)
        #expect(try await cloud.instances(of: nil).map(\.state) == [.running, .running])
        try await cloud.terminate(nodes.map(\.id))
        #expect(try await cloud.instances(of: "r").map(\.state) == [.shuttingDown, .shuttingDown])
        #expect(await cause { try await cloud.delete(group) } == "inUse DependencyViolation")
        await cloud.clock.sleep(15)
        #expect(try await cloud.instances(of: "r").map(\.state) == [.terminated, .terminated])
        try await cloud.delete(group)
        try await cloud.delete(group)
        #expect(world.count(.placementGroup) == 0 && world.count(.keyPair) == 1)
        await cloud.clock.sleep(3600)
        #expect(try await cloud.instances(of: "r") == [])
    }

    @Test("The state outlives its launcher in a file, and two share it")
    func files() async throws {
        let folder = MemoryFolder()
        let path = folder.path("a cloud's \"file\".json")
        let one = FakeCloud(try FakeStore(path: path))
        let other = FakeCloud(try FakeStore(path: path))
        try await one.createPlacementGroup("group", tags: [Tags.runKey: "r"])
        #expect(await cause { try await other.createPlacementGroup("group", tags: [:]) } == "duplicate Duplicate")
        #expect(try await other.resources(of: "r").map(\.id) == ["group"])
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<20 {
                group.addTask {
                    try? await (index % 2 == 0 ? one : other).createPlacementGroup("\(index)", tags: [Tags.runKey: "s"])
                }
            }
        }
        #expect(try await one.resources(of: "s").count == 20)
        try "no state".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: TesseraError.self) { try FakeStore(path: path) }
    }
}
