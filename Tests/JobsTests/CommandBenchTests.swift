import Foundation
import TestSupport
import Testing

@Suite("tessera: bench")
struct CommandBenchTests {
    private func lines(_ outcome: Outcome) throws -> [[String: Any]] {
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try outcome.output.split(separator: "\n").map { try Command.object(String($0)) }
    }

    private func expectSound(_ line: [String: Any], rate: String, share: String) {
        for key in ["seconds", rate, share] {
            #expect((line[key] as? Double ?? 0) > 0, "\(key): \(line)")
        }
        let residual = line["residual"] as? Double ?? .nan
        // Rounding leaves something; an exact zero would mean that nothing was compared.
        #expect(residual > 0 && residual < 16, "\(line)")
    }

    @Test(arguments: ["gemm", "syrk", "trsm", "lu", "cholesky", "symmetric-indefinite", "gesv", "solve"], [1, 2])
    func denseRoutines(routine: String, ranks: Int) async throws {
        let outcome = try await Command.ranks(
            ranks, "bench", routine, "--n", "150,257", "--block", "16", "--repeats", "2", "--json")
        let lines = try lines(outcome)
        #expect(lines.compactMap { $0["n"] as? Int } == [150, 257])
        for line in lines {
            #expect(line["routine"] as? String == routine)
            #expect(line["block"] as? Int == 16)
            #expect(line["ranks"] as? Int == ranks)
            #expect(line["grid"] as? String == "1x\(ranks)")
            #expect(line["threads"] as? Int == 1)
            expectSound(line, rate: "gflops", share: "share_of_peak")
        }
    }

    /// Each shape beside what is reported of it; square where an extent is left out, but one right-hand side in a solve.
    static let shapes: [(line: [String], extents: [String: Int])] = [
        (["gemm", "--m", "301", "--n", "20", "--k", "30"], ["m": 301, "n": 20, "k": 30]),
        (["gemm", "--n", "20", "--k", "400"], ["m": 20, "n": 20, "k": 400]),
        (["gemm", "--m", "1", "--n", "301"], ["m": 1, "n": 301, "k": 301]),
        (["syrk", "--n", "150", "--k", "20"], ["n": 150, "k": 20]),
        (["syrk", "--n", "20", "--k", "400"], ["n": 20, "k": 400]),
        (["trsm", "--n", "150"], ["n": 150, "rhs": 150]),
        (["trsm", "--n", "150", "--rhs", "3"], ["n": 150, "rhs": 3]),
        (["trsm", "--n", "60", "--rhs", "200"], ["n": 60, "rhs": 200]),
        (["lu", "--m", "400", "--n", "50"], ["m": 400, "n": 50]),
        (["lu", "--m", "50", "--n", "400"], ["m": 50, "n": 400]),
        (["solve", "--n", "150"], ["n": 150, "rhs": 1]),
        (["gesv", "--n", "150", "--rhs", "64"], ["n": 150, "rhs": 64]),
        (["solve", "--n", "150", "--rhs", "64"], ["n": 150, "rhs": 64]),
        (["solve", "--n", "150", "--rhs", "64", "--precision", "mixed"], ["n": 150, "rhs": 64]),
    ]

