internal import Tessera

/// The means of a plane over squares of cells, gathered row by row: for pictures.
struct SquareMeans {
    private let factor: Int
    private let columns: Int
    private var sums: [Double]

    init(extents: [Int], factor: Int) {
        self.factor = factor
        columns = extents[1] / factor
        sums = [Double](repeating: 0, count: extents[0] / factor * columns)
    }

    mutating func add(_ first: GridIndex, _ row: Span<Double>) {
        let start = first[0] / factor * columns
        for k in row.indices { sums[start + (first[1] + k) / factor] += row[k] }
    }

    /// The means in C order on rank 0, nil elsewhere. Collective.
    consuming func reduced(on world: Communicator) throws(TesseraError) -> [Double]? {
        var sums = sums
        var span = sums.mutableSpan
        try world.reduce(&span, .sum, to: 0)
        return world.rank == 0 ? sums.map { $0 / Double(factor * factor) } : nil
    }
}
