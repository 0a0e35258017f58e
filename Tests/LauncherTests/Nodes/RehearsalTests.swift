// Whole runs on three nodes that are namespaces of this machine: real ssh, real mpirun, the program that a user runs; and what
// the user is told when a rank, a node or the network fails under it.
//
// What they cannot show: speed, Elastic Fabric Adapters, and Open MPI 5. All nodes share this machine's cores and kernel.

import Foundation
import JobFiles
import Launcher
import Synchronization
import TestSupport
import Testing

/// Lines that a run has reported.
private final class Lines: Sendable {
    private let lines = Mutex<[String]>([])
    private let over = Mutex(false)
    func add(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
    func end() { over.withLock { $0 = true } }
    var isOver: Bool { over.withLock { $0 } }
}

@Suite(.serialized, .enabled(if: canRehearse, "namespaces are not permitted here"), .timeLimit(.minutes(5)))
struct RehearsalTests {
    static let heat = repositoryFile("jobs/hillslope.yaml")
    static let linpack = repositoryFile("jobs/linpack.yaml")

    /// A simulation that lasts until something ends it.
    static let endless = ["refine=1", "duration=1e15", "pictures=false"]

    private func request(
        _ path: String, _ overrides: [String], output: String, on nodes: NamespaceNodes, folder: String?
    ) throws -> NodesRun.Request {
        NodesRun.Request(
            job: try JobFile.load(path: path, overrides: overrides, output: output, node: nil),
            arguments: overrides.flatMap { ["--set", $0] }, options: ["--progress", "plain"],
            program: Launch.path(of: "tessera"), hosts: nodes.hosts, access: nodes.access, fabric: .off, binding: .none,
            folder: folder)
    }

    /// Calls `body` with nodes, which are gone afterwards.
    private func onNodes<Answer>(_ count: Int, _ body: (NamespaceNodes) async throws -> Answer) async throws -> Answer {
        let nodes = try await NamespaceNodes.make(count)
        let outcome: Result<Answer, any Error>
        do { outcome = .success(try await body(nodes)) } catch { outcome = .failure(error) }
        await nodes.close()
        return try outcome.get()
    }

    /// Starts an endless run on three nodes, does something to them once ranks compute on all of them, and returns how the
    /// run ended.
    private func run(
        until fault: (NamespaceNodes) async throws -> Void
    ) async throws -> (outcome: Result<Int32, NodeError>, lines: [String]) {
        try await onNodes(3) { nodes in
            let folder = TemporaryFolder()
            let lines = Lines()
            let request = try request(
                Self.heat, Self.endless, output: folder.path("out"), on: nodes, folder: nodes.sharedFolder)
            let run = Task { () -> Result<Int32, NodeError> in
                defer { lines.end() }
                do throws(NodeError) {
                    return .success(try await NodesRun(request) { lines.add($0) }.run())
                } catch {
                    return .failure(error)
                }
            }
            for node in 1...3 {
                while try await nodes.run(node, "pgrep -x tessera").status != 0 {
                    // A run that has failed has no ranks to wait for.
                    if lines.isOver { return (await run.value, lines.all) }
                    try await Task.sleep(for: .milliseconds(200))
                }
            }
            try await fault(nodes)
            return (await run.value, lines.all)
        }
    }

    // MARK: Jobs that end well

    @Test func aDenseJobOnSeparateNodes() async throws {
        let folder = TemporaryFolder()
        let lines = Lines()
        let needed = try await Launch.command("ldd", [Launch.path(of: "tessera")])
        let libraries = SharedLibraries.own(needed.output)
        let left = try await onNodes(3) { nodes in
            // Nothing is shared: the program and the job go to every node's own home, and its libraries as well, which the
            // nodes are made to lack.
            if let first = libraries.first {
                for node in 1...3 {
                    let hidden = try await nodes.run(node, #"mount -t tmpfs tmpfs "${1%/*}""#, [first])
                    #expect(hidden.status == 0)
                }
            }
            let request = try request(Self.linpack, ["n=300"], output: folder.path("out put"), on: nodes, folder: nil)
            let status = try await NodesRun(request) { lines.add($0) }.run()
            #expect(status == 0, "\(lines.all)")
            return try await nodes.run(1, #"ls "$HOME/.tessera/runs""#)
        }
        let summary = try String(contentsOfFile: folder.path("out put/summary.json"), encoding: .utf8)
        #expect(summary.contains("\"ranks\": 3"), "\(summary)")
        let sent = lines.all.contains("sending \(libraries.count) libraries of the program")
        #expect(sent == !libraries.isEmpty, "\(lines.all)")
        #expect(left.status == 0 && left.output.isEmpty, "\(left.output)")
    }

    @Test func oneNodeNeedsNoOther() async throws {
        let folder = TemporaryFolder()
        let lines = Lines()
        try await onNodes(1) { nodes in
            let request = try request(
                Self.heat, ["refine=1", "duration=1000"], output: folder.path("out"), on: nodes, folder: nil)
            let status = try await NodesRun(request) { lines.add($0) }.run()
            #expect(status == 0, "\(lines.all)")
        }
        #expect(FileManager.default.fileExists(atPath: folder.path("out/snapshot-0001.npy")))
    }

    @Test func aStencilJobHasTheBitsOfOneProcess() async throws {
        let folder = TemporaryFolder()
        let job = ["run", Self.heat, "--set", "refine=1", "--set", "duration=1e6"]
        let alone = try await Launch.alone("tessera", job + ["--output", folder.path("alone")])
        #expect(alone.status == 0, "\(alone.errors)")
        let nodes = try await Launch.alone(
            "tessera", job + ["--output", folder.path("nodes"), "--on", "namespaces:3"])
        #expect(nodes.status == 0, "\(nodes.errors)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("alone")).sorted()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("nodes")).sorted() == names)
        #expect(names.contains("snapshot-0001.npy"), "\(names)")
        for name in names where name != "summary.json" {
            #expect(
                FileManager.default.contents(atPath: folder.path("alone/\(name)"))
                    == FileManager.default.contents(atPath: folder.path("nodes/\(name)")), "\(name)")
        }
    }

    @Test func aStencilJobWithoutASharedFolderIsRefused() async throws {
        let folder = TemporaryFolder()
        try await onNodes(2) { nodes in
            let request = try request(Self.heat, [], output: folder.path("out"), on: nodes, folder: nil)
            await #expect {
                _ = try await NodesRun(request) { _ in }.run()
            } throws: {
                ($0 as? NodeError)?.cause == .unfit && "\($0)".contains("expected a folder that all nodes share")
            }
        }
    }

