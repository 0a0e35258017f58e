// The program's way in and its ways out: arguments are parsed before MPI starts, and what there is to say is said once.

import ArgumentParser
import Foundation
import Tessera

struct TesseraProgram: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tessera",
        abstract: "Dense linear algebra and structured grids, on one core or on many nodes.",
        discussion: """
            A job file says what to compute; mpirun says on how many ranks. Without mpirun a job runs as one process, \
            with the same answer.

            Examples:
              tessera validate jobs/terrain-gp.yaml
              tessera run jobs/hillslope.yaml --set refine=4
              mpirun -n 4 tessera run jobs/terrain-gp.yaml --trace timeline.json
              tessera plan jobs/linpack.yaml --set n=100000 --deadline 30m
              tessera doctor
              mpirun -n 4 tessera verify

            Exit status:
              0        done
              1        the run failed: a number, a file or MPI; doctor or verify has found faults; or
                   no plan meets its limits
              2        the job file or the arguments are refused, before any work
              3        cluster: no place has all nodes
              4        cluster: more than the account's quota
              5        cluster, reap: no permission, or no credentials
              6        cluster, reap: something is left in the cloud and costs money
              10       with --on: a node, or the network to it, was lost while the ranks ran
              11       with --on: a node does not answer or does not fit, before any work
              128 + N  stopped by signal N

            Completions for your shell (bash, zsh or fish):
              tessera --generate-completion-script bash > ~/.tessera-completion
              source ~/.tessera-completion
            """,
        version: "0.1.0",
        subcommands: [
            RunCommand.self, PlanCommand.self, ClusterCommand.self, ReapCommand.self, PolicyCommand.self,
            ValidateCommand.self, SchemaCommand.self, DoctorCommand.self, VerifyCommand.self, BenchCommand.self,
        ])

    /// Parses the arguments, runs the command and ends the process.
    static func start() -> Never {
        do {
            var command = try parseAsRoot()
            try command.run()
            Foundation.exit(0)
        } catch {
            end(because: error)
        }
    }

    /// Help, refused arguments, and errors of commands that have not started MPI or have ended it.
    private static func end(because error: any Error) -> Never {
        if let error = error as? TesseraError {
            standardError("tessera: \(error)\n")
            Foundation.exit(exitStatus(of: error))
        }
        let failure = error as? any ProgramFailure
        let code = exitCode(for: error)
        let status = failure?.exitStatus ?? (code == .validationFailure ? 2 : code.rawValue)
        if !isFirstRank { leaveTheWordToTheFirstRank(status) }
        let message = failure?.report ?? fullMessage(for: error)
        if !message.isEmpty {
            if status == 0 { standardOutput(message) } else { standardError(message + "\n") }
        }
        Foundation.exit(status)
    }

    /// All ranks have been given the same arguments, as a rule, and the first one speaks for them. A rank that failed
    /// before it would make mpirun stop it in mid-word; so this one waits to be stopped. It returns where mpirun lets it
    /// be: the first rank has other arguments, and this one must speak for itself.
    private static func leaveTheWordToTheFirstRank(_ status: Int32) {
        if status != 0 { sleep(5) }
        let isUnderMPIRun = ProcessInfo.processInfo.environment["OMPI_COMM_WORLD_RANK"] != nil
        if status == 0 || !isUnderMPIRun { Foundation.exit(status) }
    }

    /// Whether this process is rank 0 or no rank at all, by the variables that launchers set before MPI starts.
    static var isFirstRank: Bool {
        let environment = ProcessInfo.processInfo.environment
        let rank = ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID"].lazy
            .compactMap { environment[$0].flatMap { Int($0) } }.first
        return rank ?? 0 == 0
    }
}

/// Writes a line to standard output at once.
func standardOutput(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
}
