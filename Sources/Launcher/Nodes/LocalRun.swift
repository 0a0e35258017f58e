// mpirun on this machine alone, with the options that it needs and its messages understood.

internal import Foundation

/// A run of `tessera run` on all cores of this machine, or on fewer.
package enum LocalRun {
    /// Runs a program on ranks and returns mpirun's status, or 128 + the signal that stopped the launcher.
    ///
    /// - Throws: ``NodeError`` (`unfit`) where there is no mpirun, (`request`) where there are not so many cores.
    package static func run(
        program: String, arguments: [String], ranks: Int?, report: @escaping @Sendable (String) -> Void
    ) async throws(NodeError) -> Int32 {
        let asked = try await LocalProcess.run(try ShellLine.script(NodeFacts.probe, []), seconds: 60)
        let facts = NodeFacts(answer: asked.output)
        guard !facts.openMPI.isEmpty else {
            throw NodeError(.unfit, "--on local: expected Open MPI, found no mpirun: install openmpi-bin")
        }
        let flags = try MPIFlags(
            [("this machine", facts, max(1, facts.cores))], ranks: ranks, fabric: .off, grace: 5, files: nil)
        let processFile = FileManager.default.temporaryDirectory.appending(path: "tessera-\(UUID().uuidString).pid")
            .path
        defer { try? FileManager.default.removeItem(atPath: processFile) }
        report("mpirun \(flags.arguments.joined(separator: " "))")
        let run = WatchedRun(
            shell: .here, addresses: [], folder: FileManager.default.currentDirectoryPath, processFile: processFile,
            report: report)
        let ending = try await run.run(flags.arguments + [program] + arguments, SignalRelay())
        if let signal = ending.signal, ending.status != 0 { return 128 + signal }
        if ending.status != 0 { for it in ORTEFailure.all(in: ending.lastWords) { report(it.message) } }
        return ending.status ?? 1
    }
}
