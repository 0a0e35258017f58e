// One step of explicit diffusion, 5 points in two axes and 7 in three: in the second cache, where arithmetic counts, and
// in memory, where 24 bytes a point do. One rank: the ghosts are filled, nothing is sent.

import Benchmark
import Foundation
import Tessera

func stencilSweeps() {
    for (extents, steps) in [([192, 192], 1000), ([4096, 4096], 5), ([32, 32, 32], 1000), ([256, 256, 256], 5)] {
        let size = extents.map(String.init).joined(separator: "x")
        kernel("heat \(size)", .points) { benchmark in
            var heat = try Simulation(
                Heat(r: 0.1), extents: extents, boundary: extents.map { _ in .dirichlet(0) }, on: MPI.world())
            heat.fill { index in Double((index[0] ^ index[1]) & 15) }
            // The first step also writes pages that memory has not given yet.
            try heat.advance(steps: 2)
            try benchmark.measure(.points, work: steps * extents.reduce(1, *)) { try heat.advance(steps: steps) }
        }
    }
}

/// u' = u + r (the sum of the neighbours along the axes - 2 d u).
private struct Heat: Stencil {
    let r: Double

    func update<L: Lane>(_ u: Taps<L>) -> L { u.center + r * (u.ring(1) - Double(2 * u.axes) * u.center) }
}

/// MPI, started where first needed, by the thread that measures, and ended with the process.
enum MPI {
    nonisolated(unsafe) private static var started: Communicator?

    static func world() throws -> Communicator {
        if let started { return started }
        let world = try MPIEnvironment.start()
        started = world
        atexit { try? MPIEnvironment.finish() }
        return world
    }
}
