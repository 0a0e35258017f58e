import Failures
import Foundation
import Launcher

/// A fake cloud, the folder of a machine's runs, and launchers that may be killed.
struct FakeWorld: Sendable {
    let store: FakeStore
    let folder = MemoryFolder()
    let run = try! RunID(parsing: "20270115-080000-abcdef")

    init(_ script: (inout FakeState) -> Void = { _ in }) {
        var state = FakeState()
        script(&state)
        store = FakeStore(state)
    }

    var root: String { folder.path("runs") }
    var request: ClusterRequest {
        var request = ClusterRequest(
            run: run, types: ["c7i.48xlarge", "c7a.48xlarge"], nodes: 3, markets: [.spot, .onDemand],
            publicKey: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 run", userData: "#!/bin/sh\n")
        request.zones = ["fake-1a", "fake-1b"]
        return request
    }

    func cloud(_ mortality: FakeMortality = FakeMortality()) -> FakeCloud { FakeCloud(store, mortality: mortality) }

    /// A launcher on this machine.
    func launcher(_ mortality: FakeMortality = FakeMortality()) -> ClusterLaunch {
        let cloud = cloud(mortality)
        return ClusterLaunch(root: root, cloud: cloud, clock: cloud.clock) { folder throws(TesseraError) in
            try MortalSink(folder.journal, mortality)
        }
    }

    func reap(_ mortality: FakeMortality = FakeMortality(), root: String? = nil) -> Reap {
        let cloud = cloud(mortality)
        return Reap(root: root ?? self.root, cloud: cloud, clock: cloud.clock)
    }

    /// What exists, whatever the cloud lists.
    var existing: [Resource] { state.existing }
    var state: FakeState { try! store.change { $0 } }
    func count(_ kind: ResourceKind) -> Int { existing.count { $0.kind == kind } }
    func script(_ body: @Sendable (inout FakeState) -> Void) { try! store.change { body(&$0) } }

    var hasFolder: Bool { FileManager.default.fileExists(atPath: "\(root)/\(run)") }
}

/// A folder of its own, in memory where the system has such a file system: a matrix of launches forces thousands of lines to
/// the disk.
final class MemoryFolder: Sendable {
    private let folder: String

    init() {
        let fast = "/dev/shm"
        let base = access(fast, W_OK) == 0 ? fast : FileManager.default.temporaryDirectory.path
        folder = "\(base)/tessera-\(UUID().uuidString)"
        try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { "\(folder)/\(name)" }
}

/// A journal's file, whose writer may die before, within and after a line.
struct MortalSink: JournalSink {
    private let file: JournalFile
    private let path: String
    private let mortality: FakeMortality

    init(_ path: String, _ mortality: FakeMortality) throws(TesseraError) {
        if mortality.isDead { throw dead(path) }
        file = try JournalFile(path)
        self.path = path
        self.mortality = mortality
    }

    func append(_ line: [UInt8]) throws(TesseraError) {
        guard mortality.survives() else { throw dead(path) }
        guard mortality.survives() else {
            let torn = FileHandle(forWritingAtPath: path)
            _ = try? torn?.seekToEnd()
            try? torn?.write(contentsOf: Data(line.prefix(line.count / 2)))
            throw dead(path)
        }
        try file.append(line)
        _ = mortality.survives()
    }
}

private func dead(_ path: String) -> TesseraError { .file(path: path, reason: "the launcher is dead") }

/// Makes the error of a body a value.
func failure<R>(_ body: () async throws -> R) async -> LauncherError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? LauncherError
    }
}
