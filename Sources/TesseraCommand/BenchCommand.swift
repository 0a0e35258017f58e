import ArgumentParser
import Jobs
import Tessera

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure a routine on generated data, and check its result.",
        discussion: """
            ROUTINE is gemm, lu, cholesky, symmetric-indefinite or solve (with --n), or heat2d or heat3d (with --extents and \
            --steps). solve is \
            the whole driver with one right-hand side, counted as 2/3 n^3 + 2 n^2 operations. The time is the \
            best repetition's, as long as its slowest rank. The share is in percent of what all ranks together reach at \
            DGEMM or at the triad a = b + s c, measured in the same run. The residual is in units of rounding: below 16 \
            when the result is right.

            Examples:
              tessera bench gemm --n 1000,2000,4000
              mpirun -n 4 tessera bench lu --n 8000 --block 192 --grid 2x2 --json
              mpirun -n 2 tessera bench solve --n 8000 --precision mixed
              mpirun -n 2 tessera bench heat3d --extents 256x256x256 --steps 20 --type float
            """)

    @Argument(help: "What to measure.")
    var routine: BenchRequest.Routine

    @Option(
        name: .customLong("n"),
        help: ArgumentHelp("Orders of the matrices, one or several.", valueName: "n,n,..."), transform: commaSeparated)
    var orders: [Int]?

    @Option(name: .long, help: "Rows and columns of a block (default: what fits the order and the grid).")
    var block: Int?

    @Option(
        name: .long,
        help: ArgumentHelp("Ranks along each side (default: as square as their number allows).", valueName: "PxQ"),
        transform: crossSeparated)
    var grid: [Int]?

    @Option(name: .long, help: ArgumentHelp("Cells along each axis.", valueName: "AxB[xC]"), transform: crossSeparated)
    var extents: [Int]?

    @Option(name: .long, help: "Steps to time.")
    var steps: Int?

    @Option(name: .long, help: "The type of a field (default: double).")
    var type: BenchRequest.Element?

    @Option(name: .long, help: "The factors of solve: full (default), or mixed: in float, refined to double.")
    var precision: BenchRequest.Precision?

    @Option(name: .long, help: "How often to measure; the best counts.")
    var repeats = 3

    @Flag(name: .long, help: "Print one JSON object a line.")
    var json = false

    func validate() throws { _ = try request() }

    func run() throws {
        let request = try request()
        CoreType.correct()
        try Tessera.run { world in
            var isFirst = true
            try bench(request, on: world) { summary in
                guard world.rank == 0 else { return }
                if json {
                    standardOutput(summary.json)
                } else {
                    if isFirst { standardOutput(summary.tableHeader) }
                    standardOutput(summary.tableRow)
                }
                isFirst = false
            }
        }
    }

    /// The request that the arguments make.
    private func request() throws -> BenchRequest {
        if repeats < 1 { throw ValidationError("--repeats: expected 1 or more, found \(repeats)") }
        let axes = routine.axes
        if let grid, grid.count != axes ?? 2 {
            throw ValidationError("--grid: expected \(axes ?? 2) numbers for \(routine.rawValue), found \(grid.count)")
        }
        return BenchRequest(routine: routine, work: try axes.map(heat) ?? dense(), grid: grid, repeats: repeats)
    }

    private func dense() throws -> BenchRequest.Work {
        let stray = ["--extents": extents != nil, "--steps": steps != nil, "--type": type != nil]
        for name in stray.keys.sorted() where stray[name] == true {
            throw ValidationError("\(name) is for heat2d and heat3d, not for \(routine.rawValue)")
        }
        guard let orders else { throw ValidationError("\(routine.rawValue) needs --n, the order of its matrices") }
        if let block, block < 1 { throw ValidationError("--block: expected 1 or more, found \(block)") }
        if precision != nil, routine != .solve {
            throw ValidationError("--precision is for solve, not for \(routine.rawValue)")
        }
        return .dense(orders: orders, block: block, precision: precision ?? .full)
    }

    private func heat(axes: Int) throws -> BenchRequest.Work {
        let stray = ["--n": orders != nil, "--block": block != nil]
        for name in stray.keys.sorted() where stray[name] == true {
            throw ValidationError(
                "\(name) is for gemm, lu, cholesky, symmetric-indefinite and solve, not for \(routine.rawValue)")
        }
        if precision != nil { throw ValidationError("--precision is for solve, not for \(routine.rawValue)") }
        guard let extents, extents.count == axes else {
            throw ValidationError(
                "\(routine.rawValue) needs --extents with \(axes) numbers: \(axes == 2 ? "4096x4096" : "256x256x256")")
        }
        guard let steps, steps >= 1 else { throw ValidationError("\(routine.rawValue) needs --steps, 1 or more") }
        return .heat(extents: extents, steps: steps, element: type ?? .double)
    }
}

extension BenchRequest.Routine: ExpressibleByArgument {}
extension BenchRequest.Element: ExpressibleByArgument {}
extension BenchRequest.Precision: ExpressibleByArgument {}

/// "1000,2000" as numbers from 1 on.
private func commaSeparated(_ text: String) throws -> [Int] { try positive(text, separator: ",") }

/// "512x512" as numbers from 1 on.
private func crossSeparated(_ text: String) throws -> [Int] { try positive(text, separator: "x") }

private func positive(_ text: String, separator: Character) throws -> [Int] {
    try text.split(separator: separator, omittingEmptySubsequences: false).map { part in
        guard let number = Int(part), number >= 1 else {
            throw ValidationError("expected whole numbers from 1 on, joined by '\(separator)', found '\(text)'")
        }
        return number
    }
}
