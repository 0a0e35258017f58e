// C = alpha op(A) op(B) + beta C for a C of m x n and an inner dimension of k, all dealt alike on P x Q ranks.
//
// Words of the four ways, in which op(A) and op(B) that are not A and B are redistributed first:
//
//     C at rest    Q m k + P k n (+ m k, k n)    panels of op(A) along the process rows, of op(B) down the columns
//     A at rest    (1 + P) k n + (1 + Q) m n     op(B) to A's columns, partial products summed along the process rows
//     B at rest    (1 + Q) m k + (1 + P) m n     the same with the operands' roles exchanged
//     k split      m k + k n + (1 + P Q) m n     each rank multiplies its part of k, the partial products are summed
//
// A (B) transposed at rest: P and Q change places. A term with one copy of an operand is not sent.
// (Kwasniewski et al., "Red-blue pebbling revisited: near optimal parallel matrix-matrix multiplication", SC 2019, derive
// the best split of m, n and k for a memory; these four are its faces.)

public enum MultiplyModel {
    /// Which matrix stays where it is.
    public enum Plan: Hashable, Sendable, CaseIterable {
        /// C: the operands' panels travel while products are computed.
        case stationaryC
        /// A: op(B) and C have few columns beside it.
        case stationaryA
        /// B: op(A) and C have few rows beside it.
        case stationaryB
        /// None: the inner dimension is dealt to all ranks, C's partial products are summed.
        case splitInner
    }

    /// 2 m n k operations.
    public static func flops(m: Int, n: Int, k: Int) -> Double { 2 * Double(m) * Double(n) * Double(k) }

    /// Columns of op(A) in a panel: whole blocks, up to 384 or one larger block; a block beyond 512 is cut. (The rate of
    /// the local product levels off near a depth of 256, and the library packs 384 columns at once.)
    public static func panelDepth(block: Int) -> Int { block > 512 ? 384 : max(block, 384 / block * block) }

    /// A dimension in slabs of that depth, each of whole blocks or inside one.
    public static func slabs(_ extent: Int, block: Int) -> [Range<Int>] {
        let depth = panelDepth(block: block)
        var slabs: [Range<Int>] = []
        var start = 0
        while start < extent {
            let end = min(extent, start + depth, block > 512 ? (start / block + 1) * block : extent)
            slabs.append(start..<end)
            start = end
        }
        return slabs
    }

    /// Indices of the inner dimension that all ranks together multiply at once where it is split: with an operand that
    /// rests, whole blocks of it for each rank.
    public static func chunk(block: Int?, ranks: Int) -> Int { (block.map { panelDepth(block: $0) } ?? 256) * ranks }

    /// Whether the blocks of an inner dimension are small enough to be multiplied where they lie: no rank then has more
    /// than an eighth more of them than another, and a chunk is of a few hundred for each.
    public static func isFine(block: Int, _ extent: Int, ranks: Int) -> Bool {
        block <= 512 && 8 * block * ranks <= extent
    }

    /// Whether an operand lies as the split deals it: all ranks are side by side along its inner dimension.
    static func restsWhenSplit(k: Int, isInnerOfRows: Bool, on grid: GridModel) -> Bool {
        (isInnerOfRows ? grid.columns : grid.rows) == 1 && isFine(block: grid.block, k, ranks: grid.size)
    }

    /// The way that is taken: C at rest, unless another sends at least a quarter fewer words (those of C at rest travel
    /// while products are computed). The inner dimension is split only where the partial products, sent and received,
    /// are no more than the operands, so that they fit beside them. A function of sizes and grid alone: all ranks find the
    /// same, run after run.
    public static func plan(
        m: Int, n: Int, k: Int, isTransposedA: Bool = false, isTransposedB: Bool = false, on grid: GridModel
    ) -> Plan {
        func words(_ plan: Plan) -> Int {
            self.words(plan, m: m, n: n, k: k, isTransposedA: isTransposedA, isTransposedB: isTransposedB, on: grid)
        }
        let canSplit = 2 * grid.size * m * n <= m * k + k * n
        let others: [Plan] = canSplit ? [.stationaryA, .stationaryB, .splitInner] : [.stationaryA, .stationaryB]
        var best = (plan: Plan.stationaryC, words: words(.stationaryC) * 3 / 4)
        for plan in others where words(plan) < best.words { best = (plan, words(plan)) }
        return best.plan
    }

