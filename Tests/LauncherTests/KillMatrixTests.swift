import Foundation
import Launcher
import Testing

/// Kills the launcher at every moment: around every call to the cloud, and before, within and after every line of its journal.
/// Then another one comes.
@Suite("A launcher killed at any moment")
struct KillMatrixTests {
    /// Clouds that make it hard.
    enum Weather: CaseIterable {
        case fair
        /// Lists lag, deleted things are still listed, groups linger.
        case lagging
        /// The same, and the client takes "not found" for "gone".
        case forgetful
        /// Groups that nodes are in can be deleted, which then proves nothing.
        case lax
        /// Four rungs of the ladder, the last one in the other market.
        case short
        /// Every first answer to a call that changes something gets lost.
        case mute

        var world: FakeWorld {
            FakeWorld { state in
                switch self {
                case .fair: break
                case .lagging, .forgetful:
                    state.listingLag = 8
                    state.listingAfterwards = 5
                    state.lingeringSeconds = 12
                    state.forgetsUnlisted = self == .forgetful
                case .lax:
                    state.listingLag = 8
                    state.guardsGroups = false
                case .short:
                    state.capacities = [
                        FakeCapacity(market: .spot, nodes: 0), FakeCapacity(zone: "fake-1a", nodes: 2),
                        FakeCapacity(zone: "fake-1b", type: "c7i.48xlarge", nodes: 2),
                    ]
                case .mute:
                    state.listingLag = 4
                    state.faults = FakeWorld.changing.map { FakeFault($0, .replyLost) }
                }
            }
        }
    }

    /// Calls `body` with every moment at which `command` can be killed.
    private func everyMoment(
        _ world: () -> FakeWorld, after prepare: (FakeWorld) async throws -> Void = { _ in },
        of command: (FakeWorld, FakeMortality) async throws -> Void,
        then body: (FakeWorld, Int) async throws -> Void
    ) async throws -> Int {
        let whole = FakeMortality()
        let first = world()
        try await prepare(first)
        try await command(first, whole)
        for moment in 0..<whole.moments {
            let world = world()
            try await prepare(world)
            let mortality = FakeMortality(dyingAt: moment)
            do { try await command(world, mortality) } catch {}
            try #require(mortality.isDead, "\(moment)")
            try await body(world, moment)
        }
        return whole.moments
    }

    private static let up: @Sendable (FakeWorld, FakeMortality) async throws -> Void = { world, mortality in
        _ = try await world.launcher(mortality).up(world.request)
    }

    @Test("up, then down: nothing is left", arguments: Weather.allCases)
    func upThenDown(_ weather: Weather) async throws {
        let moments = try await everyMoment({ weather.world }, of: Self.up) { world, moment in
            if world.hasFolder { _ = try await world.launcher().down(world.run) }
            #expect(world.existing == [], "\(weather) \(moment)")
        }
        #expect(moments > 50)
    }

    @Test("up, then up again: all nodes are adopted, and no others", arguments: Weather.allCases)
    func upThenAdopt(_ weather: Weather) async throws {
        var adopted = 0
        _ = try await everyMoment({ weather.world }, of: Self.up) { world, moment in
            guard world.hasFolder, try world.launcher().state(world.run).request != nil else {
                #expect(world.existing == [], "\(weather) \(moment)")
                return
            }
            // A newer image meanwhile: a request that was sent is sent again as it was.
            world.script { $0.imageVersion += 1 }
            let cluster = try await world.launcher().adopt(world.run)
            adopted += 1
            let nodes = world.existing.filter { $0.kind == .instance }.map(\.id).sorted()
            #expect(nodes == cluster.instances.map(\.id) && nodes.count == 3, "\(weather) \(moment)")
            #expect(world.count(.placementGroup) == 1, "\(weather) \(moment)")
            #expect(world.count(.securityGroup) == 1 && world.count(.keyPair) == 1, "\(weather) \(moment)")
            _ = try await world.launcher().down(world.run)
            #expect(world.existing == [], "\(weather) \(moment)")
        }
        #expect(adopted > 40)
    }

    @Test("up, then reap on another machine: nothing is left", arguments: Weather.allCases)
    func upThenReap(_ weather: Weather) async throws {
        _ = try await everyMoment({ weather.world }, of: Self.up) { world, moment in
            // Another machine cannot know what the cloud does not list yet.
            world.script { $0.now += $0.listingLag }
            let reap = world.reap(root: world.folder.path("elsewhere"))
            for find in try await reap.look() { _ = try await reap.end(find) }
            #expect(world.existing == [], "\(weather) \(moment)")
        }
    }

