public import ArgumentParser
import JobFiles
import Jobs
public import Tessera

struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a job file, on all ranks that mpirun has started or as one process.",
        discussion: """
            The whole job file is checked before any work: each fault is one line, and the status is 2. Results and a \
            summary go to the job's output folder; the summary is printed too. SIGINT, SIGTERM and SIGUSR1 end a run at \
            its next step, with status 128 + the signal's number.

            A job with a section `checkpoint` saves its factorization, or its fields, in intervals and before a signal \
            stops it. Run it again, on any number of ranks, and it resumes; the checkpoints go when it has come to its end.

            The summary has the time that `tessera plan --local` predicts beside the time it took; a run of half a second \
            or more teaches the next prediction on this machine.

            --on starts the ranks, too: here, or on machines that ssh reaches, which are checked first, given the program and \
            the inputs, and watched; the results come back. Their file has a line for each machine: NAME slots=CORES, and \
            where needed user=, port=, and address= for the way between the machines.

            Examples:
              tessera run jobs/hillslope.yaml
              tessera run jobs/linpack.yaml --on local
              tessera run jobs/linpack.yaml --on hosts:machines.txt --set n=60000
              mpirun -n 4 tessera run jobs/terrain-gp.yaml --set samples=2000 --output small
              mpirun -n 2 tessera run jobs/hillslope.yaml --trace timeline.json
              mpirun -n 4 tessera run jobs/linpack.yaml --set n=60000 --set checkpoint.every=10
            """)

    @OptionGroup var arguments: JobArguments

    @Option(name: .long, help: "How progress is shown: a bar on a terminal and plain lines in a log, or one of them.")
    var progress: ProgressStyle = .auto

    @Flag(name: .long, help: "Print the summary as one JSON object.")
    var json = false

    @Option(
        name: .long, help: "Write what every rank did and when, as a file for ui.perfetto.dev.",
        completion: .file(extensions: ["json"]))
    var trace: String?

    @OptionGroup(title: "Starting the ranks") var nodes: NodeOptions

    func run() throws {
        if let target = nodes.target {
            guard trace == nil else { throw ValidationError("--trace: expected a run without --on, found both") }
            return try nodes.run(
                target, arguments, arguments: ["--progress", progress.rawValue] + (json ? ["--json"] : []))
        }
        CoreType.correct()
        try SignalWatch.begin()
        try Tessera.run { world in
            let job = try JobFile.load(
                path: arguments.job, overrides: arguments.overrides, output: arguments.output, on: world)
            let options = RunOptions(
                progress: progress, json: json, trace: trace, foresight: RateFile.foresight(job))
            try Jobs.run(job, options: options, on: world)
        }
    }
}

extension ProgressStyle: ExpressibleByArgument {}
