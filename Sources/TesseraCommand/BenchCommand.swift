import ArgumentParser
import Jobs
import Tessera

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure a routine on generated data, and check its result.",
        discussion: """
            ROUTINE is one of these, of which the dense ones take --n, the stencils --extents and --steps:
              gemm      m x k times k x n              2 m n k operations
              syrk      n x k times its transpose, the lower triangle of it, n^2 k
              trsm      solve for R right-hand sides with a lower triangle, n^2 R
              lu        P A = L U of m x n, 2/3 n^3 where m is n
              cholesky  A = L L^T, n^3/3
              symmetric-indefinite  P A P^T = L T L^T with a tridiagonal T, n^3/3
              gesv      lu and the solution for R right-hand sides, 2/3 n^3 + 2 n^2 R
              solve     the whole driver, with error bounds; counted as gesv
              heat2d, heat3d  explicit diffusion: 5 and 7 points
              wave3d    acoustic waves of --order 4 or 8 with a velocity field and absorbing sponges
              box3d     27 points
              star2d    the star of the Parallel Research Kernels, radius 2, whose input changes every step
              gray-scott  two reacting fields in a periodic plane
            The time is the best repetition's, as long as its slowest rank. The share is in percent of what all ranks \
            together reach at DGEMM or at the triad a = b + s c, measured in the same run. The residual is in units of \
            rounding: below 16 when the result is right. \
            The tile of a stencil is chosen before the clock starts.

            With --scaling the time that a stencil would take on other numbers of ranks is predicted, too, from sweeps and \
            messages that are measured on these: for its grid cut to all ranks (strong) and for such a grid on every rank \
            (weak). The first line has the prediction for these ranks beside what they took. It counts on nodes whose cores \
            are all as busy as here, and on messages as fast as here, or as --latency-us and --bandwidth-gbs say.

            Examples:
              tessera bench gemm --n 1000,2000,4000
              tessera bench gemm --m 20000 --n 500 --k 500
              mpirun -n 4 tessera bench lu --n 8000 --block 192 --grid 2x2 --json
              mpirun -n 2 tessera bench solve --n 8000 --rhs 64 --precision mixed
              mpirun -n 4 tessera bench gesv --n 8000 --grid 4x1 --pivoting tournament
              mpirun -n 2 tessera bench heat3d --extents 256x256x256 --steps 20 --type float
              mpirun -n 2 tessera bench heat3d --extents 256x256x256 --steps 48 --scaling 1,2,4,8,64,1024
              tessera bench heat2d --extents 4096x4096 --steps 64 --scaling 1,16,256 --latency-us 20 --bandwidth-gbs 3
            """)

    @Argument(help: "What to measure.")
    var routine: BenchRequest.Routine

    @Option(
        name: .customLong("n"),
        help: ArgumentHelp("Orders of the matrices, one or several.", valueName: "n,n,..."), transform: commaSeparated)
    var orders: [Int]?

    @Option(name: .customLong("m"), help: "Rows: of A and C in gemm, of A in lu (default: n).")
    var m: Int?

    @Option(name: .customLong("k"), help: "Columns of A in gemm and in syrk (default: n).")
    var k: Int?

    @Option(
        name: .customLong("rhs"),
        help: ArgumentHelp("Right-hand sides of gesv and solve (default: 1) and of trsm (default: n).", valueName: "R"))
    var rightHandSides: Int?

    @Option(name: .long, help: "Rows and columns of a block (default: what fits the shape and the grid).")
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

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Steps that are done at once, and rows (in a plane: cells) of a block of them: TxW, or off (default: what is "
                + "fastest on the first tiles).", valueName: "tile"),
        transform: tiling)
    var tile: Tiling?

    @Option(name: .long, help: "The type of a field (default: double).")
    var type: BenchRequest.Element?

    @Option(name: .long, help: "The order in space of wave3d: 4 (default) or 8.")
    var order: BenchRequest.Order?

    @Option(name: .long, help: "The factors of solve: full (default), or mixed: in float, refined to double.")
    var precision: BenchRequest.Precision?

    @Option(
        name: .long,
        help: """
            How lu and gesv avoid small pivots: partial (default), tournament, threshold, or random-butterflies, for a \
            square A, after which gesv refines X.
            """)
    var pivoting: BenchRequest.Pivoting?

    @Option(
        name: .long,
        help: ArgumentHelp("Numbers of ranks, rising, to predict a stencil's time on.", valueName: "R,R,..."),
        transform: commaSeparated)
    var scaling: [Int]?

    @Option(
        name: .customLong("latency-us"),
        help: "Microseconds of a message, of the network that --scaling is about (default: as measured here).")
    var latency: Double?

    @Option(
        name: .customLong("bandwidth-gbs"),
        help: "GB/s that a rank sends while it receives as many, on that network (default: as measured here).")
    var bandwidth: Double?

    @Option(name: .long, help: "How often to measure; the best counts.")
    var repeats = 3

    @Flag(name: .long, help: "Print one JSON object a line.")
    var json = false

    func validate() throws { _ = try request() }

    func run() throws {
        let request = try request()
        CoreType.correct()
        try Tessera.run { world in
            var header: String?
            try bench(request, on: world) { summary in
                guard world.rank == 0 else { return }
                if json { return standardOutput(summary.json) }
                if summary.tableHeader != header {
                    standardOutput((header == nil ? "" : "\n") + summary.tableHeader)
                    header = summary.tableHeader
                }
                standardOutput(summary.tableRow)
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
        return BenchRequest(routine: routine, work: try axes.map(stencil) ?? dense(), grid: grid, repeats: repeats)
    }

    private func dense() throws -> BenchRequest.Work {
        let stray = [
            "--extents": extents != nil, "--steps": steps != nil, "--tile": tile != nil, "--type": type != nil,
            "--order": order != nil, "--scaling": scaling != nil, "--latency-us": latency != nil,
            "--bandwidth-gbs": bandwidth != nil,
        ]
        for name in stray.keys.sorted() where stray[name] == true {
            let owner = name == "--order" ? "wave3d" : "stencils"
            throw ValidationError("\(name) is for \(owner), not for \(routine.rawValue)")
        }
        guard let orders else { throw ValidationError("\(routine.rawValue) needs --n, the order of its matrices") }
        for (extent, value) in [(BenchRequest.Extent.m, m), (.k, k), (.rhs, rightHandSides)] {
            guard let value else { continue }
            try requireExtent(extent)
            if value < 1 { throw ValidationError("--\(extent.rawValue): expected 1 or more, found \(value)") }
        }
        if let block, block < 1 { throw ValidationError("--block: expected 1 or more, found \(block)") }
        if precision != nil, routine != .solve {
            throw ValidationError("--precision is for solve, not for \(routine.rawValue)")
        }
        if pivoting != nil, routine != .lu, routine != .gesv { throw strayPivoting }
        if pivoting == .randomButterflies, let m, let n = orders.first(where: { $0 != m }) {
            throw ValidationError("--pivoting: expected a square matrix for random-butterflies, found \(m)x\(n)")
        }
        let shapes = orders.map { n in
            BenchRequest.Shape(m: m ?? n, n: n, k: k ?? n, rhs: rightHandSides ?? (routine == .trsm ? n : 1))
        }
        return .dense(shapes: shapes, block: block, precision: precision ?? .full, pivoting: pivoting ?? .partial)
    }

    private func stencil(axes: Int) throws -> BenchRequest.Work {
        if block != nil { throw ValidationError("--block is for dense routines, not for \(routine.rawValue)") }
        for (extent, isGiven) in [
            (BenchRequest.Extent.n, orders != nil), (.m, m != nil), (.k, k != nil), (.rhs, rightHandSides != nil),
        ] where isGiven {
            try requireExtent(extent)
        }
        if precision != nil { throw ValidationError("--precision is for solve, not for \(routine.rawValue)") }
        if pivoting != nil { throw strayPivoting }
        if order != nil, routine != .wave3d {
            throw ValidationError("--order is for wave3d, not for \(routine.rawValue)")
        }
        guard let extents, extents.count == axes else {
            throw ValidationError(
                "\(routine.rawValue) needs --extents with \(axes) numbers: \(axes == 2 ? "4096x4096" : "256x256x256")")
        }
        guard let steps, steps >= 1 else { throw ValidationError("\(routine.rawValue) needs --steps, 1 or more") }
        return .stencil(
            extents: extents, steps: steps, element: type ?? .double, tiling: tile ?? .automatic, order: order ?? .four,
            scaling: try scalingRequest())
    }

    private func scalingRequest() throws -> BenchRequest.Scaling? {
        for (name, value) in [("--latency-us", latency), ("--bandwidth-gbs", bandwidth)] {
            guard let value else { continue }
            if scaling == nil { throw ValidationError("\(name) is for --scaling, which is not given") }
            guard value > 0, value.isFinite else {
                throw ValidationError("\(name): expected a number above 0, found \(value)")
            }
        }
        guard let scaling else { return nil }
        if let place = scaling.indices.dropFirst().first(where: { scaling[$0] <= scaling[$0 - 1] }) {
            throw ValidationError(
                "--scaling: expected rising numbers of ranks, found \(scaling[place]) after \(scaling[place - 1])")
        }
        if let most = scaling.last, most > Self.mostRanks {
            throw ValidationError("--scaling: expected \(Self.mostRanks) ranks at most, found \(most)")
        }
        return BenchRequest.Scaling(
            ranks: scaling, latency: latency.map { $0 * 1e-6 }, bandwidth: bandwidth.map { $0 * 1e9 })
    }

    /// Ranks that a prediction can be asked for: it looks at every one of them.
    private static let mostRanks = 1 << 16

    private var strayPivoting: ValidationError {
        ValidationError("--pivoting is for lu and gesv, not for \(routine.rawValue)")
    }

    /// Refuses an extent that the routine's matrices do not have.
    private func requireExtent(_ extent: BenchRequest.Extent) throws {
        guard !routine.extents.contains(extent) else { return }
        let owners = BenchRequest.Routine.allCases.filter { $0.extents.contains(extent) }.map(\.rawValue)
        throw ValidationError(
            "--\(extent.rawValue) is for \(owners.joined(separator: ", ")), not for \(routine.rawValue)")
    }
}

extension BenchRequest.Routine: ExpressibleByArgument {}
extension BenchRequest.Element: ExpressibleByArgument {}
extension BenchRequest.Order: ExpressibleByArgument {}
extension BenchRequest.Precision: ExpressibleByArgument {}
extension BenchRequest.Pivoting: ExpressibleByArgument {}

/// "8x32" or "off".
private func tiling(_ text: String) throws -> Tiling {
    if text == "off" { return .off }
    let numbers = try crossSeparated(text)
    guard numbers.count == 2, numbers[0] <= Tiling.mostSteps else {
        throw ValidationError("expected TxW, at most \(Tiling.mostSteps) steps in blocks of W, or off, found '\(text)'")
    }
    return .fixed(steps: numbers[0], width: numbers[1])
}
