import ArgumentParser
import Jobs
import Tessera

struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compare stencils with exact answers, on this machine and these ranks.",
        discussion: """
            Every cell is compared: discrete eigenmodes of heat and of waves of orders 2, 4 and 8 between periodic, zero and \
            mirrored ends, and the star and the box of the Parallel Research Kernels (in the plane of the first two axes). Each \
            is computed one step after the other and in tiles of several, by one thread and by as many as a rank has; all of \
            these, and all numbers of ranks, must give the same bits. The tolerance is what rounding explains. The status is \
            0 where all is right, 1 where anything is wrong.

            Examples:
              tessera verify
              mpirun -n 4 tessera verify --extents 64x64x64
              mpirun -n 7 tessera verify --extents 101x53 --ranks 1,2,3,5,7 --json
            """)

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Cells along one to three axes, 8 or more each (default: 64x64x64).", valueName: "A[xB[xC]]"),
        transform: { try crossSeparated(String($0.map { $0 == "," ? "x" : $0 })) })
    var extents: [Int] = [64, 64, 64]

    @Option(
        name: .long,
        help: ArgumentHelp("Numbers of ranks to compute on, one or several (default: all).", valueName: "n,n,..."),
        transform: commaSeparated)
    var ranks: [Int]?

    @Flag(name: .long, help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard (1...3).contains(extents.count), extents.allSatisfy({ $0 >= 8 }) else {
            throw ValidationError(
                "--extents: expected one to three numbers from 8 on, found \(extents.map(String.init).joined(separator: "x"))"
            )
        }
    }

    func run() throws {
        CoreType.correct()
        var isSound = true
        try Tessera.run { world in
            if let ranks, let many = ranks.first(where: { $0 > world.size }) {
                throw Refusal([
                    "tessera: --ranks: expected 1 to \(world.size), the ranks that there are, found \(many)"
                ])
            }
            let verification = try verifyStencils(extents: extents, ranks: ranks ?? [world.size], on: world)
            if world.rank == 0 { standardOutput(json ? verification.json : verification.text) }
            isSound = try world.broadcast(verification.isSound ? 1 : 0, from: 0) == 1
        }
        if !isSound { throw ExitCode(1) }
    }
}