    /// Words over all ranks: the sum that ``communication(m:n:k:isTransposedA:isTransposedB:on:)`` counts, at once.
    public static func words(
        _ plan: Plan, m: Int, n: Int, k: Int, isTransposedA: Bool = false, isTransposedB: Bool = false,
        on grid: GridModel
    ) -> Int {
        let (p, q) = (grid.rows, grid.columns)
        func spread(_ copies: Int, _ words: Int) -> Int { copies > 1 ? copies * words : 0 }
        switch plan {
        case .stationaryC:
            return spread(q, m * k) + spread(p, k * n) + (isTransposedA ? m * k : 0) + (isTransposedB ? k * n : 0)
        case .stationaryA:
            return k * n + spread(isTransposedA ? q : p, k * n) + (1 + (isTransposedA ? p : q)) * m * n
        case .stationaryB:
            return m * k + spread(isTransposedB ? p : q, m * k) + (1 + (isTransposedB ? q : p)) * m * n
        case .splitInner:
            let restsA = restsWhenSplit(k: k, isInnerOfRows: isTransposedA, on: grid)
            let restsB = restsWhenSplit(k: k, isInnerOfRows: !isTransposedB, on: grid)
            return (restsA ? 0 : m * k) + (restsB ? 0 : k * n) + (1 + p * q) * m * n
        }
    }

    public static func communication(
        m: Int, n: Int, k: Int, isTransposedA: Bool = false, isTransposedB: Bool = false, on grid: GridModel
    ) -> Communication {
        guard m > 0, n > 0, k > 0 else { return Communication() }
        switch plan(m: m, n: n, k: k, isTransposedA: isTransposedA, isTransposedB: isTransposedB, on: grid) {
        case .stationaryC:
            return panels(m: m, n: n, k: k, isTransposedA: isTransposedA, isTransposedB: isTransposedB, on: grid)
        case .stationaryA:
            return atRest(inner: k, outer: m, width: n, isAlongRows: !isTransposedA, on: grid)
        case .stationaryB:
            return atRest(inner: k, outer: n, width: m, isAlongRows: isTransposedB, on: grid)
        case .splitInner:
            return splitInner(m: m, n: n, k: k, operands: [(m, isTransposedA), (n, !isTransposedB)], on: grid)
        }
    }

    /// Panels of both operands, for each depth of the inner dimension.
    static func panels(
        m: Int, n: Int, k: Int, isTransposedA: Bool, isTransposedB: Bool, on grid: GridModel
    ) -> Communication {
        var total = Communication()
        for inner in slabs(k, block: grid.block) {
            total +=
                isTransposedA
                ? grid.redistributedColumnPanel(height: m, depth: inner.count) : grid.columnPanel(height: m, inner)
            total +=
                isTransposedB
                ? grid.redistributedRowPanel(depth: inner.count, width: n) : grid.rowPanel(inner, width: n)
        }
        return total
    }

    /// The other operand, `inner` x `width`, is dealt like the one at rest and spread; the partial products, `outer` x
    /// `width`, are summed and dealt like C. Slab by slab of the width.
    ///
    /// - Parameter isAlongRows: the matrix at rest is not transposed (left), or is (right): sums go along the process rows.
    static func atRest(inner: Int, outer: Int, width: Int, isAlongRows: Bool, on grid: GridModel) -> Communication {
        let (copies, summed) = isAlongRows ? (grid.rows, grid.columns) : (grid.columns, grid.rows)
        var total = Communication()
        for slab in slabs(width, block: grid.block) {
            total += grid.redistribution(inner, slab.count) + grid.redistribution(outer, slab.count)
            if copies > 1 { total += Communication(scalars: copies * inner * slab.count, messages: grid.size) }
            total += Communication(scalars: summed * outer * slab.count, messages: grid.size)
        }
        return total
    }

    /// The operands, each of its number of rows or columns and k, are dealt anew unless they rest, chunk by chunk of the
    /// inner dimension; partial products of m x n are summed, and dealt like C.
    static func splitInner(
        m: Int, n: Int, k: Int, operands: [(extent: Int, isInnerOfRows: Bool)], on grid: GridModel
    ) -> Communication {
        let moving = operands.filter { !restsWhenSplit(k: k, isInnerOfRows: $0.isInnerOfRows, on: grid) }
        let chunk = chunk(block: moving.count < operands.count ? grid.block : nil, ranks: grid.size)
        return Communication(
            scalars: moving.reduce(0) { $0 + $1.extent } * k,
            messages: moving.count * ((k + chunk - 1) / chunk) * grid.size)
            + Communication(scalars: grid.size * m * n, messages: grid.size) + grid.redistribution(m, n)
    }

    /// Scalars over all ranks beside A, B and C: a panel of each operand with its buffers.
    public static func workspace(m: Int, n: Int, k: Int, on grid: GridModel) -> Int {
        min(k, panelDepth(block: grid.block)) * (2 * m * grid.columns + 3 * n * grid.rows)
    }
}
