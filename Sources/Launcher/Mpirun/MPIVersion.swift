// Open MPI's versions differ in the names of their options: 4 starts ranks by ORTE, 5 by PRRTE.

/// A version that the launcher knows the options of.
package enum MPIVersion: Int, Hashable, Sendable, CaseIterable {
    case four = 4
    case five = 5

    /// From `4.1.4` or `5.0.3rc1`; nil for what is older, newer or no version.
    package init?(_ text: String) {
        guard let major = text.split(separator: ".").first.flatMap({ Int($0) }) else { return nil }
        self.init(rawValue: major)
    }

    /// Shared memory between the ranks of a node.
    var sharedMemory: String { self == .four ? "vader" : "sm" }

    /// The option before a parameter of what starts the ranks, which has its own since version 5.
    var launcherParameter: String { self == .four ? "--mca" : "--prtemca" }

    /// The parameter that names the program that reaches other nodes.
    var agentParameter: String { self == .four ? "plm_rsh_agent" : "plm_ssh_agent" }

    /// Whether to start every node from the first one.
    var noTreeParameter: String { self == .four ? "plm_rsh_no_tree_spawn" : "plm_ssh_no_tree_spawn" }
}
