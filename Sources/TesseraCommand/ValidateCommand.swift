import ArgumentParser
import JobFiles
import Jobs
import Tessera

struct ValidateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check a job file and do nothing else.",
        discussion: """
            Checks all that `run` checks before any work: keys, types, ranges, inputs, their shapes and missing cells, \
            stability, the output folder, and whether the job fits into the memory that is free here. Each fault is one line on \
            standard error, and the status is 2. With --json, one object on standard output either way.

            Examples:
              tessera validate jobs/hillslope.yaml
              tessera validate jobs/hillslope.yaml --set step=1e6 --json
            """)

    @OptionGroup var arguments: JobArguments

    @Flag(name: .long, help: "Print the outcome as one JSON object.")
    var json = false

    func run() throws {
        let outcome: Result<JobFile, JobFileError>
        do throws(JobFileError) {
            outcome = .success(
                try JobFile.load(path: arguments.job, overrides: arguments.overrides, output: arguments.output))
        } catch {
            outcome = .failure(error)
        }
        if json {
            if TesseraProgram.isFirstRank { standardOutput(summary(of: outcome).json) }
            if case .failure = outcome { throw ExitCode(2) }
            return
        }
        switch outcome {
        case .failure(let error): throw Refusal(error)
        case .success(let job):
            guard TesseraProgram.isFirstRank else { return }
            standardOutput("\(job.path): valid (\(job.kind), needs about \(inUnits(job.memory(ranks: 1))) of memory)")
        }
    }

    private func summary(of outcome: Result<JobFile, JobFileError>) -> JobSummary {
        var summary = JobSummary()
        summary.add("job", "job", .text(arguments.job))
        switch outcome {
        case .success(let job):
            summary.add("valid", "valid", .flag(true))
            summary.add("kind", "kind", .text(job.kind))
            summary.add("name", "name", .text(job.name))
            summary.add("output", "output", .text(job.outputFolder))
            summary.add("memory_bytes", "memory", .integer(job.memory(ranks: 1)))
        case .failure(let error):
            summary.add("valid", "valid", .flag(false))
            summary.add("faults", "faults", .list(error.faults.map(\.summary)))
        }
        return summary
    }
}

extension JobFault {
    /// The fault as facts: `line` or `option` where it has one.
    fileprivate var summary: JobSummary {
        var summary = JobSummary()
        switch location {
        case .file: break
        case .line(let line): summary.add("line", "line", .integer(line))
        case .option(let option): summary.add("option", "option", .text(option))
        }
        summary.add("key", "key", .text(key))
        summary.add("expected", "expected", .text(expected))
        summary.add("found", "found", .text(found))
        summary.add("message", "message", .text(description))
        return summary
    }
}

/// Bytes in MiB or, from 10 GiB on, in GiB.
private func inUnits(_ bytes: Int) -> String {
    let mebibytes = (bytes + (1 << 20) - 1) >> 20
    return mebibytes < 10_240 ? "\(mebibytes) MiB" : "\((mebibytes + 512) >> 10) GiB"
}
