// mpirun's list of nodes: private addresses, and a slot for each rank that a node may take.

/// A node's line in the list.
package struct MPINode: Hashable, Sendable {
    package let address: IPv4
    /// Ranks that it takes, at most: its physical cores as a rule. Hyperthreads would be counted as slots without it.
    package let slots: Int

    package init(address: IPv4, slots: Int) {
        self.address = address
        self.slots = slots
    }

    /// The file's text; the first node is the one on which mpirun runs.
    package static func hostfile(_ nodes: [MPINode]) -> String {
        nodes.map { "\($0.address) slots=\($0.slots)\n" }.joined()
    }
}
