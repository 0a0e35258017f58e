// ssh to the nodes of one run: a shared connection to each, opened once, with host keys that are known or refused, and a
// private key that never leaves this machine: an agent answers for it.

internal import Foundation

/// The way to the nodes.
package final class SSH: Sendable {
    /// How the user gets in.
    package struct Access: Sendable {
        /// A private key; nil for what ssh finds by itself.
        package var identity: String?
        /// The only file of host keys that counts; nil for the user's.
        package var knownHosts: String?
        /// The only configuration of ssh that counts, or `none`; nil for the user's.
        package var configuration: String?

        package init(identity: String? = nil, knownHosts: String? = nil, configuration: String? = nil) {
            self.identity = identity
            self.knownHosts = knownHosts
            self.configuration = configuration
        }
    }

    private let access: Access
    /// Sockets of the connections and of the agent, closed to other users. Its path is short, as sockets' must be.
    private let folder: String
    private let agent: Agent?

    private struct Agent: Sendable {
        let socket: String
        /// nil where the agent is the user's.
        let process: pid_t?
    }

    /// Starts an agent for `access.identity`, or takes the user's.
    ///
    /// - Throws: ``NodeError`` (`request`) where the key cannot be used without a passphrase.
    package init(_ access: Access) async throws(NodeError) {
        var template = Array("/tmp/tessera.XXXXXX".utf8CString)
        let made = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!).map { String(cString: $0) } }
        guard let folder = made else {
            throw NodeError(
                .request, "ssh: expected a folder in /tmp for sockets, found: \(String(cString: strerror(errno)))")
        }
        var agent: Agent?
        do throws(NodeError) {
            agent = try await Self.agent(access.identity, in: folder)
        } catch {
            try? FileManager.default.removeItem(atPath: folder)
            throw error
        }
        self.access = access
        self.folder = folder
        self.agent = agent
    }

    private static func agent(_ identity: String?, in folder: String) async throws(NodeError) -> Agent? {
        guard let identity else {
            return ProcessInfo.processInfo.environment["SSH_AUTH_SOCK"].map { Agent(socket: $0, process: nil) }
        }
        let socket = folder + "/agent"
        // The key's life is bounded, should nobody be left to end the agent.
        let started = try await LocalProcess.run(["ssh-agent", "-s", "-a", socket, "-t", "7d"], seconds: 10)
        guard started.status == 0,
            let process = started.output.firstMatch(of: /SSH_AGENT_PID=(\d+)/).flatMap({ pid_t($0.1) })
        else { throw NodeError(.request, "ssh-agent: expected an agent, found: \(started.complaint)") }
        let added = try await LocalProcess.run(
            ["ssh-add", "-q", "--", identity],
            environment: ["SSH_AUTH_SOCK": socket, "SSH_ASKPASS_REQUIRE": "never"], seconds: 10)
        guard added.status == 0 else {
            kill(process, SIGTERM)
            throw NodeError(
                .request,
                "--identity: expected a private key that needs no passphrase, found '\(identity)': \(added.complaint)")
        }
        return Agent(socket: socket, process: process)
    }

    var environment: [String: String] { agent.map { ["SSH_AUTH_SOCK": $0.socket] } ?? [:] }

    /// The client's arguments up to the host, that included.
    func arguments(_ host: Host) -> [String] {
        var options = [
            "BatchMode=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=10", "ServerAliveInterval=5",
            "ServerAliveCountMax=3", "ControlPath=\(folder)/%C", "LogLevel=ERROR",
            "ForwardAgent=\(agent == nil ? "no" : "yes")",
        ]
        if let known = access.knownHosts {
            options += ["UserKnownHostsFile=\"\(known)\"", "GlobalKnownHostsFile=/dev/null"]
        }
        var arguments = access.configuration.map { ["-F", $0] } ?? []
        arguments += options.flatMap { ["-o", $0] }
        if let port = host.port { arguments += ["-p", "\(port)"] }
        if let user = host.user { arguments += ["-l", user] }
        return arguments + [host.name]
    }

    /// Opens the connection that all later calls share.
    package func connect(_ host: Host) async throws(NodeError) {
        let log = "\(folder)/\(UUID().uuidString).log"
        let outcome = try await LocalProcess.run(
            ["ssh", "-f", "-N", "-E", log, "-o", "ControlMaster=yes", "-o", "ControlPersist=60"] + arguments(host),
            environment: environment, seconds: 30)
        guard outcome.status != 0 else { return }
        let text = FileManager.default.contents(atPath: log).map { String(decoding: $0, as: UTF8.self) } ?? ""
        throw NodeError(.unreachable, Self.explain(host, text, outcome))
    }

    /// What ssh said of a connection that failed, and what to do.
    static func explain(_ host: Host, _ log: String, _ outcome: ProcessOutcome) -> String {
        let said = log.split(whereSeparator: \.isNewline).last.map(String.init) ?? outcome.complaint
        let advice =
            if log.contains("Host key verification failed") || log.contains("No ED25519 host key") {
                "its host key is not known here or has changed: check it, then connect by hand once"
            } else if log.contains("Permission denied") {
                "it lets nobody in with the keys at hand: give --identity, or add the key to your agent"
            } else if log.contains("Could not resolve") {
                "its name has no address here"
            } else if log.contains("timed out") || outcome.status == nil {
                "nothing answers: is it running, and is its port for ssh open to this machine?"
            } else {
                "ssh does not get in"
            }
        return "node \(host.name): \(advice) (\(said))"
    }

    /// The command that runs a script with arguments on a host.
    package func command(_ host: Host, _ script: String, _ arguments: [String]) throws(NodeError) -> [String] {
        ["ssh"] + self.arguments(host) + ["--", try ShellLine.quote(try ShellLine.script(script, arguments))]
    }

    /// Runs a script on a host to its end.
    package func run(
        _ host: Host, _ script: String, _ arguments: [String] = [], input: LocalProcess.File = .none,
        output: LocalProcess.File = .none, seconds: Double
    ) async throws(NodeError) -> ProcessOutcome {
        try await LocalProcess.run(
            try command(host, script, arguments), environment: environment, input: input, output: output,
            seconds: seconds)
    }

    /// Whether a new connection, not the shared one, comes through.
    package func answers(_ host: Host, seconds: Double) async -> Bool {
        let command = ["ssh", "-o", "ControlPath=none"] + arguments(host) + ["--", "true"]
        let outcome = try? await LocalProcess.run(command, environment: environment, seconds: seconds)
        return outcome?.status == 0
    }

    /// Ends the connections, and the agent where it is ours.
    package func close(_ hosts: [Host]) async {
        for host in hosts {
            _ = try? await LocalProcess.run(["ssh", "-O", "exit"] + arguments(host), seconds: 5)
        }
        if let process = agent?.process { kill(process, SIGTERM) }
        try? FileManager.default.removeItem(atPath: folder)
    }
}