    @Test("up, then down by a calendar that has jumped: nothing is left", arguments: [-86400.0, 86400])
    func jump(_ seconds: Double) async throws {
        for weather in [Weather.lagging, .lax] {
            _ = try await everyMoment({ weather.world }, of: Self.up) { world, moment in
                guard world.hasFolder else { return }
                let cloud = world.cloud()
                let clock = JumpedClock(clock: cloud.clock, seconds: seconds)
                _ = try await ClusterLaunch(root: world.root, cloud: cloud, clock: clock).down(world.run)
                #expect(world.existing == [], "\(weather) \(moment)")
            }
        }
    }

    @Test("Lists that lag for longer than anyone waits: a placement group in use tells of its nodes")
    func blind() async throws {
        var launched = 0
        _ = try await everyMoment({ FakeWorld { $0.listingLag = 400 } }, of: Self.up) { world, moment in
            guard world.state.calls["ec2 run-instances"] != nil else { return }
            launched += world.count(.instance)
            _ = try await world.launcher().down(world.run)
            #expect(world.existing == [], "\(moment)")
        }
        #expect(launched > 0)
    }

    @Test("down, then down again: nothing is left", arguments: Weather.allCases)
    func downThenDown(_ weather: Weather) async throws {
        let moments = try await everyMoment {
            weather.world
        } after: { world in
            try await Self.up(world, FakeMortality())
        } of: { world, mortality in
            _ = try await world.launcher(mortality).down(world.run)
        } then: { world, moment in
            let receipt = try await world.launcher().down(world.run).receipt
            #expect(world.existing == [], "\(weather) \(moment)")
            #expect(receipt.lines.filter { $0.to != nil }.count >= 3, "\(weather) \(moment)")
        }
        #expect(moments > 20)
    }

    @Test("reap, then reap again: nothing is left", arguments: Weather.allCases)
    func reapThenReap(_ weather: Weather) async throws {
        for isElsewhere in [false, true] {
            _ = try await everyMoment {
                weather.world
            } after: { world in
                try await Self.up(world, FakeMortality())
            } of: { world, mortality in
                let reap = world.reap(mortality, root: isElsewhere ? world.folder.path("elsewhere") : nil)
                for find in try await reap.look() { _ = try await reap.end(find) }
            } then: { world, moment in
                let reap = world.reap()
                for find in try await reap.look() { _ = try await reap.end(find) }
                #expect(world.existing == [], "\(weather) \(moment)")
            }
        }
    }

    @Test("A launcher killed while it adopts, then down: nothing is left", arguments: [Weather.lagging, .short])
    func adoptThenDown(_ weather: Weather) async throws {
        let whole = FakeMortality()
        try await Self.up(weather.world, whole)
        // The kills that leave most to do: any moment, in steps that share no factor with the moments of a call or a line.
        for first in stride(from: 1, to: whole.moments, by: 23) {
            _ = try await everyMoment {
                weather.world
            } after: { world in
                try? await Self.up(world, FakeMortality(dyingAt: first))
            } of: { world, mortality in
                guard world.hasFolder, try world.launcher().state(world.run).request != nil else { return }
                _ = try await world.launcher(mortality).adopt(world.run)
            } then: { world, moment in
                _ = try await world.launcher().down(world.run)
                #expect(world.existing == [], "\(weather) \(first) \(moment)")
            }
        }
    }

    @Test("A launch that takes effect after its launcher has died, and is looked for", arguments: [5.0, 40, 200, 600])
    func late(_ seconds: Double) async throws {
        let world = {
            FakeWorld { state in
                state.listingLag = 8
                state.faults = [FakeFault("ec2 run-instances", .late(seconds: seconds))]
            }
        }
        var inFlight = 0
        _ = try await everyMoment(world, of: Self.up) { world, moment in
            inFlight += world.state.late.count
            if world.hasFolder { _ = try await world.launcher().down(world.run) }
            world.script { $0.advance(seconds: 2000) }
            #expect(world.existing == [] && world.state.late.isEmpty, "\(moment)")
        }
        #expect(inFlight > 0)
    }
}

/// The fake's clock, whose calendar is off.
private struct JumpedClock: LaunchClock {
    let clock: FakeClock
    let seconds: Double

    var now: Double { clock.now + seconds }
    var uptime: Double { clock.uptime }
    func sleep(_ seconds: Double) async { await clock.sleep(seconds) }
}

extension FakeWorld {
    static let changing = [
        "ec2 create-placement-group", "ec2 create-security-group", "ec2 import-key-pair", "ec2 run-instances",
        "ec2 terminate-instances", "ec2 delete-placement-group", "ec2 delete-security-group", "ec2 delete-key-pair",
    ]
    static let looking = [
        "sts get-caller-identity", "service-quotas get-service-quota", "ec2 describe-instance-types",
        "ec2 describe-instance-type-offerings", "ssm get-parameter", "ec2 describe-subnets", "pricing get-products",
        "ec2 describe-spot-price-history", "ec2 describe-instances", "ec2 describe-tags",
    ]
}
