internal import CShim
private import Foundation
internal import Failures
internal import LinearAlgebra
internal import MessagePassing
internal import Stencils

/// The cores that this process may run on, by its affinity mask.
public var coresInAffinityMask: Int { Int(tessera_cores_in_affinity_mask()) }

/// Threads a rank, for BLAS and for sweeps: max(1, min(cores in its affinity mask, cores / ranks on the node)), unless the user has said
/// otherwise by OPENBLAS_NUM_THREADS or OMP_NUM_THREADS. Collective.
func prepareThreads(on world: Communicator) throws(TesseraError) {
    let environment = ProcessInfo.processInfo.environment
    let mask = coresInAffinityMask
    let wish = ["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"].lazy.compactMap { environment[$0].flatMap { Int($0) } }.first
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let threads = wish ?? max(1, min(mask, max(cores, mask) / MPIEnvironment.ranksOnNode))
    OpenBLAS.threads = max(1, threads)
    SweepThreads.count = threads
    if threads > mask {
        standardError(
            """
            tessera: warning: rank \(world.rank) runs \(threads) threads but is bound to \(mask) core\(mask == 1 ? "" : "s"); \
            launch with: mpirun --map-by slot:PE=\(threads), or --bind-to none

            """)
    }
}
