import ArgumentParser
import Foundation
import Launcher
import MessagePassing
import Tessera

struct ClusterUpCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Start all nodes, or none.",
        discussion: """
            Places are tried in order until one has all nodes at once: every zone for the first type, then the next type, \
            then the next market. The table of tries is printed as it grows. A launch that fails ends what it has begun.

            Examples:
              tessera cluster up --type c7i.48xlarge,c7a.48xlarge --nodes 4 --key ~/.ssh/id_ed25519.pub --max-time 4h
              tessera cluster up --type hpc7g.16xlarge --nodes 8 --key key.pub --ssh-from 192.0.2.1/32
              tessera cluster up --run 20261127-143818-k3x9qd      go on with a launch whose program was killed
            """)

    @OptionGroup var place: CloudArguments

    @Option(name: .long, help: "Types of instances, in the order of preference.")
    var type: String?

    @Option(name: .long, help: "How many nodes.")
    var nodes: Int?

    @Option(name: .long, help: "spot, on-demand, or spot,on-demand: one after the other.")
    var market = "on-demand"

    @Option(name: .long, help: "Zones to try, in order; else all that offer the type.")
    var zones: String?

    @Option(name: .long, help: "A subnet; else the default network.")
    var subnet: String?

    @Option(name: .long, help: "An image; else the newest Debian 12.")
    var image: String?

    @Option(name: .long, help: "The file of the public key that may log in.", completion: .file(extensions: ["pub"]))
    var key: String?

    @Option(name: .long, help: "The one address that reaches port 22, as 192.0.2.1/32; else none does.")
    var sshFrom: String?

    @Option(name: .long, help: "After this time from boot each node ends itself, such as 90m or 4h.")
    var maxTime = "2h"

    @Option(name: .customLong("run"), help: "Go on with this run, whose launcher was killed.")
    var name: String?

    @Flag(name: .long, help: "Print the cluster as one JSON object.")
    var json = false

    func run() throws {
        try SignalWatch.begin()
        let (place, json, name) = (place, json, name)
        let request = name == nil ? try request() : nil
        let report: @Sendable ([Attempt]) -> Void = { attempts in
            guard !json, let last = Attempt.table(attempts).split(separator: "\n").last else { return }
            FileHandle.standardError.write(Data("  \(last)\n".utf8))
        }
        let cluster = try blocking { () async throws(LauncherError) -> Cluster in
            let launcher: ClusterLaunch
            let run: RunID?
            do throws(TesseraError) {
                launcher = try place.launch()
                run = try name.map { text throws(TesseraError) in try RunID(parsing: text) }
            } catch { throw .refused(error) }
            if let run { return try await launcher.adopt(run, report: report) { SignalWatch.pending } }
            FileHandle.standardError.write(Data("run \(request!.run)\n".utf8))
            return try await launcher.up(request!, report: report) { SignalWatch.pending }
        }
        standardOutput(try json ? jsonText(cluster) : cluster.text)
    }

    private func request() throws -> ClusterRequest {
        let now: Double
        do { now = try place.open().clock.now } catch { throw error.refusal }
        func refuse(_ name: String, _ expected: String, _ found: String) -> LauncherError {
            .refused(.argument(routine: "cluster up", name: name, expected: expected, found: found))
        }
        guard let type else { throw refuse("type", "at least one", "none") }
        guard let nodes else { throw refuse("nodes", "a count", "none") }
        guard let key else { throw refuse("key", "the file of a public key", "none") }
        guard let publicKey = try? String(contentsOfFile: key, encoding: .utf8) else {
            throw refuse("key", "a file that can be read", "'\(key)'")
        }
        let life: Int
        do { life = try Amounts.seconds(maxTime, name: "max-time") } catch { throw error.refusal }
        let markets = try market.split(separator: ",", omittingEmptySubsequences: false).map { word in
            guard let market = Market(rawValue: String(word)) else {
                throw refuse("market", "spot, on-demand or both", "'\(word)'")
            }
            return market
        }
        var request = ClusterRequest(
            run: RunID(now: now), types: words(type), nodes: nodes, markets: markets,
            publicKey: publicKey.trimmingCharacters(in: .whitespacesAndNewlines),
            userData: BootScript.text(life: life))
        request.zones = zones.map(words) ?? []
        request.subnet = subnet
        request.image = image
        request.sshFrom = sshFrom
        do { try request.check() } catch { throw error.refusal }
        return request
    }

    private func words(_ text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
}

extension Cluster {
    fileprivate var text: String {
        let nodes = instances.map { "  \($0.id)  \($0.privateAddress ?? "-")  \($0.publicAddress ?? "-")" }
        return
            (["run \(run): \(instances.count) x \(attempt.type) in \(attempt.zone), \(attempt.market.rawValue)"]
            + nodes + ["end it: tessera cluster down \(run)"]).joined(separator: "\n")
    }
}

/// A value as JSON with its keys in order.
func jsonText(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
}
