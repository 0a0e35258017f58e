// Means over blocks of cells on one rank, with the same bits on every number of ranks: pictures of grids of any size.
//
// Each value is rounded to a multiple of a power of two such that the largest block's sum of the largest magnitude takes 62
// bits, and the multiples are added up as integers: exact, so in any order. A mean errs by at most 2^-(62 - b) of the
// largest magnitude, for blocks of at most 2^b cells. Words: the blocks' sums, once from each rank. No field moves.

public import Failures
import MessagePassing

extension Simulation {
    /// The means of the current level of a field over blocks of a slice, on one rank, nil on the others.
    ///
    /// Where the slice keeps every k-th index of an axis, a block is k cells long there, and shorter at the far edge: the
    /// means over `[.at(7), .every(4), .every(4)]` are those of 4 x 4 cells of a plane. A block with a value that is not
    /// finite has the mean NaN. The bits do not depend on the number of ranks.
    ///
    /// - Parameters:
    ///   - field: which one.
    ///   - slice: the plane, and the blocks' sides.
    ///   - root: the rank that gets the means.
    /// - Throws, on all ranks: `TesseraError.argument` for a slice that is not the grid's or a rank that is not there;
    ///   `TesseraError.memory` where a node cannot give its ranks' sums.
    public func averaged(
        _ field: S.Field, _ slice: GridSlice, on root: Int = 0
    ) throws(TesseraError) -> FieldSample<S.Scalar>? {
        try view(field).averaged(
            "Simulation.averaged", [field.rawValue], slice, on: root, step: step, time: time)
    }
}

extension FieldView {
    /// The means over blocks of a slice, on one rank. Collective.
    ///
    /// - Parameters:
    ///   - routine: what errors name.
    ///   - words: what must be the same on all ranks besides the slice.
    ///   - step: the steps done, for the sample.
    ///   - time: theirs.
    func averaged(
        _ routine: StaticString, _ words: [Int], _ slice: GridSlice, on root: Int, step: Int, time: Double
    ) throws(TesseraError) -> FieldSample<Scalar>? {
        try communicator.agree(routine, on: words + [root] + slice.words) { () throws(TesseraError) in
            if let misfit = slice.misfit(extents) {
                throw .argument(
                    routine: "\(routine)", name: "slice", expected: misfit.expected, found: misfit.found)
            }
            guard (0..<communicator.size).contains(root) else {
                throw .argument(
                    routine: "\(routine)", name: "root", expected: "a rank below \(communicator.size)",
                    found: "\(root)")
            }
            // Sums and spoilt cells, and what the reduction takes besides.
            let blocks = slice.extents(of: extents).reduce(1) { saturatingProduct($0, $1) }
            try communicator.requireMemory(
                MemoryDemand(onEachOf: communicator.size, saturatingProduct(3 * 8, blocks)),
                for: "the means of \(blocks) blocks of cells")
        }
        var means = BlockMeans(slice, extents: extents)
        for row in 0..<rows { means.survey(firstIndex(ofRow: row), self.row(row), count: columns) }
        means.setScale(try communicator.agreedMaxima(means.survey))
        for row in 0..<rows { means.add(firstIndex(ofRow: row), self.row(row), count: columns) }
        let found = communicator.collectively(routine) { () throws(TesseraError) in
            try means.reduced(on: communicator, to: root)
        }
        guard let found else { return nil }
        return FieldSample(
            slice: slice, step: step, time: time, extents: slice.extents(of: extents),
            values: found.map { Scalar($0) })
    }
}

/// Sums of cells by block, as multiples of a power of two.
struct BlockMeans {
    private let slice: [GridSlice.Axis]
    private let extents: [Int]
    /// Blocks along each axis; one along an axis that the slice lacks.
    private let counts: [Int]
    private var sums: [Int]
    /// Values of each block that are not finite.
    private var spoilt: [Int]
    /// The bits of the largest finite magnitude seen, which are ordered as the magnitudes are.
    private var largest = 0
    private var hasSpoilt = false
    /// Values are multiples of 2^-scale.
    private var scale = 0

    init(_ slice: GridSlice, extents: [Int]) {
        self.slice = slice.axes
        self.extents = extents
        counts = zip(slice.axes, extents).map { axis, extent in
            if case .every(let length) = axis { (extent - 1) / length + 1 } else { 1 }
        }
        sums = [Int](repeating: 0, count: counts.reduce(1, *))
        spoilt = []
    }

