// The way to nodes, over real ssh, on nodes that are namespaces of this machine.

import Foundation
import Launcher
import TestSupport
import Testing

/// Whether namespaces can be made here; says loudly where not.
let canRehearse: Bool = {
    let done = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var obstacle: String?
    Task {
        obstacle = await NamespaceNodes.obstacle()
        done.signal()
    }
    done.wait()
    guard let obstacle else { return true }
    FileHandle.standardError.write(
        Data("\n***** SKIPPED: every test on nodes in namespaces: \(obstacle) *****\n\n".utf8))
    return false
}()

/// Calls `body` with nodes and a way to them.
func withNodes(_ count: Int, _ body: (NamespaceNodes, SSH) async throws -> Void) async throws {
    let nodes = try await NamespaceNodes.make(count)
    let ssh = try await SSH(nodes.access)
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body(nodes, ssh)) } catch { outcome = .failure(error) }
    await ssh.close(nodes.hosts)
    await nodes.close()
    try outcome.get()
}

@Suite(.serialized, .enabled(if: canRehearse, "namespaces are not permitted here"))
struct NamespaceNodesTests {
    @Test func nodesAreMachinesOfTheirOwn() async throws {
        try await withNodes(3) { nodes, ssh in
            var facts: [NodeFacts] = []
            for host in nodes.hosts {
                try await ssh.connect(host)
                let asked = try await ssh.run(host, NodeFacts.probe, seconds: 60)
                #expect(asked.status == 0)
                facts.append(NodeFacts(answer: asked.output))
                let folders = try await ssh.run(
                    host, #"ls /tmp /dev/shm "$HOME"; touch /tmp/mine /dev/shm/mine "$HOME/mine""#, seconds: 20)
                #expect(!folders.output.contains("mine"), "\(folders.output)")
            }
            #expect(facts.map(\.hostName) == ["node1", "node2", "node3"])
            #expect(Set(facts.map(\.address)).count == 3)
            #expect(Set(facts.flatMap(\.hostKeys)).count >= 3)
            #expect(facts.allSatisfy { $0.cores >= 1 && $0.memory > 0 && $0.interfaces.count == 1 })
            #expect(
                Preflight.faults(zip(nodes.hosts, facts).map { ($0.name, $1) }, slots: [1, 1, 1], memory: 1 << 20)
                    .isEmpty)
        }
    }

