import Foundation
import Launcher
import TestSupport
import Testing

/// The program itself on the fake cloud, whose state lies in a file: killed by SIGKILL around calls, and followed by another.
@Suite("tessera cluster and reap, on a fake cloud", .serialized)
struct CommandClusterTests {
    private let folder = TemporaryFolder()

    private var cloud: String { folder.path("cloud.json") }
    private var store: FakeStore { get throws { try FakeStore(path: cloud) } }
    private var existing: [Resource] { get throws { try store.change { $0.existing } } }

    private func tessera(_ arguments: String...) async throws -> Outcome {
        try await Launch.alone(
            "tessera", arguments + ["--cloud", "fake:\(cloud)"], environment: ["XDG_STATE_HOME": folder.path("state")],
            seconds: 60)
    }

    private func up(_ more: String...) async throws -> Outcome {
        try folder.write("key.pub", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 somebody\n")
        return try await Launch.alone(
            "tessera",
            [
                "cluster", "up", "--cloud", "fake:\(cloud)", "--type", "c7i.48xlarge,hpc6a.48xlarge", "--nodes", "2",
                "--key", folder.path("key.pub"),
            ] + more, environment: ["XDG_STATE_HOME": folder.path("state")], seconds: 60)
    }

    @Test("up, list, down: a table, a receipt, and nothing left")
    func whole() async throws {
        try store.change { $0.capacities = [FakeCapacity(type: "c7i.48xlarge", nodes: 1)] }
        let up = try await up()
        #expect(up.status == 0, "\(up.errors)")
        #expect(up.errors.contains("no capacity: InsufficientInstanceCapacity"))
        let run = try up.run
        #expect(up.output.contains("run \(run): 2 x hpc6a.48xlarge in fake-1a, on-demand"))
        let list = try await Launch.alone(
            "tessera", ["cluster", "list"], environment: ["XDG_STATE_HOME": folder.path("state")])
        #expect(list.output == "\(run)  running  2 hpc6a.48xlarge  fake-1\n")
        let down = try await tessera("cluster", "down", run)
        #expect(down.status == 0 && down.output.contains("nothing is left\n"), "\(down.output)\(down.errors)")
        #expect(down.output.contains("total US$ 0."))
        #expect(try existing == [])
    }

    @Test(
        "SIGKILL before and after calls, then down, or up again",
        arguments: [
            ("ec2 create-security-group", 0), ("ec2 create-placement-group", 0), ("ec2 run-instances", 0),
            ("ec2 run-instances", 1), ("ec2 describe-instances", 2),
        ])
    func killed(_ operation: String, _ skipped: Int) async throws {
        for effect in [FakeFault.Effect.killedBefore, .killedAfter] {
            for goesOn in [false, true] {
                try store.change { state in
                    state = FakeState()
                    state.listingLag = 6
                    state.capacities = [FakeCapacity(zone: "fake-1a", nodes: 1)]
                    state.faults = [FakeFault(operation, skipping: skipped, effect)]
                }
                let up = try await up()
                #expect(up.status == 128 + 9, "\(operation) \(up.status) \(up.errors)")
                let run = try up.run
                if goesOn {
                    let again = try await tessera("cluster", "up", "--run", run, "--json")
                    #expect(again.status == 0, "\(again.errors)")
                    let cluster = try JSONDecoder().decode(Cluster.self, from: Data(again.output.utf8))
                    let nodes = try existing.filter { $0.kind == .instance }
                    #expect(Set(nodes.map(\.id)) == Set(cluster.instances.map(\.id)) && nodes.count == 2)
                }
                let down = try await tessera("cluster", "down", run)
                #expect(down.status == 0, "\(down.errors)")
                #expect(try existing == [], "\(operation) \(effect) \(goesOn)")
            }
        }
    }

    @Test("SIGKILL while a run ends, then reap")
    func killedWhileEnding() async throws {
        for operation in ["ec2 terminate-instances", "ec2 delete-placement-group", "ec2 delete-key-pair"] {
            for effect in [FakeFault.Effect.killedBefore, .killedAfter] {
                try store.change { $0 = FakeState() }
                let up = try await up()
                let run = try up.run
                try store.change { $0.faults = [FakeFault(operation, effect)] }
                #expect(try await tessera("cluster", "down", run).status == 128 + 9)
                let isLeft = try !existing.isEmpty
                #expect(isLeft || operation == "ec2 delete-key-pair")
                let look = try await tessera("reap", "--older-than", "1s")
                #expect(look.status == 0 && look.output.contains(run) == isLeft, "\(look.output)\(look.errors)")
                #expect(try !existing.isEmpty == isLeft)
                let reap = try await tessera("reap", "--yes")
                #expect(reap.status == 0, "\(reap.errors)")
                #expect(try existing == [], "\(operation) \(effect)")
            }
        }
    }

    @Test("Statuses: capacity 3, quota 4, permission 5, leak 6, refused 2")
    func statuses() async throws {
        func refuse(_ operation: String, _ cause: CloudError.Cause, times: Int = 1) throws {
            let error = CloudError(cause, operation: operation, code: "Scripted", message: "by script")
            try store.change { $0.faults = [FakeFault(operation, times: times, .refused(error: error))] }
        }
        try store.change { $0.capacities = [FakeCapacity(nodes: 1)] }
        let capacity = try await up()
        #expect(
            capacity.status == 3 && capacity.errors.contains("expected 2 nodes at once, found none in 6 places asked"))
        try store.change { $0 = FakeState() }
        #expect(try await up("--nodes", "1000").status == 4)
        try refuse("ec2 run-instances", .permission)
        let permission = try await up()
        #expect(permission.status == 5 && permission.errors.contains("tessera: ec2 run-instances: Scripted: by script"))
        #expect(try existing == [])
        let run = try await up().run
        try refuse("ec2 delete-key-pair", .permission, times: 1000)
        let leak = try await tessera("cluster", "down", run)
        #expect(leak.status == 6 && leak.errors.contains("found tessera-\(run)"), "\(leak.errors)")
        #expect(leak.errors.contains("tessera cluster down \(run)"))
        let refused = try await tessera("cluster", "down", "../../etc")
        #expect(refused.status == 2 && refused.errors.contains("expected one such as 20261127-143818-k3x9qd"))
        #expect(try await tessera("reap", "--older-than", "yesterday").status == 2)
        #expect(try await up("--market", "free").status == 2)
    }
}

extension Outcome {
    /// The run that a launch has named before anything else.
    fileprivate var run: String {
        get throws {
            let line = try #require(errors.split(separator: "\n").first { $0.hasPrefix("run ") }, "\(errors)")
            return String(line.dropFirst(4))
        }
    }
}