    /// What the ranks must know of all cells before they add: to be maximised.
    var survey: [Int] { [largest, hasSpoilt ? 1 : 0] }

    /// The cells of a block that is not cut off, as a power of two.
    private var bitsOfBlock: Int {
        let cells = zip(slice, extents).reduce(1) { product, axis in
            if case .every(let length) = axis.0 { product * min(length, axis.1) } else { product }
        }
        return Int.bitWidth - (cells - 1).leadingZeroBitCount
    }

    mutating func setScale(_ survey: [Int]) {
        largest = survey[0]
        hasSpoilt = survey[1] > 0
        // Every magnitude is below 2^(exponent + 1), so that a rounded one is at most 2^(62 - bits).
        let magnitude = Double(bitPattern: UInt64(largest))
        scale = magnitude == 0 ? 0 : 61 - bitsOfBlock - Int(magnitude.exponent)
        if hasSpoilt { spoilt = [Int](repeating: 0, count: sums.count) }
    }

    /// Looks at a row of cells along the last axis.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    mutating func survey<Scalar: StencilScalar>(
        _ first: GridIndex, _ cells: UnsafeMutablePointer<Scalar>, count: Int
    ) {
        guard block(ofRow: first) != nil else { return }
        for k in columns(first, count) {
            let magnitude = Double(cells[k]).magnitude
            if magnitude.isFinite {
                largest = max(largest, Int(magnitude.bitPattern))
            } else {
                hasSpoilt = true
            }
        }
    }

    /// Adds a row of cells along the last axis.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    mutating func add<Scalar: StencilScalar>(
        _ first: GridIndex, _ cells: UnsafeMutablePointer<Scalar>, count: Int
    ) {
        guard let row = block(ofRow: first) else { return }
        let last = extents.count - 1
        let length = if case .every(let length) = slice[last] { length } else { extents[last] }
        // Two factors, as the power itself may be beyond the range of Double.
        let half = Double(sign: .plus, exponent: scale / 2, significand: 1)
        let rest = Double(sign: .plus, exponent: scale - scale / 2, significand: 1)
        let columns = columns(first, count)
        var k = columns.lowerBound
        while k < columns.upperBound {
            let place = (first[last] + k) / length
            let end = min(columns.upperBound, (place + 1) * length - first[last])
            var sum = 0
            while k < end {
                let value = Double(cells[k])
                if value.isFinite {
                    sum &+= Int((value * half * rest).rounded(.toNearestOrEven))
                } else {
                    spoilt[row + place] += 1
                }
                k &+= 1
            }
            sums[row + place] &+= sum
        }
    }

    /// The means in C order on one rank, nil elsewhere. Collective.
    consuming func reduced(on communicator: Communicator, to root: Int) throws(TesseraError) -> [Double]? {
        var (sums, spoilt) = (sums, spoilt)
        var span = sums.mutableSpan
        try communicator.reduce(&span, .sum, to: root)
        if hasSpoilt {
            var span = spoilt.mutableSpan
            try communicator.reduce(&span, .sum, to: root)
        }
        guard communicator.rank == root else { return nil }
        return sums.indices.map { block in
            if hasSpoilt, spoilt[block] > 0 { return .nan }
            let half = Double(sign: .plus, exponent: -(scale / 2), significand: 1)
            let rest = Double(sign: .plus, exponent: -(scale - scale / 2), significand: 1)
            return Double(sums[block]) / Double(cells(of: block)) * half * rest
        }
    }

    /// Cells of a block.
    private func cells(of block: Int) -> Int {
        var (rest, cells) = (block, 1)
        for axis in extents.indices.reversed() {
            let place = rest % counts[axis]
            rest /= counts[axis]
            if case .every(let length) = slice[axis] { cells *= min(length, extents[axis] - place * length) }
        }
        return cells
    }

    /// The first block of a row of blocks; nil where the slice lacks the row.
    private func block(ofRow first: GridIndex) -> Int? {
        var block = 0
        for axis in 0..<extents.count - 1 {
            switch slice[axis] {
            case .at(let index): if first[axis] != index { return nil }
            case .every(let length): block = block * counts[axis] + first[axis] / length
            }
        }
        return block * counts[extents.count - 1]
    }

    /// The cells of a row that the slice keeps.
    private func columns(_ first: GridIndex, _ count: Int) -> Range<Int> {
        let last = extents.count - 1
        guard case .at(let index) = slice[last] else { return 0..<count }
        let place = index - first[last]
        return (0..<count).contains(place) ? place..<place + 1 : 0..<0
    }
}
