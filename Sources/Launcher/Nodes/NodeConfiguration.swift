// What the first node's ssh is told of the others: their host keys, read over connections that were verified, and no file of
// the account's own.

extension NodeFacts {
    /// A node's line for known hosts: `[10.0.0.2]:2222 ssh-ed25519 AAAA...`.
    func knownHosts(_ address: IPv4) -> String {
        let name = port == 22 ? "\(address)" : "[\(address)]:\(port)"
        return hostKeys.map { "\(name) \($0)\n" }.joined()
    }
}

/// A configuration of ssh.
enum NodeConfiguration {
    /// The text for nodes that are reached at these addresses.
    static func text(_ nodes: [(address: IPv4, facts: NodeFacts)], knownHosts: String) -> String {
        let hosts = nodes.map { address, facts in
            """
            Host \(address)
                Port \(facts.port)
                User \(facts.user)

            """
        }
        return hosts.joined() + """
            Host *
                BatchMode yes
                StrictHostKeyChecking yes
                UserKnownHostsFile \(knownHosts)
                GlobalKnownHostsFile /dev/null
                ConnectTimeout 10
                ServerAliveInterval 5
                ServerAliveCountMax 3
                LogLevel ERROR

            """
    }
}
