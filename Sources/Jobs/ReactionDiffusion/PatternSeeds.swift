internal import JobFiles
internal import Tessera

/// Where a pattern grows from: squares (in space, cubes) of v in a sea of u, at places drawn from the seed alone, and a
/// little noise, drawn for each cell from its index, that breaks their symmetry. The same on any number of ranks.
struct PatternSeeds {
    private let random: IndexedRandom
    /// The first cells of the squares that reach each index of the first axis.
    private let corners: [[[Int]]]
    private let size: Int
    private let extents: [Int]

    init(_ spec: ReactionDiffusionSpec) {
        let (random, extents, size) = (IndexedRandom(seed: UInt64(spec.seed)), spec.extents, spec.seedSize)
        var corners = [[[Int]]](repeating: [], count: extents[0])
        for square in 0..<spec.seeds {
            // Squares do not reach over the edges.
            let corner = extents.enumerated().map { axis, extent in
                Int(random.uniform(square, axis, part: 1) * Double(extent - size + 1))
            }
            for index in corner[0]..<corner[0] + size { corners[index].append(corner) }
        }
        (self.random, self.extents, self.size, self.corners) = (random, extents, size, corners)
    }

    /// u and v of a cell.
    func values(_ cell: GridIndex) -> (u: Double, v: Double) {
        let isInside = corners[cell[0]].contains { corner in
            (1..<extents.count).allSatisfy { corner[$0] <= cell[$0] && cell[$0] < corner[$0] + size }
        }
        guard isInside else { return (1, 0) }
        let place = extents.indices.dropFirst().reduce(0) { $0 * extents[$1] + cell[$1] }
        let noise = 0.02 * (random.uniform(cell[0], place) - 0.5)
        return (0.5 + noise, 0.25 - noise)
    }
}
