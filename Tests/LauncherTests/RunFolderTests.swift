import Failures
import Foundation
import Launcher
import Testing

@Suite("A run's name, folder and lock")
struct RunFolderTests {
    @Test("A name tells when it began, and is read back")
    func names() throws {
        let run = RunID(now: 1_795_790_298.75)
        #expect(run.description.hasPrefix("20261127-143818-") && run.description.count == 22)
        #expect(run.began == 1_795_790_298)
        #expect(try RunID(parsing: run.description) == run)
        #expect(Set((0..<100).map { _ in RunID(now: 0).description }).count == 100)
        let coded = try JSONDecoder().decode([RunID].self, from: JSONEncoder().encode([run]))
        #expect(coded == [run])
    }

    @Test(
        "Anything else is refused",
        arguments: [
            "", "..", "../../etc", "20261127-143818-abcdef/..", "20261127-143818-ABCDEF", "20261127-143818-abcdef\n",
            "20261327-143818-abcdef", "20261127-146118-abcdef", "20261127-143818-abc$()", "２0261127-143818-abcdef",
            "20261127-143818-abcde", "20261127-143818-abcdef-", "+0261127-143818-abcdef",
        ])
    func hostileNames(_ name: String) {
        #expect(throws: TesseraError.self) { try RunID(parsing: name) }
    }

    @Test("The folder of all runs: XDG_STATE_HOME, or under HOME; relative paths count as none")
    func roots() throws {
        #expect(try RunFolder.root(["XDG_STATE_HOME": "/s", "HOME": "/h"]) == "/s/tessera/runs")
        #expect(try RunFolder.root(["XDG_STATE_HOME": "s", "HOME": "/h"]) == "/h/.local/state/tessera/runs")
        #expect(throws: TesseraError.self) { try RunFolder.root(["XDG_STATE_HOME": "s"]) }
    }

    @Test("Folders are the user's alone, also in a path with spaces and quotes")
    func folders() throws {
        let base = MemoryFolder()
        let root = base.path("a 'b' $(c)")
        let run = RunID(now: 1_000_000)
        let folder = try RunFolder.create(run, in: root)
        for path in [root, folder.path] {
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            #expect(attributes[.posixPermissions] as? Int == 0o700, "\(path)")
        }
        #expect(throws: TesseraError.self) { try RunFolder.create(run, in: root) }
        #expect(try RunFolder.open(run, in: root) == folder)
        #expect(RunFolder.runs(in: root) == [run])
        #expect(throws: TesseraError.self) { try RunFolder.open(RunID(now: 2), in: root) }
        // Another's folder in its place: a link, or one that others may write.
        let other = RunID(now: 3)
        try FileManager.default.createSymbolicLink(atPath: "\(root)/\(other)", withDestinationPath: folder.path)
        #expect(throws: TesseraError.self) { try RunFolder.open(other, in: root) }
        chmod(folder.path, 0o777)
        #expect(throws: TesseraError.self) { try RunFolder.open(run, in: root) }
    }

    @Test("Two launchers exclude each other; the lock goes with its holder")
    func locks() throws {
        let base = MemoryFolder()
        let folder = try RunFolder.create(RunID(now: 1), in: base.path("runs"))
        do {
            let lock = try RunLock(folder)
            do {
                _ = try RunLock(folder)
                Issue.record("two locks")
            } catch {
                #expect("\(error)".contains("expected no other launcher at work on it, found process \(getpid())"))
            }
            _ = consume lock
        }
        _ = try RunLock(folder)
    }

    @Test("A run that another launcher holds is neither changed nor reaped")
    func held() async throws {
        let world = FakeWorld()
        _ = try await world.launcher().up(world.request)
        let lock = try RunLock(try RunFolder.open(world.run, in: world.root))
        #expect(await failure { try await world.launcher().down(world.run) }?.exitStatus == 2)
        #expect(await failure { try await world.launcher().adopt(world.run) }?.exitStatus == 2)
        let find = try #require(try await world.reap().look().first)
        #expect(find.holder == "process \(getpid())" && find.nodes == 3)
        #expect(await failure { try await world.reap().end(find) }?.exitStatus == 2)
        #expect(world.count(.instance) == 3)
        _ = consume lock
        _ = try await world.launcher().down(world.run)
        #expect(world.existing == [])
    }
}