    @Test(arguments: shapes.indices)
    func shapesThatAreNotSquare(place: Int) async throws {
        let (arguments, extents) = Self.shapes[place]
        let outcome = try await Launch.ranks(
            3, "tessera", ["bench"] + arguments + ["--repeats", "2", "--json"], seconds: 120)
        let line = try #require(try lines(outcome).first)
        for name in ["m", "n", "k", "rhs"] { #expect(line[name] as? Int == extents[name], "\(name): \(line)") }
        expectSound(line, rate: "gflops", share: "share_of_peak")
    }

    /// The operations that each routine counts.
    static let counts: [(line: [String], operations: Double)] = [
        (["gemm", "--m", "300", "--n", "20", "--k", "30"], 360_000),
        (["syrk", "--n", "90", "--k", "40"], 324_000),
        (["trsm", "--n", "90", "--rhs", "7"], 56_700),
        (["lu", "--m", "300", "--n", "30"], 261_000),
        (["lu", "--m", "30", "--n", "300"], 261_000),
        (["cholesky", "--n", "90"], 243_000),
        (["gesv", "--n", "90"], 502_200),
        (["solve", "--n", "90", "--rhs", "7"], 599_400),
    ]

    @Test func operationsAreCountedByTheShape() async throws {
        for (arguments, operations) in Self.counts {
            let outcome = try await Launch.alone("tessera", ["bench"] + arguments + ["--json"], seconds: 60)
            let line = try #require(try lines(outcome).first)
            let counted = (line["gflops"] as? Double ?? 0) * 1e9 * (line["seconds"] as? Double ?? 0)
            #expect(abs(counted - operations) <= 1e-9 * operations, "\(line)")
        }
    }

    @Test(arguments: ["full", "mixed"])
    func solveSaysItsPrecision(precision: String) async throws {
        let outcome = try await Command.ranks(
            2, "bench", "solve", "--n", "120,200", "--precision", precision, "--json")
        let lines = try lines(outcome)
        #expect(lines.count == 2)
        for line in lines {
            expectSound(line, rate: "gflops", share: "share_of_peak")
            #expect(line["precision"] as? String == precision)
            #expect(((line["iterations"] as? Int ?? -1) > 0) == (precision == "mixed"))
            #expect(line["fallback"] as? String == "none")
        }
        let refused = try await Command.alone("bench", "lu", "--n", "100", "--precision", "mixed")
        #expect(refused.status != 0 && refused.errors.contains("--precision"))
    }

    @Test(arguments: ["partial", "tournament", "threshold", "random-butterflies"])
    func pivotings(name: String) async throws {
        for arguments in [["lu"], ["gesv", "--rhs", "3"]] {
            let outcome = try await Launch.ranks(
                2, "tessera",
                ["bench"] + arguments + ["--n", "150,257", "--grid", "2x1", "--pivoting", name, "--json"],
                seconds: 120)
            let lines = try lines(outcome)
            #expect(lines.count == 2)
            for line in lines {
                expectSound(line, rate: "gflops", share: "share_of_peak")
                #expect(line["pivoting"] as? String == name)
            }
        }
    }

    @Test func pivotingIsRefusedElsewhere() async throws {
        for (arguments, complaint) in [
            (["cholesky", "--n", "100", "--pivoting", "partial"], "--pivoting is for lu and gesv, not for cholesky"),
            (["solve", "--n", "100", "--pivoting", "threshold"], "--pivoting is for lu and gesv, not for solve"),
            (
                ["heat2d", "--extents", "9x9", "--steps", "1", "--pivoting", "partial"],
                "--pivoting is for lu and gesv, not for heat2d"
            ),
            (
                ["lu", "--m", "90", "--n", "100", "--pivoting", "random-butterflies"],
                "expected a square matrix for random-butterflies, found 90x100"
            ),
            (["lu", "--n", "100", "--pivoting", "rook"], "--pivoting"),
        ] {
            let outcome = try await Launch.alone("tessera", ["bench"] + arguments, seconds: 60)
            #expect(outcome.status != 0 && outcome.output.isEmpty, "\(arguments)")
            #expect(outcome.errors.contains(complaint), "\(outcome.errors)")
        }
    }

    @Test(arguments: ["gemm", "syrk", "trsm", "lu", "cholesky", "symmetric-indefinite", "gesv", "solve"])
    func aTallGrid(routine: String) async throws {
        let outcome = try await Command.ranks(2, "bench", routine, "--n", "100", "--grid", "2x1", "--json")
        let line = try #require(try lines(outcome).first)
        #expect(line["grid"] as? String == "2x1")
        expectSound(line, rate: "gflops", share: "share_of_peak")
    }

    /// Grids with a prime extent, more than one tile long.
    static let stencilRuns: [(line: [String], extents: String)] = [
        (["heat2d"], "200x131"), (["heat3d"], "40x31x50"), (["wave3d"], "40x31x50"),
        (["wave3d", "--order", "8"], "47x40x36"), (["box3d"], "40x31x50"), (["star2d"], "200x131"),
        (["gray-scott"], "200x131"),
    ]

    @Test(arguments: stencilRuns.indices, ["float", "double"])
    func stencils(place: Int, type: String) async throws {
        let (line, extents) = Self.stencilRuns[place]
        for (ranks, tile) in [(1, nil), (2, nil), (2, "off"), (3, "4x8")] {
            let outcome = try await Launch.ranks(
                ranks, "tessera",
                ["bench"] + line + ["--extents", extents, "--steps", "30", "--type", type, "--json"]
                    + (tile.map { ["--tile", $0] } ?? []), seconds: 120)
            let report = try #require(try lines(outcome).first)
            #expect(report["routine"] as? String == line[0])
            #expect(report["extents"] as? String == extents)
            #expect(report["type"] as? String == type)
            #expect(report["order"] as? Int == (line[0] == "wave3d" ? line.count == 1 ? 4 : 8 : nil))
            #expect(report["tile"] as? String != "several")
            expectSound(report, rate: "gpoints_per_second", share: "share_of_triad")
        }
    }

    @Test(arguments: [["heat3d", "24x20x32"], ["gray-scott", "90x120"]])
    func scaling(arguments: [String]) async throws {
        let run = ["bench", arguments[0], "--extents", arguments[1], "--steps", "12", "--repeats", "1", "--json"]
        let outcome = try await Launch.ranks(2, "tessera", run + ["--scaling", "1,2,64"], seconds: 120)
        let lines = try lines(outcome)
        let first = try #require(lines.first)
        expectSound(first, rate: "gpoints_per_second", share: "share_of_triad")
        #expect((first["predicted_seconds"] as? Double ?? 0) > 0 && first["error"] is Double, "\(first)")
        for kind in ["strong", "weak"] {
            let table = lines.filter { $0["scaling"] as? String == kind }
            #expect(table.compactMap { $0["ranks"] as? Int } == [1, 2, 64])
            let efficiency = table.compactMap { $0["efficiency"] as? Double }
            #expect(efficiency.first.map { abs($0 - 100) < 1e-9 } ?? false, "\(table)")
            let share = table.compactMap { $0["share_of_messages"] as? Double }
            #expect(
                share.count == 3 && share[0] == 0 && share.dropFirst().allSatisfy { $0 > 0 && $0 < 100 }, "\(table)")
        }
        // As many cells in all, and as many a rank.
        let points = lines.compactMap { line in
            (line["gpoints_per_second"] as? Double).flatMap { rate in
                (line["seconds_per_step"] as? Double).map { (1e9 * rate * $0).rounded() }
            }
        }
        #expect(points == [1, 1, 1, 1, 2, 64].map { $0 * points[0] })
        #expect(lines.contains { $0["network"] as? String == "measured" })
        #expect(lines.contains { $0["sweep"] as? String == "measured" })
    }

