// Few cases in which any two values of any two axes meet (Cohen, Dalal, Fredman and Patton, "The AETG System", IEEE TSE 23,
// 1997): row by row, the best of some greedy candidates. The same rows on every rank and in every run.

/// Rows of levels, one for each axis, such that every pair of levels of two axes stands in some row.
///
/// - Parameters:
///   - counts: the levels of each axis, 1 or more.
///   - seed: of the order in which ties are broken.
func coveringArray(_ counts: [Int], seed: UInt64) -> [[Int]] {
    var open = OpenPairs(counts)
    var rows: [[Int]] = []
    while let pair = open.first {
        var best: (row: [Int], covered: Int) = ([], -1)
        for candidate in 0..<8 {
            var draws = Draws(seed: seed, trial: rows.count * 8 + candidate)
            let row = open.row(from: pair, &draws)
            let covered = open.count(in: row)
            if covered > best.covered { best = (row, covered) }
        }
        open.cover(best.row)
        rows.append(best.row)
    }
    return rows
}

/// The pairs of levels that no row holds yet.
private struct OpenPairs {
    let counts: [Int]
    /// The place of an axis's first level among all levels.
    let starts: [Int]
    let levels: Int
    /// By the places of two levels, the smaller first.
    var isOpen: [Bool]
    /// Nothing before it is open.
    var cursor = 0

    init(_ counts: [Int]) {
        self.counts = counts
        var starts: [Int] = []
        var levels = 0
        for count in counts {
            starts.append(levels)
            levels += count
        }
        self.starts = starts
        self.levels = levels
        isOpen = [Bool](repeating: false, count: levels * levels)
        // One axis has no pairs: its levels are paired with themselves.
        let isAlone = counts.count == 1
        for a in counts.indices {
            for b in counts.indices where isAlone || b > a {
                for i in 0..<counts[a] {
                    for j in 0..<counts[b] where !isAlone || i == j {
                        isOpen[(starts[a] + i) * levels + starts[b] + j] = true
                    }
                }
            }
        }
    }

    typealias Choice = (axis: Int, level: Int)

    var first: (Choice, Choice)? {
        mutating get {
            while cursor < isOpen.count, !isOpen[cursor] { cursor += 1 }
            guard cursor < isOpen.count else { return nil }
            return (choice(cursor / levels), choice(cursor % levels))
        }
    }

    private func choice(_ place: Int) -> Choice {
        let axis = starts.lastIndex { $0 <= place }!
        return (axis, place - starts[axis])
    }

    private func isOpen(_ a: Choice, _ b: Choice) -> Bool {
        let (i, j) = (starts[a.axis] + a.level, starts[b.axis] + b.level)
        return isOpen[min(i, j) * levels + max(i, j)]
    }

    /// A row with this pair, its other axes in a random order, each with the level that closes most pairs.
    func row(from pair: (Choice, Choice), _ draws: inout Draws) -> [Int] {
        var row = [Int?](repeating: nil, count: counts.count)
        row[pair.0.axis] = pair.0.level
        row[pair.1.axis] = pair.1.level
        var rest = counts.indices.filter { row[$0] == nil }
        while !rest.isEmpty {
            let axis = rest.remove(at: draws.next(rest.count))
            var best: (level: Int, closed: Int) = (0, -1)
            let shift = draws.next(counts[axis])
            for turn in 0..<counts[axis] {
                let level = (turn + shift) % counts[axis]
                var closed = 0
                for (other, chosen) in row.enumerated() {
                    if let chosen, isOpen((axis, level), (other, chosen)) { closed += 1 }
                }
                if closed > best.closed { best = (level, closed) }
            }
            row[axis] = best.level
        }
        return row.map { $0! }
    }

    func count(in row: [Int]) -> Int {
        var count = 0
        forEachPair(row) { count += isOpen[$0] ? 1 : 0 }
        return count
    }

    mutating func cover(_ row: [Int]) {
        var places: [Int] = []
        forEachPair(row) { places.append($0) }
        for place in places { isOpen[place] = false }
    }

    private func forEachPair(_ row: [Int], _ body: (Int) -> Void) {
        for a in row.indices {
            for b in row.indices where b > a || row.count == 1 {
                body((starts[a] + row[a]) * levels + starts[b] + row[b])
            }
        }
    }
}
