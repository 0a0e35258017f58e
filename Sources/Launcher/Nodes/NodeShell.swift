// The way to run a script on a node, whether it is this machine or another.

/// Where scripts run.
enum NodeShell: Sendable {
    /// On this machine, which is the only node.
    case here
    case ssh(SSH, [Host])

    /// The nodes' names.
    var names: [String] {
        switch self {
        case .here: ["this machine"]
        case .ssh(_, let hosts): hosts.map(\.name)
        }
    }

    var environment: [String: String] {
        switch self {
        case .here: [:]
        case .ssh(let ssh, _): ssh.environment
        }
    }

    /// The command that runs a script on a node.
    func command(_ node: Int, _ script: String, _ arguments: [String]) throws(NodeError) -> [String] {
        switch self {
        case .here: try ShellLine.script(script, arguments)
        case .ssh(let ssh, let hosts): try ssh.command(hosts[node], script, arguments)
        }
    }
}
