internal import DistributedArrays

/// The cells of a grid that train the process, chosen by a seed: the same on every rank and for every rank count.
package struct TrainingSample: Sendable {
    /// Row-major numbers of the chosen cells, ascending.
    package let cells: [Int]

    /// Chooses `count` of `total` cells without replacement: those with the smallest keys of a seeded hash.
    package init(count: Int, of total: Int, seed: UInt64) {
        let random = IndexedRandom(seed: seed)
        let keyed = (0..<total).map { (key: random.bits($0, 0), cell: $0) }
            .sorted { ($0.key, $0.cell) < ($1.key, $1.cell) }
        cells = keyed.prefix(count).map(\.cell).sorted()
    }
}
