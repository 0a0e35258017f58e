import Foundation
import Launcher
import Synchronization
import Testing

@Suite("Gang launch")
struct GangLaunchTests {
    @Test("The ladder: zone, type, market; a fresh placement group each, the failed ones deleted")
    func ladder() async throws {
        let world = FakeWorld { state in
            state.capacities = [
                FakeCapacity(market: .spot, nodes: 2), FakeCapacity(type: "c7i.48xlarge", nodes: 0),
                FakeCapacity(zone: "fake-1a", nodes: 1),
            ]
        }
        let tables = Mutex<[[Attempt]]>([])
        let cluster = try await world.launcher().up(world.request) { table in tables.withLock { $0.append(table) } }
        let attempts = try #require(tables.withLock { $0.last })
        #expect(
            attempts.map { "\($0.number) \($0.market.rawValue) \($0.type) \($0.zone)" } == [
                "1 spot c7i.48xlarge fake-1a", "2 spot c7i.48xlarge fake-1b", "3 spot c7a.48xlarge fake-1a",
                "4 spot c7a.48xlarge fake-1b", "5 on-demand c7i.48xlarge fake-1a", "6 on-demand c7i.48xlarge fake-1b",
                "7 on-demand c7a.48xlarge fake-1a", "8 on-demand c7a.48xlarge fake-1b",
            ])
        #expect(
            attempts.dropLast().allSatisfy {
                if case .noCapacity("InsufficientInstanceCapacity") = $0.end { true } else { false }
            })
        #expect(attempts.last?.end == .running && cluster.attempt == attempts.last)
        #expect(world.existing.filter { $0.kind == .placementGroup }.map(\.id) == ["tessera-\(world.run)-8"])
        #expect(world.state.calls["ec2 create-placement-group"] == 8)
        #expect(cluster.instances.allSatisfy { $0.state == .running && $0.tags[Tags.attemptKey] == "8" })
        let lines = Attempt.table(attempts).split(separator: "\n")
        #expect(
            lines[1] == "1  fake-1a  c7i.48xlarge  spot       3      2.856  no capacity: InsufficientInstanceCapacity")
        #expect(lines[8] == "8  fake-1b  c7a.48xlarge  on-demand  3      9.853  running")
    }

    @Test("No rung has the nodes: nothing is left, status 3")
    func noCapacity() async throws {
        let world = FakeWorld { $0.capacities = [FakeCapacity(nodes: 2)] }
        let failure = await failure { try await world.launcher().up(world.request) }
        guard case .noCapacity(let attempts) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(attempts.count == 8 && world.existing == [] && failure?.exitStatus == 3)
    }

    @Test("Quota, permission and credentials end a launch at once")
    func ending() async throws {
        for (cause, status) in [(CloudError.Cause.quota, Int32(4)), (.permission, 5), (.credentials, 5), (.request, 1)]
        {
            let operation = "ec2 run-instances"
            let world = FakeWorld { state in
                state.faults = [
                    FakeFault(operation, .refused(error: CloudError(cause, operation: operation, message: "no")))
                ]
            }
            let failure = await failure { try await world.launcher().up(world.request) }
            #expect(failure?.exitStatus == status && world.existing == [], "\(cause)")
            #expect(world.state.calls[operation] == 1, "\(cause)")
        }
    }

    @Test("More virtual cores than the account may have are refused before anything exists")
    func quota() async throws {
        let world = FakeWorld { $0.limits = [Quota.standardSpot.rawValue: 575] }
        let failure = await failure { try await world.launcher().up(world.request) }
        #expect(failure?.exitStatus == 4)
        #expect("\(failure!)".contains("expected at most 575 virtual cores, found 576"), "\(failure!)")
        #expect(world.state.calls.keys.allSatisfy { !FakeWorld.changing.contains($0) })
    }

    @Test("A node lost while the others start: the next rung, and its nodes are gone")
    func lost() async throws {
        let world = FakeWorld { $0.pendingSeconds = 60 }
        // The third look at the nodes finds one taken back.
        let cloud = world.cloud()
        let launcher = ClusterLaunch(
            root: world.root, cloud: cloud,
            clock: MeddlingClock(world: world) { state in
                guard state.nodes.count == 3, state.nodes[1].terminatedFrom == nil,
                    state.now > state.nodes[1].instance.launched + 10
                else { return }
                state.nodes[1].terminatedFrom = state.now
                state.nodes[1].reason = "Server.SpotInstanceTermination"
            })
        let cluster = try await launcher.up(world.request)
        #expect(cluster.attempt.number == 2 && world.count(.instance) == 3)
        let first = try launcher.state(world.run).attempts.first { $0.number == 1 }
        guard case .lost(let message) = first?.end else {
            Issue.record("\(String(describing: first))")
            return
        }
        #expect(message.contains("Server.SpotInstanceTermination"))
    }

    @Test("A signal while the nodes start: nothing is left, status 128 + signal")
    func stopped() async throws {
        let world = FakeWorld()
        let failure = await failure {
            try await world.launcher().up(world.request) { _ in
            } stop: {
                world.count(.instance) == 3 ? 15 : nil
            }
        }
        #expect(failure == .stopped(signal: 15) && failure?.exitStatus == 143)
        #expect(world.existing == [] && world.state.nodes.count == 3)
    }

    @Test("Nodes with several network cards have no public address: without a NAT they are refused")
    func addresses() async throws {
        var request = FakeWorld().request
        request.types = ["hpc7a.96xlarge"]
        request.markets = [.onDemand]
        let closed = FakeWorld { _ in }
        let failure = await failure { try await closed.launcher().up(request) }
        #expect(failure?.exitStatus == 2 && "\(failure!)".contains("a NAT, found subnet-fake-1a without one"))
        #expect(closed.state.calls.keys.allSatisfy { !FakeWorld.changing.contains($0) })
        let open = FakeWorld { $0.hasNAT = true }
        let cluster = try await open.launcher().up(request)
        #expect(cluster.instances.allSatisfy { $0.publicAddress == nil })
        request.efa = false
        #expect(try await FakeWorld().launcher().up(request).instances.allSatisfy { $0.publicAddress != nil })
    }

    @Test("Hostile requests are one line of refusal, before the cloud hears of them")
    func hostile() async throws {
        let world = FakeWorld()
        func refused(_ change: (inout ClusterRequest) -> Void) async -> String {
            var request = world.request
            change(&request)
            let failure = await failure { try await world.launcher().up(request) }
            #expect(failure?.exitStatus == 2)
            return failure.map { "\($0)" } ?? ""
        }
        #expect(await refused { $0.types = ["c7i'; rm -rf /"] }.contains("found 'c7i'; rm -rf /'"))
        #expect(await refused { $0.types = ["a\n$(id)"] }.contains("found 'a?$(id)'"))
        #expect(await refused { $0.types = [] }.contains("at least one"))
        #expect(await refused { $0.nodes = 0 }.contains("a count from 1 to 1000, found 0"))
        #expect(await refused { $0.nodes = .max }.contains("a count from 1 to 1000"))
        #expect(await refused { $0.markets = [] }.contains("spot, on-demand or both"))
        #expect(await refused { $0.sshFrom = "0.0.0.0/0" }.contains("one address such as 192.0.2.1/32"))
        #expect(await refused { $0.sshFrom = "1.2.3.256/32" }.contains("one address"))
        #expect(await refused { $0.publicKey = "-----BEGIN OPENSSH PRIVATE KEY-----" }.contains("public key"))
        #expect(await refused { $0.publicKey = "ssh-rsa A\nssh-rsa B" }.contains("public key"))
        #expect(
            await refused { $0.userData = String(repeating: "x", count: 16385) }.contains(
                "at most 16384 bytes, found 16385"))
        #expect(await refused { $0.zones = ["../a b"] }.contains("names such as"))
        #expect(world.state.calls == [:] && !world.hasFolder)
        let unknown = await failure {
            var request = world.request
            request.types = ["c9z.huge"]
            return try await world.launcher().up(request)
        }
        #expect("\(unknown!)".contains("found c9z.huge") && world.existing == [])
    }

    @Test("A run that was up is only looked at: nothing of it is ended over what is amiss")
    func standing() async throws {
        let world = FakeWorld()
        let cluster = try await world.launcher().up(world.request)
        // The ladder is not needed for it.
        let error = CloudError(.request, operation: "ec2 describe-instance-types", message: "gone")
        world.script { $0.faults = [FakeFault(error.operation, times: 100, .refused(error: error))] }
        #expect(try await world.launcher().adopt(world.run) == cluster)
        world.script { state in
            state.nodes[1].terminatedFrom = state.now
            state.nodes[1].reason = "Server.SpotInstanceTermination"
        }
        let failure = await failure { try await world.launcher().adopt(world.run) }
        let ids = cluster.instances.map(\.id)
        #expect(
            "\(failure!)"
                == "cluster: nodes: expected 3 running, found \(ids[0]) running, \(ids[1]) shutting-down, \(ids[2]) running"
        )
        #expect(failure?.exitStatus == 2 && world.count(.instance) == 3 && world.count(.placementGroup) == 1)
        let lost = CloudError(.unknownOutcome, operation: "ec2 describe-instances", message: "no answer")
        world.script { $0.faults = [FakeFault(lost.operation, times: 100, .refused(error: lost))] }
        #expect(await adoption(of: world) == .cloud(lost))
        #expect(world.count(.placementGroup) == 1)
    }

    @Test("The journal has no word of a call that the cloud heard of first, and nothing secret")
    func writeAhead() async throws {
        let world = FakeWorld()
        _ = try await world.launcher().up(world.request)
        let state = try world.launcher().state(world.run)
        #expect(state.calls.map(\.action.creates) == [true, true, true, true])
        #expect(state.calls.allSatisfy { $0.isDone } && state.isReady && !state.isEnding)
        let launch = try #require(state.launch("\(world.run)-1"))
        #expect(launch.instances?.count == 3)
        let permissions = try FileManager.default.attributesOfItem(atPath: "\(world.root)/\(world.run)/journal.jsonl")
        #expect(permissions[.posixPermissions] as? Int == 0o600)
    }
}

private func adoption(of world: FakeWorld) async -> LauncherError? {
    await failure { try await world.launcher().adopt(world.run) }
}

/// The fake's clock, with a hand in the cloud while it waits.
private struct MeddlingClock: LaunchClock {
    let world: FakeWorld
    let meddle: @Sendable (inout FakeState) -> Void

    var now: Double { world.cloud().clock.now }
    var uptime: Double { now }
    func sleep(_ seconds: Double) async {
        await world.cloud().clock.sleep(seconds)
        world.script(meddle)
    }
}
