import ArgumentParser
import Launcher
import Tessera

struct ReapCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reap",
        abstract: "Find everything in the cloud that bears Tessera's tag, of any run and machine, and end it.",
        discussion: """
            Without --yes it only lists. Runs that a launcher on this machine is at work on are left alone. The status is 6 \
            where anything could not be ended.

            Examples:
              tessera reap
              tessera reap --older-than 12h --yes
            """)

    @OptionGroup var place: CloudArguments

    @Option(name: .long, help: "Only runs that began at least so long ago, such as 90m or 12h.")
    var olderThan: String?

    @Flag(name: .long, help: "End what is found.")
    var yes = false

    @Flag(name: .long, help: "Print what is found as a JSON array.")
    var json = false

    func run() throws {
        let place = place
        let reap: Reap
        let age: Double?
        do throws(TesseraError) {
            let (cloud, clock) = try place.open()
            reap = Reap(root: try RunFolder.root(), cloud: cloud, clock: clock)
            age = try olderThan.map { text throws(TesseraError) in Double(try Amounts.seconds(text, name: "older-than"))
            }
        } catch { throw error.refusal }
        let finds = try blocking { () async throws(LauncherError) in try await reap.look(olderThan: age) }
        if json {
            standardOutput(try jsonText(finds))
        } else {
            if finds.isEmpty { standardOutput("nothing bears the tag") }
            for find in finds { standardOutput(find.text) }
        }
        guard yes else { return }
        var fault: LauncherError?
        for find in finds where find.holder == nil {
            do {
                let report = try blocking { () async throws(LauncherError) in try await reap.end(find) }
                if !json { standardOutput("\(find.name): \(report.text)") }
            } catch {
                standardError("tessera: \(error)\n")
                fault = error
            }
        }
        if let fault { throw ExitCode(fault.exitStatus) }
    }
}

extension Reap.Find {
    /// The tag's value is another's text: on one line, whatever is in it.
    fileprivate var name: String {
        String(run.unicodeScalars.prefix(80).map { $0.value < 32 || $0.value == 127 ? "?" : Character($0) })
    }

    fileprivate var text: String {
        let since = age.map { "\(Amounts.words(seconds: $0)) old" } ?? "of unknown age"
        let held = holder.map { ", in use by \($0)" } ?? ""
        return (["run \(name), \(since), \(nodes) nodes\(held)"] + left.map { "  \($0.kind.rawValue) \($0.id)" })
            .joined(separator: "\n")
    }
}
