// The options for nodes that have said what they are.

/// Whether ranks talk over Elastic Fabric Adapters.
package enum FabricChoice: String, Sendable, CaseIterable {
    /// Where every node has one.
    case auto
    case on
    case off
}

extension MPIFlags {
    /// The options for a run on these nodes.
    ///
    /// - Parameters:
    ///   - nodes: each node's name, facts and slots; the first runs mpirun.
    ///   - ranks: of the whole run; nil for one in each slot.
    ///   - files: the file of nodes and the command that reaches them, on the first node.
    /// - Throws: `NodeError` (`request`) where there are more ranks than slots, (`unfit`) where the fabric is missing.
    package init(
        _ nodes: [(name: String, facts: NodeFacts, slots: Int)], ranks: Int?, fabric: FabricChoice,
        binding: Binding = .cores, grace: Int, files: (hostfile: String, agent: String)?, libraries: String? = nil
    ) throws(NodeError) {
        let slots = nodes.reduce(0) { $0 + $1.slots }
        let ranks = ranks ?? slots
        guard ranks >= 1 && ranks <= slots else {
            throw NodeError(
                .request, "--ranks: expected 1 to \(slots), the slots of \(nodes.count) nodes, found \(ranks)")
        }
        guard let first = nodes.first, let version = MPIVersion(first.facts.openMPI) else {
            throw NodeError(
                .unfit, "mpirun: expected Open MPI 4 or 5, found '\(nodes.first?.facts.openMPI ?? "no node")'")
        }
        // Equal shares lie apart from each other's nodes; a ragged rest fills the slots in order.
        let share = ranks / nodes.count
        let isEven = ranks % nodes.count == 0 && nodes.allSatisfy { $0.slots >= share }
        // Ranks in order of slots: the fullest node has as many as it has slots. Cores that are shared are nobody's.
        let widths = nodes.map { max(1, $0.facts.cores / (isEven ? share : min($0.slots, ranks))) }
        let threads = binding == .none ? 1 : widths.min() ?? 1

        let without = nodes.filter { !$0.facts.hasEFA }.map(\.name)
        if fabric == .on && !without.isEmpty {
            throw NodeError(
                .unfit,
                "--efa on: expected an Elastic Fabric Adapter on every node, found none on \(without.joined(separator: ", "))"
            )
        }
        var networks: [String] = []
        for node in nodes where nodes.count > 1 {
            let own = node.facts.interfaces.first { $0.address == node.facts.address } ?? node.facts.interfaces.first
            if let own, !networks.contains(own.network) { networks.append(own.network) }
        }
        let usesFabric = fabric != .off && without.isEmpty && nodes.count > 1
        let coreTypes = Set(nodes.map(\.facts.coreType))
        self.init(
            version: version, ranks: ranks, ranksPerNode: isEven && share > 0 ? share : nil, threads: threads,
            network: usesFabric ? .efa(control: networks) : .tcp(networks), binding: binding,
            coreType: coreTypes.count == 1 ? coreTypes.first.flatMap { $0.isEmpty ? nil : $0 } : nil, grace: grace,
            nodes: nodes.count > 1 ? files : nil, libraries: libraries)
    }
}
