// A complete program that embeds Tessera: a dense system and a stencil on all ranks of an MPI job.
//
//     make embedding                                    # builds and runs it on this machine's cores
//     mpirun -np 4 .build/release/embedding             # or with any number of ranks
//
// In a package of your own, depend on Tessera and import it:
//
//     dependencies: [.package(path: "../tessera")],
//     targets: [.executableTarget(name: "embedding", dependencies: [.product(name: "Tessera", package: "tessera")])]

import Tessera

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Diffusion on a ring of cells and a plate of them: the update of one point, written once, in ordinary Swift.
struct Heat: Stencil {
    var r: Double

    @inlinable
    func update<L: Lane>(_ u: Taps<L>) -> L {
        u[0, 0] + r * (u[1, 0] + u[-1, 0] + u[0, 1] + u[0, -1] - 4 * u[0, 0])
    }
}

try Tessera.run { world in
    // A x = b for a matrix that no rank ever holds as a whole: each generates its own blocks.
    let n = 1000
    let grid = try ProcessGrid(world)
    let a = try DistributedMatrix<Double>(rows: n, columns: n, on: grid) { i, j in
        exp(-abs(Double(i - j)) / 10) + (i == j ? 1 : 0)
    }
    let b = try DistributedMatrix<Double>(rows: n, columns: 1, on: grid) { _, _ in 1 }
    let answer = try solve(a, b)
    if world.rank == 0 {
        print("dense: n = \(n) on a \(grid.rows)x\(grid.columns) grid, backward error \(answer.backwardError)")
    }
    try answer.x.write(to: "x.npy")

    // A hot spot on a plate that is periodic one way and held at zero the other.
    var heat = try Simulation(Heat(r: 0.2), extents: [512, 512], boundary: [.periodic, .dirichlet(0)], on: world)
    heat.fill { $0[0] == 256 && $0[1] == 256 ? 1 : 0 }
    let before = try heat.sum(.u)
    try heat.advance(steps: 200)
    let after = try heat.sum(.u)
    if world.rank == 0 {
        print("stencil: heat on the plate before \(before), after 200 steps \(after)")
    }
    try grid.close()
}
