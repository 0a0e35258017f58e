// What stands between this machine and fast, right runs: looked at, measured, and, where it can be, mended by a command.

internal import Foundation
package import Tessera

/// What the doctor has found.
package struct Diagnosis: Sendable {
    package var facts = JobSummary()
    package var faults: [Fault] = []
    /// What is worth knowing and no fault.
    package var notes: [String] = []

    /// For people.
    package var text: String {
        var lines = [facts.text]
        lines += notes.map { "note: \($0)" }
        lines += faults.map { "fault: \($0.text)\n  run: \($0.mend)" }
        lines.append(faults.isEmpty ? "no faults" : counted(faults.count, "fault"))
        return lines.joined(separator: "\n")
    }

    /// One JSON object: the facts, and the lists `notes` and `faults`.
    package var json: String {
        var all = facts
        all.add(
            "notes", "notes",
            .list(
                notes.map { note in
                    var summary = JobSummary()
                    summary.add("note", "note", .text(note))
                    return summary
                }))
        all.add("faults", "faults", .list(faults.map(\.summary)))
        return all.json
    }
}

/// Examines the machine, the libraries and the placement of the ranks; about two seconds. Collective; rank 0's diagnosis
/// is the whole one.
///
/// - Parameter launcher: what ``FoundLauncher/find()`` has found before MPI started; only rank 0's counts.
package func diagnose(launcher: FoundLauncher?, on world: Communicator) throws(TesseraError) -> Diagnosis {
    var diagnosis = Diagnosis()
    diagnosis.examineMPI(launcher, ranks: world.size)
    diagnosis.examineOpenBLAS()
    try diagnosis.examineMachine(ranks: world)
    try diagnosis.examineRanks(world)
    try diagnosis.measure(world)
    return diagnosis
}

