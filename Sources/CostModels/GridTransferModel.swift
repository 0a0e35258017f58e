// Words and messages of moving a field between two structured grids of one domain, by linear interpolation or its transpose.
//
// A grid of n cells has its cell i at i + a in a domain of length n - 1 + a + b, in units of its own spacing: a and b are the
// distances of the outermost cells from the ends, 1/2 where a cell's face lies there, 1 where the value beyond is held; around
// a periodic axis the length is n. So the cell i of a fine grid of length L lies, in the coarse grid of length l, at
//     t(i) = (i + a) l / L - a
// between the coarse cells floor(t) and floor(t) + 1. A rank needs of the source what lies around its own box, and gets of each
// other rank what that holds of it, in one message; around a periodic axis, every image of it.

/// One axis of two grids of the same domain.
public struct GridTransferAxis: Hashable, Sendable {
    public var fine: Int
    public var coarse: Int
    public let isPeriodic: Bool
    /// Distances of the outermost cells from the ends, in cells.
    public let lower: Double
    public let upper: Double

    /// - Parameters:
    ///   - fine: cells of the fine grid.
    ///   - coarse: cells of the coarse grid.
    ///   - ends: distances of the outermost cells from the ends, in cells; nil around a periodic axis.
    public init(fine: Int, coarse: Int, ends: (lower: Double, upper: Double)?) {
        self.fine = fine
        self.coarse = coarse
        isPeriodic = ends == nil
        lower = ends?.lower ?? 0.5
        upper = ends?.upper ?? 0.5
    }

    private var fineLength: Double { Double(fine - 1) + lower + upper }
    private var coarseLength: Double { Double(coarse - 1) + lower + upper }

    /// Fine cells in the length of a coarse one.
    public var ratio: Double { fineLength / coarseLength }

    /// Where a fine cell lies among the coarse ones.
    public func place(_ i: Int) -> Double {
        fine == coarse ? Double(i) : (Double(i) + lower) * coarseLength / fineLength - lower
    }

    /// The coarse cells that the fine cells of a range lie between; around a periodic axis beyond its ends, too.
    public func coarseCells(around range: Range<Int>) -> Range<Int> {
        guard !range.isEmpty else { return 0..<0 }
        let (first, last) = (place(range.lowerBound), place(range.upperBound - 1))
        let cells = Int(first.rounded(.down))..<Int(last.rounded(.up)) + 1
        return isPeriodic ? cells : cells.clamped(to: 0..<coarse)
    }

    /// The fine cells that lie less than a coarse cell away from those of a range.
    public func fineCells(around range: Range<Int>) -> Range<Int> {
        guard !range.isEmpty else { return 0..<0 }
        // The first i with place(i) > low, and the first with place(i) >= high: guessed, then found.
        func first(_ holds: (Double) -> Bool, near place: Double) -> Int {
            var i = Int(((place + lower) * ratio - lower).rounded(.down)) - 1
            while !holds(self.place(i)) { i += 1 }
            return i
        }
        let (low, high) = (Double(range.lowerBound - 1), Double(range.upperBound))
        let cells = first({ $0 > low }, near: low)..<first({ $0 >= high }, near: high)
        return isPeriodic ? cells : cells.clamped(to: 0..<fine)
    }
}

/// A transfer from one grid's boxes to another's.
public struct GridTransferModel: Sendable {
    public var axes: [GridTransferAxis]
    /// Ranks along each axis of the fine grid and of the coarse one.
    public var fineShape: [Int]
    public var coarseShape: [Int]

    public init(axes: [GridTransferAxis], fineShape: [Int], coarseShape: [Int]) {
        self.axes = axes
        self.fineShape = fineShape
        self.coarseShape = coarseShape
    }

    private func boxes(_ extents: [Int], _ shape: [Int]) -> HaloExchangeModel {
        HaloExchangeModel(extents: extents, shape: shape, periodic: axes.map(\.isPeriodic), fields: [])
    }

    /// Words and messages that `rank` sends to others, from fine to coarse or from coarse to fine.
    public func sent(by rank: Int, toCoarse: Bool) -> (words: Int, messages: Int) {
        let fine = boxes(axes.map(\.fine), fineShape)
        let coarse = boxes(axes.map(\.coarse), coarseShape)
        let (source, target) = toCoarse ? (fine, coarse) : (coarse, fine)
        guard rank < source.ranks else { return (0, 0) }
        var words = 0
        var messages = 0
        for other in 0..<target.ranks where other != rank {
            let message = axes.indices.reduce(1) { product, axis in
                let own = source.share(axis: axis, coordinate: source.coordinates(of: rank)[axis])
                let theirs = target.share(axis: axis, coordinate: target.coordinates(of: other)[axis])
                let needed =
                    toCoarse ? axes[axis].fineCells(around: theirs) : axes[axis].coarseCells(around: theirs)
                return product * axes[axis].overlap(own, needed, of: source.extents[axis])
            }
            words += message
            messages += message > 0 ? 1 : 0
        }
        return (words, messages)
    }
}

extension GridTransferAxis {
    /// Cells of `needed` that are cells of `own`, each image counted.
    func overlap(_ own: Range<Int>, _ needed: Range<Int>, of extent: Int) -> Int {
        images(needed, of: extent).reduce(0) { sum, shift in
            sum + (own.lowerBound + shift..<own.upperBound + shift).clamped(to: needed).count
        }
    }

    /// The distances by which the grid of `extent` cells is repeated until it covers a range.
    public func images(_ range: Range<Int>, of extent: Int) -> [Int] {
        guard isPeriodic, !range.isEmpty else { return [0] }
        func image(_ index: Int) -> Int { Int((Double(index) / Double(extent)).rounded(.down)) }
        return (image(range.lowerBound)...image(range.upperBound - 1)).map { $0 * extent }
    }
}
