import Launcher
import Synchronization
import Testing

@Suite("Calls that were one too many")
struct BackoffTests {
    private static let throttled = AWSProgramEnd.failure("RequestLimitExceeded", "Request limit exceeded.")
    private static let nobody = AWSProgramEnd.answer(#"{"Reservations": []}"#)

    @Test("They are made again behind waits that double, up to the longest one, with jitter")
    func waits() async throws {
        let slept = Mutex<[Double]>([])
        let program = ScriptedAWS([.describeInstances: Array(repeating: Self.throttled, count: 7) + [Self.nobody]])
        let aws = AWSCommandLine.scripted(program) { seconds in slept.withLock { $0.append(seconds) } }
        #expect(try await aws.instances(of: "r").isEmpty)
        // Half of 1, 2, 4, 8, 16, 20, 20: the scripted randomness is a half.
        #expect(slept.withLock { $0 } == [0.5, 1, 2, 4, 8, 10, 10])
        #expect(program.calls.count == 8)
    }

    @Test("They are given up in the end")
    func givenUp() async {
        let program = ScriptedAWS([.describeInstances: [Self.throttled]])
        let aws = AWSCommandLine.scripted(program)
        let error = await cause { () async throws(CloudError) in _ = try await aws.instances(of: "r") }
        #expect(error?.cause == .throttled)
        #expect(program.calls.count == 8)
    }

    @Test(
        "Nothing else is made again: what it did is the journal's to find out",
        arguments: ["InternalError", "VcpuLimitExceeded"])
    func others(_ code: String) async {
        let program = ScriptedAWS([.createPlacementGroup: [.failure(code, "No.")]])
        let aws = AWSCommandLine.scripted(program)
        let error = await cause { () async throws(CloudError) in try await aws.createPlacementGroup("p", tags: [:]) }
        #expect(error?.code == code)
        #expect(program.calls.count == 1)
    }
}
