import TestSupport
import Testing

@Suite("tessera: help and arguments")
struct CommandHelpTests {
    @Test(arguments: ["run", "plan", "cluster", "reap", "policy", "validate", "schema", "doctor", "verify", "bench"])
    func everySubcommandExplainsItself(name: String) async throws {
        let outcome = try await Command.alone(name, "--help")
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("OVERVIEW: "))
        #expect(outcome.output.contains("USAGE: tessera \(name)"))
        #expect(outcome.output.contains("Example"))
        #expect(outcome.errors.isEmpty)
    }

    @Test func theProgramDocumentsItsExitStatuses() async throws {
        let outcome = try await Command.alone("--help")
        #expect(outcome.status == 0)
        for words in ["Exit status:", "128 + N", "--generate-completion-script", "doctor"] {
            #expect(outcome.output.contains(words), "\(words)")
        }
    }

    @Test func version() async throws {
        let outcome = try await Command.alone("--version")
        #expect(outcome.status == 0)
        #expect(outcome.output.split(separator: ".").count == 3)
    }

    /// The shells themselves may not be installed where the tests run; bash is, and must take the script.
    @Test func bashTakesItsScript() async throws {
        let program = Launch.path(of: "tessera")
        let outcome = try await Launch.command(
            "bash", ["-c", "source <('\(program)' --generate-completion-script bash) && complete -p tessera"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("tessera"))
        #expect(outcome.errors.isEmpty)
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func completionScripts(shell: String) async throws {
        let outcome = try await Command.alone("--generate-completion-script", shell)
        #expect(outcome.status == 0)
        #expect(outcome.errors.isEmpty)
        for name in [
            "run", "plan", "cluster", "reap", "policy", "validate", "schema", "doctor", "verify", "bench", "progress",
        ] {
            #expect(outcome.output.contains(name), "\(name)")
        }
        let opening = ["bash": "#!/bin/bash", "zsh": "#compdef tessera", "fish": "function "]
        #expect(outcome.output.hasPrefix(try #require(opening[shell])), "\(outcome.output.prefix(80))")
    }

    @Test(arguments: [
        ["run"], ["run", "a.yaml", "--colour"], ["bench", "qr", "--n", "10"], ["bench", "gemm"],
        ["bench", "gemm", "--n", "0"], ["bench", "gemm", "--n", "100,x"],
        ["bench", "gemm", "--n", "9", "--steps", "2"],
        ["bench", "gemm", "--n", "9", "--grid", "2x2x2"], ["bench", "gemm", "--n", "9", "--grid", "2x"],
        ["bench", "heat2d", "--extents", "8x8x8", "--steps", "2"], ["bench", "heat2d", "--extents", "8x8"],
        ["bench", "gemm", "--m", "9"], ["bench", "gemm", "--n", "9", "--m", "0"],
        ["bench", "gemm", "--n", "9", "--rhs", "2"],
        ["bench", "lu", "--n", "9", "--k", "2"], ["bench", "cholesky", "--n", "9", "--m", "2"],
        ["bench", "solve", "--n", "9", "--rhs", "0"], ["bench", "trsm", "--n", "9", "--rhs", "1,2"],
        ["bench", "heat2d", "--extents", "8x8", "--steps", "2", "--rhs", "2"],
        ["bench", "heat2d", "--extents", "8x8", "--steps", "2", "--order", "4"],
        ["bench", "wave3d", "--extents", "8x8x8", "--steps", "2", "--order", "6"],
        ["bench", "gray-scott", "--extents", "8x8x8", "--steps", "2"], ["bench", "gemm", "--n", "9", "--order", "4"],
        ["bench", "heat3d", "--n", "8"], ["bench", "lu", "--n", "8", "--repeats", "0"],
        ["bench", "heat2d", "--extents", "9x9", "--steps", "2", "--scaling", "1,4,2"],
        ["bench", "heat2d", "--extents", "9x9", "--steps", "2", "--scaling", "2,2"],
        ["bench", "heat2d", "--extents", "9x9", "--steps", "2", "--scaling", "0,2"],
        ["bench", "heat2d", "--extents", "9x9", "--steps", "2", "--scaling", "1,100000"],
        ["bench", "heat2d", "--extents", "9x9", "--steps", "2", "--scaling", "2", "--latency-us", "0"],
        ["bench", "heat2d", "--extents", "9x9", "--steps", "2", "--scaling", "2", "--bandwidth-gbs", "-1"],
        ["bench", "heat2d", "--extents", "9x9", "--steps", "2", "--latency-us", "2"],
        ["bench", "lu", "--n", "9", "--scaling", "1,2"], ["bench", "lu", "--n", "9", "--latency-us", "2"],
        ["run", "a.yaml", "--progress", "loud"], ["compute"],
        ["verify", "--extents", "64x4"], ["verify", "--extents", "9x9x9x9"], ["verify", "--ranks", "0"],
    ])
    func refusedArgumentsEndWithStatus2(arguments: [String]) async throws {
        let outcome = try await Launch.alone("tessera", arguments, seconds: 60)
        #expect(outcome.status == 2)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("Error: "), "\(outcome.errors)")
        outcome.expectCleanEnd()
    }

    @Test func refusedArgumentsAreReportedOnceForAllRanks() async throws {
        let outcome = try await Command.ranks(3, "run", "a.yaml", "--colour")
        #expect(outcome.status == 2)
        #expect(outcome.complaints.filter { $0.hasPrefix("Error: ") } == ["Error: Unknown option '--colour'"])
        outcome.expectCleanEnd()
    }

    @Test func helpIsPrintedOnceForAllRanks() async throws {
        let outcome = try await Command.ranks(3, "--help")
        #expect(outcome.status == 0)
        #expect(outcome.output.split(separator: "\n").filter { $0.hasPrefix("OVERVIEW: ") }.count == 1)
    }

    @Test func aGridThatDoesNotFitTheRanksIsRefused() async throws {
        let outcome = try await Command.ranks(2, "bench", "gemm", "--n", "64", "--grid", "2x2")
        #expect(outcome.status == 2)
        #expect(outcome.complaints == ["tessera: --grid: expected a product of 2, the number of ranks, found 2x2"])
        outcome.expectCleanEnd()
    }
}