    // MARK: Failures, each with its message and status

    @Test func aRankThatIsKilled() async throws {
        let (outcome, lines) = try await run { nodes in
            let killed = try await nodes.run(2, "pkill -KILL -x tessera")
            #expect(killed.status == 0)
        }
        let status = try outcome.get()
        #expect(status == 137)
        #expect(
            lines.contains { $0.hasPrefix("rank 1 on node node2 was ended by signal 9 (SIGKILL)") }, "\(lines)")
    }

    @Test func aNodeThatIsKilled() async throws {
        let (outcome, lines) = try await run { try await $0.kill(3) }
        let error = try #require(throws: NodeError.self) { try outcome.get() }
        #expect(error.cause == .lost && error.exitStatus == 10)
        #expect(error.lines.first?.hasPrefix("node node3 was lost") == true, "\(error) after \(lines)")
    }

    @Test func aLinkThatIsCutSilently() async throws {
        let start = ContinuousClock.now
        let (outcome, lines) = try await run { try await $0.cut(2) }
        let error = try #require(throws: NodeError.self) { try outcome.get() }
        #expect(error.cause == .lost && error.exitStatus == 10)
        #expect(error.lines.first?.contains("node2") == true, "\(error) after \(lines)")
        print("a silent cut ended the run, start included, after \(ContinuousClock.now - start)")
    }

    @Test func theFirstNodeThatIsKilled() async throws {
        let (outcome, lines) = try await run { try await $0.kill(1) }
        let error = try #require(throws: NodeError.self) { try outcome.get() }
        #expect(error.cause == .lost)
        #expect(error.lines.first?.hasPrefix("node node1 was lost") == true, "\(error) after \(lines)")
    }

    @Test func aLinkBetweenTwoOthersThatIsCutSilently() async throws {
        // mpirun reaches both and waits for ever: only the beats show it.
        let (outcome, lines) = try await run { try await $0.cut(2, 3) }
        let error = try #require(throws: NodeError.self) { try outcome.get() }
        #expect(error.cause == .lost && error.exitStatus == 10)
        let first = error.lines.first ?? ""
        #expect(
            first.hasPrefix("the link from node node") && first.contains("node2") && first.contains("node3"), "\(lines)"
        )
    }

    @Test func aSignalSavesTheRunAndTheNextOneFindsIt() async throws {
        let folder = TemporaryFolder()
        try folder.write(
            "stopped",
            #"""
            # A run until ranks compute on all nodes; then SIGTERM to the launcher alone.
            "$@" &
            launcher=$!
            while kill -0 $launcher 2>/dev/null; do
              [ "$(pgrep -fc '^/run/tessera[.].*/shared/programs/.*/tessera run')" -ge 3 ] && break
              sleep 0.2
            done
            sleep 2
            kill -TERM $launcher
            wait $launcher
            """#)
        let program = Launch.path(of: "tessera")
        let job =
            ["run", Self.heat, "--on", "namespaces:3", "--output", folder.path("out")]
            + (Self.endless + ["checkpoint.every=60"]).flatMap { ["--set", $0] }
        let first = try await Launch.command("bash", [folder.path("stopped"), program] + job, seconds: 120)
        #expect(first.status == 143, "\(first.output) \(first.errors)")
        #expect(first.errors.contains("saved at step"), "\(first.errors)")
        // Another job does not go on from it, and says so: it has been brought back, and sent again.
        let other = try await Launch.alone("tessera", job + ["--set", "diffusivity=0.03"], seconds: 120)
        #expect(other.status != 0 && other.errors.contains("checkpoint"), "\(other.errors)")
    }
}