extension Diagnosis {
    fileprivate mutating func examineMPI(_ launcher: FoundLauncher?, ranks: Int) {
        let library = MPIRelease(MPIEnvironment.libraryVersion)
        facts.add("mpi", "MPI library", .text("\(library)"))
        facts.add("mpirun", "mpirun", .text(launcher.map { "\($0.release), \($0.path)" } ?? "not found"))
        if let fault = Self.launcherFault(launcher, library: library) { faults.append(fault) }
        let environment = ProcessInfo.processInfo.environment
        if ranks == 1, library.family == "Open MPI", getuid() == 0, launcher != nil,
            environment["OMPI_ALLOW_RUN_AS_ROOT"] == nil || environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] == nil
        {
            faults.append(
                Fault(
                    "mpirun refuses to start for root",
                    mend: "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"))
        }
    }

    /// What is wrong with a launcher for programs that are linked with a library.
    package static func launcherFault(_ launcher: FoundLauncher?, library: MPIRelease) -> Fault? {
        guard let launcher else {
            return Fault(
                "no mpirun in PATH: only one process can run", mend: "sudo apt-get install -y openmpi-bin")
        }
        guard launcher.release != library, !launcher.release.version.isEmpty, !library.version.isEmpty else {
            return nil
        }
        return Fault(
            "\(launcher.path) is \(launcher.release), but tessera is linked with \(library): every rank would run alone",
            mend:
                "PATH=<the folder of \(library)'s mpirun>:$PATH, or build tessera again with this mpirun's mpicc in PATH"
        )
    }

    fileprivate mutating func examineOpenBLAS() {
        let isMistaken = CoreType.fault != nil
        facts.add("openblas", "OpenBLAS", .text(OpenBLAS.version))
        facts.add("core_type", "core type", .text(CoreType.current))
        facts.add(
            "core_type_expected", "core type expected", .text(isMistaken ? CoreType.expected ?? "" : CoreType.current))
        facts.add("threads", "threads a rank", .integer(OpenBLAS.threads))
        if isMistaken, let expected = CoreType.expected {
            faults.append(
                Fault(
                    "OpenBLAS takes this processor for '\(CoreType.current)' and is several times slower than it could be",
                    mend: "export OPENBLAS_CORETYPE=\(expected)"))
        } else if let mistaken = CoreType.mistaken {
            facts.add("core_type_corrected", "core type by itself", .text(mistaken))
            notes.append(
                """
                OpenBLAS alone takes this processor for '\(mistaken)'; tessera corrects that, your own programs need: \
                export OPENBLAS_CORETYPE=\(CoreType.current)
                """)
        }
    }

    fileprivate mutating func examineMachine(ranks world: Communicator) throws(TesseraError) {
        let processors = Processors.here
        facts.add("processor", "processor", .text(processors.model))
        facts.add("cores", "cores", .integer(processors.physical))
        facts.add("processors", "processors", .integer(processors.logical))
        facts.add("affinity_mask", "in affinity mask", .integer(coresInAffinityMask))
        let total = Double(ProcessInfo.processInfo.physicalMemory)
        facts.add("memory_gib", "memory", .quantity(gibibytes(total), "GiB"))
        if let available = SystemMemory.available {
            facts.add("memory_available_gib", "memory available", .quantity(gibibytes(Double(available)), "GiB"))
        }
        let node = try world.splitByNode()
        let ranksOnNode = node.size
        try node.close()
        let limits = NodeLimits.here
        if let shared = limits.sharedMemory {
            facts.add("shared_memory_gib", "/dev/shm free", .quantity(gibibytes(Double(shared)), "GiB"))
        }
        if limits.hasFastNetwork, let lockable = limits.lockableMemory {
            facts.add("locked_memory", "lockable memory", .text(lockable))
        }
        // As many ranks as this node might be asked to hold.
        faults += limits.faults(ranks: max(ranksOnNode, processors.physical))
    }

    fileprivate mutating func examineRanks(_ world: Communicator) throws(TesseraError) {
        let places = try RankPlace.all(on: world)
        facts.add("ranks", "ranks", .integer(world.size))
        let nodes = Dictionary(grouping: places, by: \.node).sorted { $0.key < $1.key }
        facts.add(
            "nodes", "ranks by node",
            .list(
                nodes.map { node, ranks in
                    var summary = JobSummary()
                    summary.add("ranks", "", .integer(ranks.count))
                    summary.add("node", "on", .text(node))
                    return summary
                }))
        facts.add(
            "bindings", "bindings",
            .list(
                places.map { place in
                    var summary = JobSummary()
                    summary.add("rank", "rank", .integer(place.rank))
                    summary.add("processors", "on", .text(place.processors))
                    return summary
                }))
        faults += RankPlace.faults(of: places)
    }

    fileprivate mutating func measure(_ world: Communicator) throws(TesseraError) {
        let threads = OpenBLAS.threads
        let together = world.size > 1 ? "all ranks" : counted(threads, "thread")
        if world.size == 1, threads > 1 {
            OpenBLAS.threads = 1
            let single = try MachineRates.gemmRate(1000, 3, world)
            OpenBLAS.threads = threads
            facts.add("dgemm_gflops_one_thread", "DGEMM, 1 thread", .quantity(single / 1e9, "GFLOP/s"))
        }
        let gemm = try MachineRates.gemmRate(1500, 3, world)
        facts.add("dgemm_gflops", "DGEMM, \(together)", .quantity(gemm / 1e9, "GFLOP/s"))
        let triad = try MachineRates.triadRate(3, world)
        let triadLabel = world.size > 1 ? "triad, all ranks" : "triad, 1 core"
        facts.add("triad_gigabytes_per_second", triadLabel, .quantity(triad / 1e9, "GB/s"))

        let residual = try selfCheckResidual()
        let isBroken = try world.allReduce(residual < 16 ? 0 : 1, .maximum) == 1
        let largest = isBroken ? Double.nan : try world.allReduce(residual, .maximum)
        facts.add("self_check_residual", "self-check residual", .quantity(isBroken ? residual : largest, ""))
        if isBroken {
            faults.append(
                Fault(
                    "a small system of equations is solved wrongly: its scaled residual is not below 16",
                    mend: "sudo apt-get install --reinstall -y libopenblas0-pthread liblapacke"))
        }
    }
}

private func gibibytes(_ bytes: Double) -> Double { (bytes / 1_073_741_824 * 100).rounded() / 100 }
