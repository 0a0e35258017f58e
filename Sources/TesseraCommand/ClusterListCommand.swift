import ArgumentParser
import Foundation
import Launcher
import Tessera

struct ClusterListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the runs whose journals are on this machine, without asking a cloud.",
        discussion: """
            Runs that have ended are left out unless --all is given. `tessera reap` asks the cloud, and finds runs of other \
            machines as well.
            """)

    @Flag(name: .long, help: "Also runs that have ended.")
    var all = false

    @Flag(name: .long, help: "Print the runs as a JSON array.")
    var json = false

    struct Row: Encodable {
        let run: RunID
        let state: String
        let nodes: Int
        let types: [String]
        let region: String
    }

    func run() throws {
        var rows: [Row] = []
        do throws(TesseraError) {
            let root = try RunFolder.root()
            for run in RunFolder.runs(in: root) {
                let folder = try RunFolder.open(run, in: root)
                guard let entries = try? JournalEntry.read(folder.journal) else {
                    // One damaged journal does not hide the others.
                    rows.append(Row(run: run, state: "unreadable", nodes: 0, types: [], region: ""))
                    continue
                }
                let state = RunState(entries)
                if state.isEnded, !all { continue }
                let live = state.instances.filter { state.ends[$0.id] == nil }
                rows.append(
                    Row(
                        run: run, state: state.words, nodes: live.count, types: Set(live.map(\.type)).sorted(),
                        region: state.region ?? ""))
            }
        } catch { throw error.refusal }
        if json {
            standardOutput(try jsonText(rows))
        } else {
            for row in rows {
                standardOutput(
                    "\(row.run)  \(row.state)  \(row.nodes) \(row.types.joined(separator: ","))  \(row.region)")
            }
        }
    }
}

extension RunState {
    /// How far the run is.
    fileprivate var words: String {
        if isEnded { return "ended" }
        if isEnding { return "ending" }
        return isReady ? "running" : "launching"
    }
}