    @Test func scalingOverAGivenNetwork() async throws {
        let run = ["bench", "heat2d", "--extents", "90x120", "--steps", "12", "--repeats", "1", "--scaling", "1,4"]
        let given = ["--latency-us", "1000", "--bandwidth-gbs", "2.5", "--json"]
        let outcome = try await Launch.ranks(1, "tessera", run + given, seconds: 120)
        let lines = try lines(outcome)
        let network = try #require(lines.first { $0["network"] as? String == "given" })
        #expect(
            abs((network["latency_us"] as? Double ?? 0) - 1000) < 1e-9 && network["bandwidth_gbs"] as? Double == 2.5)
        // Two axes are split, each of which costs a latency for every tile, of 5 steps at most in boxes of 45 rows.
        let cut = try #require(lines.first { $0["ranks"] as? Int == 4 })
        #expect((cut["seconds_per_step"] as? Double ?? 0) >= 2e-3 / 5, "\(cut)")

        for rest in [[], ["--latency-us", "20"]] {
            let refused = try await Launch.ranks(1, "tessera", run + rest, seconds: 60)
            #expect(refused.status == 2 && refused.output.isEmpty)
            #expect(
                refused.complaints == [
                    "tessera: --scaling: expected 2 ranks or more to measure messages between, or --latency-us and "
                        + "--bandwidth-gbs, found 1 rank"
                ])
        }
    }

    @Test func aTableForPeople() async throws {
        let outcome = try await Command.alone("bench", "gemm", "--n", "64,96", "--repeats", "1")
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = outcome.output.split(separator: "\n")
        #expect(lines.count == 3)
        #expect(lines.first?.contains("GFLOP/s") == true)
        #expect(Set(lines.map(\.count)).count == 1, "columns do not line up:\n\(outcome.output)")
    }
}
