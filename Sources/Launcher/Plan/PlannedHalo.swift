// How a grid is dealt to the ranks of a planned run, and what the exchange of its halos costs: the engine's choice of boxes
// (GridPartition), with words counted by faces instead of by ranks.
//
//     words of one exchange = Σ over cut axes (cuts) (width of the halo, both sides) (cells of a layer)

internal import CostModels

/// The boxes of a grid.
package struct PlannedHalo {
    /// Cells; plane, row, column.
    package let extents: [Int]
    /// Ranks along each axis.
    package let shape: [Int]
    package let periodic: [Bool]
    /// Layers that each side needs of the other: of all exchanged fields together.
    package let layers: Int
    package let layout: RankLayout

    package var workingRanks: Int { shape.reduce(1, *) }

    /// - Parameters:
    ///   - extents: cells along two or three axes.
    ///   - periodic: for each axis.
    ///   - reach: cells that the stencil reaches beyond a box.
    ///   - fields: how many fields are exchanged.
    package init(extents: [Int], periodic: [Bool], reach: Int, fields: Int, _ layout: RankLayout) {
        let missing = 3 - extents.count
        let extents = [Int](repeating: 1, count: missing) + extents
        let periodic = [Bool](repeating: false, count: missing) + periodic
        self.extents = extents
        self.periodic = periodic
        self.layout = layout
        layers = reach * fields
        var working = min(layout.ranks, extents.reduce(1) { $0 * max(1, $1 / reach) })
        var found: [Int]?
        while found == nil {
            found = Self.shape(of: working, extents, periodic, reach)
            working -= 1
        }
        shape = found ?? [1, 1, 1]
    }

    /// Words over all ranks in one exchange, for one layer on each side.
    private static func words(_ shape: [Int], _ extents: [Int], _ periodic: [Bool]) -> Double {
        shape.indices.reduce(0) { sum, axis in
            guard shape[axis] > 1 else { return sum }
            let layer = shape.indices.reduce(1.0) { $1 == axis ? $0 : $0 * Double(extents[$1]) }
            return sum + 2 * Double(shape[axis] - (periodic[axis] ? 0 : 1)) * layer
        }
    }

    /// The shape of so many ranks that sends the fewest words; of equals, the one that cuts the first axes most.
    private static func shape(of ranks: Int, _ extents: [Int], _ periodic: [Bool], _ reach: Int) -> [Int]? {
        var best: (words: Double, shape: [Int])?
        for planes in divisors(ranks).reversed() where fits(planes, extents[0], reach) {
            for rows in divisors(ranks / planes).reversed() where fits(rows, extents[1], reach) {
                let columns = ranks / planes / rows
                guard fits(columns, extents[2], reach) else { continue }
                let shape = [planes, rows, columns]
                let words = words(shape, extents, periodic)
                if best == nil || words < best!.words { best = (words, shape) }
            }
        }
        return best?.shape
    }

    private static func fits(_ parts: Int, _ extent: Int, _ reach: Int) -> Bool {
        parts == 1 || extent / parts >= reach
    }

    private static func divisors(_ number: Int) -> [Int] { (1...number).filter { number % $0 == 0 } }

    /// The cells of the largest box over those of the mean rank's.
    package var imbalance: Double {
        let largest = shape.indices.reduce(1.0) { $0 * Double((extents[$1] + shape[$1] - 1) / shape[$1]) }
        return largest * Double(layout.ranks) / extents.reduce(1.0) { $0 * Double($1) }
    }

    /// Bytes over all ranks, of elements of 8 bytes.
    package var messageBytes: Double { 8 * Double(layers) * Self.words(shape, extents, periodic) }

    /// One exchange: axis after axis, both ways at once, and what the busiest node takes in, of some twenty where there are
    /// more.
    package var crossing: (bytes: Double, hops: RankLayout.Hops) {
        var hops = RankLayout.Hops()
        var isCrossed = [false, false, false]
        let nodes = (workingRanks + layout.ranksPerNode - 1) / layout.ranksPerNode
        var busiest = 0.0
        for node in stride(from: 0, to: nodes, by: max(1, nodes / 20)) where nodes > 1 {
            let ranks = node * layout.ranksPerNode..<min(workingRanks, (node + 1) * layout.ranksPerNode)
            var words = 0.0
            for rank in ranks {
                let place = [rank / (shape[1] * shape[2]), rank / shape[2] % shape[1], rank % shape[2]]
                for axis in 0..<3 where shape[axis] > 1 {
                    let layer = (0..<3).reduce(1.0) {
                        $1 == axis ? $0 : $0 * Double(extents[$1]) / Double(shape[$1])
                    }
                    for step in [-1, 1] {
                        var other = place
                        other[axis] += step
                        if !(0..<shape[axis]).contains(other[axis]) {
                            guard periodic[axis] else { continue }
                            other[axis] = (other[axis] + shape[axis]) % shape[axis]
                        }
                        let neighbour = (other[0] * shape[1] + other[1]) * shape[2] + other[2]
                        guard !ranks.contains(neighbour) else { continue }
                        isCrossed[axis] = true
                        words += layer
                    }
                }
            }
            busiest = max(busiest, words)
        }
        for axis in 0..<3 where shape[axis] > 1 {
            if isCrossed[axis] { hops.network += 1 } else { hops.local += 1 }
        }
        return (8 * Double(layers) * busiest, hops)
    }
}