    @Test func filesWithAnyNameComeBackWhole() async throws {
        try await withNodes(1) { nodes, ssh in
            let host = nodes.hosts[0]
            try await ssh.connect(host)
            let folder = TemporaryFolder()
            let shipping = Shipping(ssh)
            let names = [
                "plain", "two words", "it's", "$(touch owned)", "a\nb", "-rf", "\"q\"", "ü", "back\\slash", "sub/x y",
            ]
            try FileManager.default.createDirectory(atPath: folder.path("in"), withIntermediateDirectories: true)
            try FileManager.default.createDirectory(atPath: folder.path("in/sub"), withIntermediateDirectories: true)
            var noise = Noise(state: 7)
            var files: [(file: ShippedFile, hash: String)] = []
            for (index, name) in names.enumerated() {
                let bytes = (0..<(index * 40_000)).map { _ in UInt8.random(in: .min ... .max, using: &noise) }
                let path = folder.path("in/" + name)
                try Data(bytes).write(to: URL(filePath: path))
                files.append(
                    (ShippedFile(source: path, target: "/root/out put/\(name)"), try await Shipping.hash(path)))
            }
            try await shipping.send(files, to: host)
            let back = try await shipping.fetch("/root/out put", of: host, into: folder.path("back"))
            #expect(back.sorted() == names.sorted())
            for name in names {
                #expect(
                    FileManager.default.contents(atPath: folder.path("back/" + name))
                        == FileManager.default.contents(atPath: folder.path("in/" + name)), "\(name)")
            }
            #expect(try await ssh.run(host, "ls owned \"/root/out put/owned\"", seconds: 20).status == 2)
            #expect(!FileManager.default.fileExists(atPath: "owned"))
        }
    }

    @Test func aFileThatChangesOnItsWayIsRefused() async throws {
        try await withNodes(1) { nodes, ssh in
            let host = nodes.hosts[0]
            try await ssh.connect(host)
            let folder = TemporaryFolder()
            try folder.write("file", "what was sent")
            let file = ShippedFile(source: folder.path("file"), target: "/root/file")
            await #expect(throws: NodeError.self) {
                try await Shipping(ssh).send([(file, String(repeating: "0", count: 64))], to: host)
            }
            let left = try await ssh.run(host, #"ls -A "$HOME""#, seconds: 20)
            #expect(!left.output.contains("file"), "\(left.output)")
        }
    }

    @Test func aNodeWithAnotherKeyIsRefused() async throws {
        try await withNodes(1) { nodes, _ in
            let folder = TemporaryFolder()
            let made = try await Launch.command(
                "ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", folder.path("other")])
            #expect(made.status == 0)
            let known = try String(contentsOfFile: nodes.folder + "/known_hosts", encoding: .utf8)
            let key = try String(contentsOfFile: folder.path("other.pub"), encoding: .utf8)
            try folder.write("known", "\(known.prefix { $0 != " " }) \(key)")
            var access = nodes.access
            access.knownHosts = folder.path("known")
            let ssh = try await SSH(access)
            await #expect {
                try await ssh.connect(nodes.hosts[0])
            } throws: { error in
                "\(error)".hasPrefix("node node1: its host key is not known here or has changed")
                    && (error as? NodeError)?.exitStatus == 11
            }
            await ssh.close(nodes.hosts)
        }
    }

    @Test func aKeyThatIsNotLetInIsNamed() async throws {
        try await withNodes(1) { nodes, _ in
            let folder = TemporaryFolder()
            _ = try await Launch.command("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", folder.path("other")])
            var access = nodes.access
            access.identity = folder.path("other")
            let ssh = try await SSH(access)
            await #expect {
                try await ssh.connect(nodes.hosts[0])
            } throws: {
                "\($0)".hasPrefix("node node1: it lets nobody in with the keys at hand")
            }
            await ssh.close(nodes.hosts)
        }
    }

    @Test func aKeyWithAPassphraseIsRefusedAtOnce() async throws {
        let folder = TemporaryFolder()
        _ = try await Launch.command("ssh-keygen", ["-q", "-t", "ed25519", "-N", "secret", "-f", folder.path("key")])
        await #expect {
            _ = try await SSH(SSH.Access(identity: folder.path("key")))
        } throws: {
            "\($0)".hasPrefix("--identity: expected a private key that needs no passphrase")
        }
    }

    @Test func nodesThatDoNotReachEachOtherAreNamed() async throws {
        try await withNodes(2) { nodes, ssh in
            for host in nodes.hosts { try await ssh.connect(host) }
            let asked = try await ssh.run(nodes.hosts[1], NodeFacts.probe, seconds: 60)
            let address = try #require(NodeFacts(answer: asked.output).address)
            let before = try await ssh.run(nodes.hosts[0], Preflight.reach, ["\(address)"], seconds: 30)
            #expect(before.output.isEmpty)
            try await nodes.cut(2)
            let after = try await ssh.run(nodes.hosts[0], Preflight.reach, ["\(address)"], seconds: 30)
            #expect(after.output == "\(address)\n")
        }
    }

    @Test func nothingIsLeft() async throws {
        let nodes = try await NamespaceNodes.make(2)
        #expect(FileManager.default.fileExists(atPath: nodes.folder))
        await nodes.close()
        #expect(!FileManager.default.fileExists(atPath: nodes.folder))
        let suffix = nodes.folder.split(separator: ".").last.map(String.init) ?? "?"
        for list in [["link"], ["netns"]] {
            let left = try await Launch.command("ip", list)
            #expect(left.status == 0 && !left.output.contains("tsr" + suffix), "\(left.output)")
        }
    }
}
