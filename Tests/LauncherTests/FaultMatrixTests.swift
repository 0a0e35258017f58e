import Failures
import Launcher
import Testing

/// Every call to the cloud goes wrong in every way, once or for good. A launch then has all nodes or leaves nothing; what cannot
/// be ended is named, and ended later.
@Suite("Faults at every call")
struct FaultMatrixTests {
    private static func error(_ cause: CloudError.Cause, _ operation: String) -> FakeFault.Effect {
        .refused(error: CloudError(cause, operation: operation, code: "Scripted.\(cause)", message: "by script"))
    }

    @Test("up", arguments: FakeWorld.changing + FakeWorld.looking)
    func up(_ operation: String) async throws {
        for cause in CloudError.Cause.allCases {
            for (skipped, times) in [(0, 1), (1, 1), (0, 3), (2, 2)] {
                let label: Comment = "\(operation) \(cause) \(skipped) \(times)"
                let world = FakeWorld { state in
                    state.listingLag = 4
                    // The first place lacks the nodes, so that things are deleted, too.
                    state.capacities = [FakeCapacity(zone: "fake-1a", type: "c7i.48xlarge", market: .spot, nodes: 2)]
                    state.faults = [FakeFault(operation, skipping: skipped, times: times, Self.error(cause, operation))]
                }
                let failure = await failure { try await world.launcher().up(world.request) }
                switch failure {
                case nil:
                    #expect(world.count(.instance) == 3 && world.count(.placementGroup) <= 2, label)
                case .leak(_, let left, _):
                    #expect(!left.isEmpty && Set(world.existing.map(\.id)).isSubset(of: left.map(\.id)), label)
                default:
                    #expect(world.existing == [], label)
                }
                world.script { $0.faults = [] }
                if world.hasFolder { _ = try await world.launcher().down(world.run) }
                #expect(world.existing == [], label)
            }
        }
    }

    @Test("down", arguments: FakeWorld.changing.suffix(4) + FakeWorld.looking)
    func down(_ operation: String) async throws {
        for cause in CloudError.Cause.allCases {
            let label: Comment = "\(operation) \(cause)"
            let world = FakeWorld()
            _ = try await world.launcher().up(world.request)
            world.script { $0.faults = [FakeFault(operation, times: 100_000, Self.error(cause, operation))] }
            let failure = await failure { try await world.launcher().down(world.run) }
            if case .leak(_, let left, let reason) = failure {
                // "Not found" is what a deletion wants, but the lists still have the thing.
                let isDelete = operation.hasPrefix("ec2 delete")
                #expect(reason.contains(isDelete && cause == .notFound ? "not gone" : "by script"), label)
                #expect(Set(left.map(\.id)) == Set(world.existing.map(\.id)), label)
            } else {
                #expect(world.existing == [] || failure != nil, label)
            }
            world.script { $0.faults = [] }
            _ = try await world.launcher().down(world.run)
            #expect(world.existing == [], label)
        }
    }

    @Test("A reply lost after it took effect, at every call that changes something", arguments: FakeWorld.changing)
    func replyLost(_ operation: String) async throws {
        for (skipped, times) in [(0, 1), (1, 1), (0, 3), (0, 50)] {
            let label: Comment = "\(operation) \(skipped) \(times)"
            let world = FakeWorld { state in
                state.listingLag = 4
                state.capacities = [FakeCapacity(zone: "fake-1a", type: "c7i.48xlarge", market: .spot, nodes: 2)]
                state.faults = [FakeFault(operation, skipping: skipped, times: times, .replyLost)]
            }
            let failure = await failure { try await world.launcher().up(world.request) }
            // Once is borne; for ever, nothing is left all the same.
            if times == 1 { #expect(failure == nil, label) }
            if failure == nil { #expect(world.count(.instance) == 3, label) }
            world.script { $0.faults = [] }
            _ = try await world.launcher().down(world.run)
            #expect(world.existing == [], label)
        }
    }

    @Test("A disk that takes no more lines, from every line on")
    func fullDisk() async throws {
        var refusals = 0
        for line in 0..<20 {
            let world = FakeWorld { $0.listingLag = 4 }
            let cloud = world.cloud()
            let launcher = ClusterLaunch(root: world.root, cloud: cloud, clock: cloud.clock) {
                folder throws(TesseraError) in
                FullSink(try JournalFile(folder.journal), after: line)
            }
            let failure = await failure { try await launcher.up(world.request) }
            guard failure != nil else { continue }
            refusals += 1
            // The cloud was not asked for what the disk would not hold, and what there was is gone.
            #expect(world.existing == [], "\(line)")
            #expect("\(failure!)".contains("No space left"), "\(failure!)")
            if line == 0 { #expect(world.state.calls.keys.allSatisfy { !FakeWorld.changing.contains($0) }) }
        }
        #expect(refusals > 8)
    }
}

/// A journal on a disk that is full after so many lines.
private final class FullSink: JournalSink {
    private let file: JournalFile
    private let mortality: FakeMortality

    init(_ file: JournalFile, after lines: Int) {
        self.file = file
        mortality = FakeMortality(dyingAt: lines)
    }

    func append(_ line: [UInt8]) throws(TesseraError) {
        guard mortality.survives() else { throw .file(path: "journal.jsonl", reason: "No space left on device") }
        try file.append(line)
    }
}
