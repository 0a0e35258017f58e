import Foundation
import TestSupport
import Testing

@Suite("tessera: plan")
struct CommandPlanTests {
    private let linpack = Command.jobs + "/linpack.yaml"

    @Test func aPlanNamesTheCheapestAndTheFastest() async throws {
        let outcome = try await Command.alone("plan", linpack, "--set", "n=100000", "--nodes", "1-2")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = outcome.output.split(separator: "\n").map(String.init)
        #expect(lines.first?.contains("rates published, not measured") == true)
        #expect(lines.contains { $0.hasSuffix("<- cheapest") || $0.contains("<- cheapest ") })
        #expect(lines.contains { $0.hasPrefix("fastest: 2 x hpc7a.96xlarge on-demand, ") })
        outcome.expectCleanEnd()
    }

    @Test func limitsThatNothingMeetsHaveTheirStatus() async throws {
        let outcome = try await Command.alone("plan", linpack, "--deadline", "1s", "--json")
        #expect(outcome.status == 1)
        let rows = try #require(try Command.object(outcome.output)["rows"] as? [[String: Any]])
        #expect(!rows.isEmpty && !rows.contains { $0["isCheapest"] as? Bool == true })
    }

    @Test(arguments: [
        ["--deadline", "4x"], ["--max-cost", "-1"], ["--type", "c7i.48xlarg"], ["--nodes", "0"], ["--market", "black"],
        ["--local", "--all"], ["--set", "n=-1"],
    ])
    func otherArgumentsAreRefused(arguments: [String]) async throws {
        let outcome = try await Launch.alone("tessera", ["plan", linpack] + arguments, seconds: 120)
        #expect(outcome.status == 2, "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.contains("expected") || outcome.errors.contains("--"))
    }

    @Test func aFileOfRatesThatIsNoneIsRefused() async throws {
        let folder = TemporaryFolder()
        try folder.write("rates.json", "{")
        let rates = ["TESSERA_RATES": folder.path("rates.json")]
        let plan = try await Command.alone("plan", linpack, environment: rates)
        #expect(plan.status == 1)
        #expect(plan.errors.contains("rates.json: expected rates of machines, found something else: remove it"))
        // A run goes without its prediction.
        let run = try await Command.alone(
            "run", linpack, "--set", "n=200", "--output", folder.path("out"), "--json", environment: rates)
        #expect(run.status == 0, "\(run.errors)")
        #expect(try Command.object(run.output)["predicted_seconds"] == nil)
    }

    @Test func aRunSaysWhatWasPredicted() async throws {
        let folder = TemporaryFolder()
        let run = try await Command.alone(
            "run", linpack, "--set", "n=200", "--output", folder.path("out"), "--json",
            environment: ["TESSERA_RATES": folder.path("rates.json")])
        #expect(run.status == 0, "\(run.errors)")
        #expect(try Command.object(run.output)["predicted_seconds"] as? Double ?? 0 > 0)
        // Too short to teach anything.
        #expect(!FileManager.default.fileExists(atPath: folder.path("rates.json")))
    }

    @Test func localPlansMeasureTheRanksThatAreHere() async throws {
        let outcome = try await Command.ranks(2, "plan", linpack, "--local", "--json")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let plan = try Command.object(outcome.output)
        #expect(plan["ranks"] as? Int == 2)
        #expect(plan["seconds"] as? Double ?? 0 > 0)
        #expect((plan["rates"] as? [String: Any])?["isMeasured"] as? Bool == true)
        outcome.expectCleanEnd()
    }
}
