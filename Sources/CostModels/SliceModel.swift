// Words of gathering a part of a field on one rank: every k-th index along some axes, one index along the others.
//
// Each rank gives its cells of the slice, in one message; those that hold none give an empty one.

/// A slice of a structured grid, gathered from the boxes of its ranks.
public struct SliceModel: Sendable {
    /// The indices first, first + step, ... along one axis.
    public struct Axis: Hashable, Sendable {
        public var first: Int
        public var step: Int
        public var count: Int

        public init(first: Int, step: Int, count: Int) {
            self.first = first
            self.step = step
            self.count = count
        }

        /// The places in the slice of those indices that lie in a range.
        public func places(in range: Range<Int>) -> Range<Int> {
            func firstPlace(from index: Int) -> Int {
                index <= first ? 0 : min(count, (index - first + step - 1) / step)
            }
            let lower = firstPlace(from: range.lowerBound)
            return lower..<max(lower, firstPlace(from: range.upperBound))
        }
    }

    /// How the grid is dealt to ranks.
    public var grid: HaloExchangeModel
    public var axes: [Axis]

    public init(grid: HaloExchangeModel, axes: [Axis]) {
        self.grid = grid
        self.axes = axes
    }

    /// What a rank holds of the slice, as ranges of places along its axes; nothing on a rank beyond the grid's.
    public func places(of rank: Int) -> [Range<Int>] {
        guard rank < grid.ranks else { return axes.map { _ in 0..<0 } }
        let coordinates = grid.coordinates(of: rank)
        return axes.indices.map { axes[$0].places(in: grid.share(axis: $0, coordinate: coordinates[$0])) }
    }

    /// Words that a rank gives.
    public func words(from rank: Int) -> Int { places(of: rank).reduce(1) { $0 * $1.count } }
}
