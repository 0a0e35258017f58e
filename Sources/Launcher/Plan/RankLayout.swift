// Where the ranks of a planned run are: a rank a core, the ranks of a node one after another.

/// Nodes and the ranks on each.
package struct RankLayout: Hashable, Codable, Sendable {
    package let nodes: Int
    package let ranksPerNode: Int

    package init(nodes: Int, ranksPerNode: Int) {
        self.nodes = nodes
        self.ranksPerNode = ranksPerNode
    }

    package var ranks: Int { nodes * ranksPerNode }

    /// Messages one after another.
    package struct Hops: Hashable, Codable, Sendable {
        package var network = 0.0
        package var local = 0.0

        package init() {}

        init(network: Double, local: Double) {
            self.network = network
            self.local = local
        }

        static func + (a: Hops, b: Hops) -> Hops { Hops(network: a.network + b.network, local: a.local + b.local) }
        static func * (count: Double, a: Hops) -> Hops { Hops(network: count * a.network, local: count * a.local) }
    }

    /// A collective of `ranks` ranks that lie `stride` apart: a binary tree over the nodes, then one in each.
    func collective(_ ranks: Int, stride: Int) -> Hops {
        guard ranks > 1 else { return Hops() }
        let neighbours = max(1, min(ranks, ranksPerNode / stride))
        let groups = nodes == 1 ? 1 : (ranks + neighbours - 1) / neighbours
        return Hops(network: Self.levels(groups), local: Self.levels(neighbours))
    }

    /// Levels of a binary tree: log2, rounded up.
    private static func levels(_ leaves: Int) -> Double {
        leaves <= 1 ? 0 : Double(Int.bitWidth - (leaves - 1).leadingZeroBitCount)
    }
}
