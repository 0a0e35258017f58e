// Where a job runs: on the ranks that are there already, or on those that the launcher starts.

import ArgumentParser
import Foundation
import JobFiles
import Jobs
import Launcher
import Tessera

/// The word behind `--on`.
enum RunTarget: ExpressibleByArgument {
    case local
    case hosts(String)
    case namespaces(Int)

    init?(argument: String) {
        if argument == "local" {
            self = .local
        } else if argument.hasPrefix("hosts:"), argument != "hosts:" {
            self = .hosts(String(argument.dropFirst("hosts:".count)))
        } else if argument == "namespaces" {
            self = .namespaces(3)
        } else if argument.hasPrefix("namespaces:"), let count = Int(argument.dropFirst("namespaces:".count)) {
            self = .namespaces(count)
        } else {
            return nil
        }
    }
}

/// Options of a run that the launcher starts.
struct NodeOptions: ParsableArguments {
    @Option(
        name: .customLong("on"),
        help: ArgumentHelp(
            """
            Start the ranks as well: local, on this machine's cores; hosts:FILE, on machines that ssh reaches; \
            namespaces:N, a rehearsal on N simulated nodes of this machine (Linux, root).
            """,
            valueName: "target"))
    var target: RunTarget?

    @Option(name: .long, help: "With --on: how many ranks, instead of one in each slot or core.")
    var ranks: Int?

    @Option(
        name: .long, help: "With --on hosts: a private key for ssh, lent to the first node by an agent.",
        completion: .file())
    var identity: String?

    @Option(
        name: .long, help: "With --on hosts: a folder on the nodes, best one that they share, instead of ~/.tessera.")
    var remoteFolder: String?

    @Option(name: .long, help: "With --on hosts: whether ranks talk over Elastic Fabric Adapters.")
    var efa: FabricChoice = .auto

    func validate() throws {
        if target == nil, ranks != nil || identity != nil || remoteFolder != nil || efa != .auto {
            throw ValidationError("--ranks, --identity, --remote-folder and --efa: expected --on with them, found none")
        }
        if let ranks, ranks < 1 { throw ValidationError("--ranks: expected at least 1, found \(ranks)") }
    }
}

extension FabricChoice: ExpressibleByArgument {}

/// What the launcher says of a run on nodes, with its status.
struct LaunchFailure: ProgramFailure {
    let error: NodeError

    var exitStatus: Int32 { error.exitStatus }
    var report: String { error.lines.map { "tessera: \($0)" }.joined(separator: "\n") }
}

extension NodeOptions {
    /// Runs a job where `--on` says, and ends with its status.
    ///
    /// - Parameter arguments: what `tessera run` is told there beside the job, its inputs and its output.
    func run(
        _ target: RunTarget, _ job: JobArguments, arguments: [String]
    ) throws {
        let file: JobFile
        do throws(JobFileError) {
            file = try JobFile.load(
                path: job.job, overrides: job.overrides, output: job.output, node: nil)
        } catch {
            throw Refusal(error)
        }
        guard ProcessInfo.processInfo.environment["OMPI_COMM_WORLD_RANK"] == nil else {
            throw ValidationError("--on: expected one process that starts the ranks, found ranks of mpirun")
        }
        let report: @Sendable (String) -> Void = { standardError("tessera: \($0)\n") }
        let program =
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
        let overrides = job.overrides.flatMap { ["--set", $0] }
        let options = self
        let status: Int32
        do throws(NodeError) {
            status = try blocking { () async throws(NodeError) -> Int32 in
                switch target {
                case .local:
                    return try await LocalRun.run(
                        program: program,
                        arguments: ["run", job.job] + overrides + (job.output.map { ["--output", $0] } ?? [])
                            + arguments,
                        ranks: options.ranks, report: report)
                case .hosts(let path):
                    let request = NodesRun.Request(
                        job: file, arguments: overrides, options: arguments, program: program,
                        hosts: try Host.load(path: path), access: SSH.Access(identity: options.identity),
                        ranks: options.ranks, fabric: options.efa, folder: options.remoteFolder)
                    return try await NodesRun(request, report: report).run()
                case .namespaces(let count):
                    let nodes = try await NamespaceNodes.make(
                        count, slots: options.ranks.map { ($0 + count - 1) / count } ?? 1)
                    let request = NodesRun.Request(
                        job: file, arguments: overrides, options: arguments, program: program, hosts: nodes.hosts,
                        access: nodes.access, ranks: options.ranks, fabric: .off, binding: .none,
                        folder: nodes.sharedFolder)
                    let outcome: Result<Int32, NodeError>
                    do throws(NodeError) {
                        outcome = .success(try await NodesRun(request, report: report).run())
                    } catch {
                        outcome = .failure(error)
                    }
                    await nodes.close()
                    return try outcome.get()
                }
            }
        } catch {
            throw LaunchFailure(error: error)
        }
        if status != 0 { throw ExitCode(status) }
    }
}
