internal import CShim
internal import DistributedArrays
public import Failures
internal import LinearAlgebra
public import MessagePassing
internal import Stencils

/// What this machine does at best, measured by all ranks at the same time: what a run's rate is compared with.
public struct MachineRates: Sendable {
    /// DGEMM of all ranks together, in flops a second.
    public let gemm: Double
    /// Bytes a second of the triad a = b + s c of all ranks together, with streaming stores, counted as 24 bytes a number.
    public let triad: Double

    /// Measures both. Collective; about a third of a second.
    ///
    /// - Parameters:
    ///   - world: the ranks that measure together.
    ///   - order: the order of the matrices that each rank multiplies.
    ///   - repeats: the best of so many is taken.
    public init(measuredOn world: Communicator, order: Int = 1000, repeats: Int = 3) throws(TesseraError) {
        gemm = try MachineRates.gemmRate(order, repeats, world)
        triad = try MachineRates.triadRate(repeats, world)
    }

    /// The DGEMM rate of all ranks together at one order, in flops a second. Collective.
    public static func gemmRate(_ n: Int, _ repeats: Int, _ world: Communicator) throws(TesseraError) -> Double {
        let random = IndexedRandom(seed: 1)
        let a = Matrix<Double>(rows: n, columns: n) { random.element($0, $1) }
        let b = Matrix<Double>(rows: n, columns: n) { random.element($0, $1 + n) }
        var c = Matrix<Double>(rows: n, columns: n)
        let flops = 2 * Double(n) * Double(n) * Double(n) * Double(world.size)
        return try flops
            / best(of: repeats + 1, world) { () throws(TesseraError) in
                var target = c.mutableView
                try multiply(a.view, b.view, into: &target)
            }
    }

    /// The triad's bytes a second of all ranks together. Collective.
    public static func triadRate(_ repeats: Int, _ world: Communicator) throws(TesseraError) -> Double {
        // Far larger than the caches, and no larger than that; a quarter of what is free where that is less.
        let free = (SystemMemory.available ?? .max) / (4 * 24 * MPIEnvironment.ranksOnNode)
        let count = try world.allReduce(min(max(1 << 20, (1 << 25) / world.size), max(1, free)), .minimum)
        let memory = allocateAligned(3 * count, of: Double.self)
        defer { freeAligned(memory) }
        memory.initialize(repeating: 1, count: 3 * count)
        nonisolated(unsafe) let a = memory
        nonisolated(unsafe) let b = memory + count
        nonisolated(unsafe) let c = memory + 2 * count
        let threads = SweepThreads.count
        // Whole pages, so that every thread's stores are aligned as the whole array's are.
        let share = ((count + threads - 1) / threads + 511) / 512 * 512
        return try 24 * Double(count) * Double(world.size)
            / best(of: repeats + 1, world) { () throws(TesseraError) in
                SweepThreads.share(threads) { thread in
                    let first = min(count, thread * share)
                    tessera_triad(a + first, b + first, c + first, 3, min(share, count - first))
                }
            }
    }

    /// The shortest time that all ranks take together, over some repetitions.
    private static func best(
        of repeats: Int, _ world: Communicator, _ body: () throws(TesseraError) -> Void
    ) throws(TesseraError) -> Double {
        var best = Double.infinity
        for _ in 0..<repeats {
            try world.barrier()
            let start = MPIEnvironment.seconds
            try body()
            best = min(best, try world.allReduce(MPIEnvironment.seconds - start, .maximum))
        }
        return best
    }
}
