import ArgumentParser
import Launcher
import Tessera

struct ClusterDownCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down",
        abstract: "End a run's nodes and all that came with them, and prove it.",
        discussion: """
            Nodes are terminated first, then groups and key are deleted, then the cloud is asked what still bears the \
            run's tag: the status is 0 where nothing does and 6 where anything is left. It is safe to repeat. The receipt \
            is printed at the end.

            Example:
              tessera cluster down 20261127-143818-k3x9qd
            """)

    @OptionGroup var place: CloudArguments

    @Argument(help: ArgumentHelp("The run's name.", valueName: "run"))
    var name: String

    @Flag(name: .long, help: "Print what was ended and the receipt as one JSON object.")
    var json = false

    func run() throws {
        let (place, name) = (place, name)
        let (report, receipt) = try blocking { () async throws(LauncherError) -> (Teardown.Report, Receipt) in
            let launcher: ClusterLaunch
            let run: RunID
            do throws(TesseraError) {
                run = try RunID(parsing: name)
                launcher = try place.launch()
            } catch { throw .refused(error) }
            return try await launcher.down(run)
        }
        if json {
            standardOutput(try jsonText(Ended(ended: report, receipt: receipt, total: receipt.total)))
        } else {
            standardOutput(report.text)
            if !receipt.lines.isEmpty { standardOutput(receipt.text) }
        }
    }

    private struct Ended: Encodable {
        let ended: Teardown.Report
        let receipt: Receipt
        let total: Double
    }
}

extension Teardown.Report {
    var text: String {
        let ended = terminated + deleted.map(\.id)
        return (ended.map { "ended \($0)" } + ["nothing is left"]).joined(separator: "\n")
    }
}
