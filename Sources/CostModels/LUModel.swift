/// LU factorization of an m x n matrix, right-looking, and the solves with its factors.
public enum LUModel {
    /// How small pivots are avoided.
    public enum Pivoting: Hashable, Sendable {
        case partial
        case threshold
        /// `repeated` are the first columns of panels in which partial pivoting followed on the tournament.
        case tournament(repeated: [Int] = [])
        case randomButterflies(depth: Int)
    }

    /// Operations: m n² - n³/3 - n²/2 + 5 n/6 for m >= n, and the same with m and n exchanged, nearly, for m < n.
    public static func flops(m: Int, n: Int) -> Double {
        let (m, n) = (Double(max(m, n)), Double(min(m, n)))
        return m * n * n - n * n * n / 3 - n * n / 2 + 5 * n / 6
    }

    /// - Parameters:
    ///   - m: rows.
    ///   - n: columns.
    ///   - pivots: the exchanges that were made: row i with row `pivots[i]`.
    ///   - pivoting: how they were found.
    ///   - grid: the ranks and the block size.
    public static func communication(
        m: Int, n: Int, pivots: [Int], _ pivoting: Pivoting = .partial, on grid: GridModel
    ) -> Communication {
        communication(m: m, n: n, pivoting, on: grid) { moved(pivots, $0) }
    }

    /// Before there are exchanges to count: as many as matrices of random elements have, in which nearly every one moves two
    /// rows. O(n / block), where counting given exchanges is O(n² / block).
    ///
    /// - Parameters:
    ///   - n: the order.
    ///   - pivoting: how pivots will be found.
    ///   - grid: the ranks and the block size.
    public static func expectedCommunication(
        n: Int, _ pivoting: Pivoting = .partial, on grid: GridModel
    ) -> Communication {
        if case .randomButterflies = pivoting { return communication(m: n, n: n, pivoting, on: grid) { _ in 0 } }
        return communication(m: n, n: n, pivoting, on: grid) { rows in
            // The pivots of w columns are anywhere in the rows below their start: w (1 - w / rows) of them outside the panel.
            let below = Double(n - rows.lowerBound)
            return rows.isEmpty ? 0 : Int(Double(rows.count) * (2 - Double(rows.count) / below))
        }
    }

    /// - Parameter moved: how many rows the exchanges of some columns bring elsewhere.
    private static func communication(
        m: Int, n: Int, _ pivoting: Pivoting, on grid: GridModel, moved: (Range<Int>) -> Int
    ) -> Communication {
        let (p, q, size) = (grid.rows, grid.columns, grid.size)
        // ‖A‖₁, ‖A‖∞ and max |aᵢⱼ|
        var total = Communication(reals: p * n + q * m + 3 * size, messages: 5 * size)
        if case .randomButterflies(let depth) = pivoting {
            total += ButterflyModel.communication(n: n, depth: depth, on: grid)
        }
        let steps = min(m, n)
        for start in stride(from: 0, to: steps, by: grid.block) {
            let panel = start..<min(start + grid.block, steps)
            let w = panel.count
            if p > 1 { total += findPivots(panel, m, pivoting, on: grid) }
            // L along the process rows, with the exchanges
            if q > 1 {
                total += grid.columnPanel(height: m - start, panel) + Communication(indices: size * (w + 1))
            }
            // The next panel's columns, then those behind it: exchanges, and U down the process columns
            let next = panel.upperBound..<min(panel.upperBound + grid.block, steps)
            for columns in [next, next.upperBound..<n] where !columns.isEmpty && p > 1 {
                let parts = grid.owners(of: columns, among: q)
                total += exchange(moved(panel), width: columns.count, parts: parts, on: grid)
                total += Communication(scalars: w * columns.count * p, messages: p * parts)
            }
            // In the end the later panels' exchanges in this one's columns
            total += exchange(moved(panel.upperBound..<steps), width: w, parts: 1, on: grid)
        }
        return total
    }

    /// What a panel of several process rows sends down the process column.
    private static func findPivots(
        _ panel: Range<Int>, _ m: Int, _ pivoting: Pivoting, on grid: GridModel
    ) -> Communication {
        let (w, p) = (panel.count, grid.rows)
        // For each column of the panel: the pivot, its row and the diagonal's
        func search(words: Int) -> Communication {
            w * Communication(scalars: p * 2 * w, indices: p * words, messages: p)
        }
        switch pivoting {
        case .partial: return search(words: 4)
        case .threshold: return search(words: 8)
        case .tournament(let repeated):
            // L11 and U11, and the rows of the diagonal block
            let result = Communication(scalars: p * 2 * w * w, indices: p * w, messages: p)
            return matches(panel, m, on: grid) + result
                + (repeated.contains(panel.lowerBound) ? search(words: 4) : Communication())
        case .randomButterflies: return Communication(scalars: p * w * w, messages: p)
        }
    }

    /// The candidates on their way to the root, each message sent and received.
    private static func matches(_ panel: Range<Int>, _ m: Int, on grid: GridModel) -> Communication {
        let (w, p) = (panel.count, grid.rows)
        let root = grid.owner(panel.lowerBound, of: p)
        var total = Communication()
        for place in 1..<p {
            // A player meets its conqueror in the round of its lowest bit, with all that it has beaten.
            let round = place & -place
            let rows = (place..<min(p, place + round)).reduce(0) {
                $0 + grid.count(panel.lowerBound..<m, on: ($1 + root) % p, of: p)
            }
            if rows > 0 { total += 2 * Communication(scalars: min(w, rows) * w, indices: w, messages: 1) }
        }
        return total
    }

    /// op(A) X = B for a B of n x k, dealt like A.
    ///
    /// - Parameters:
    ///   - n: the order of A.
    ///   - k: right-hand sides.
    ///   - pivots: the exchanges that were made.
    ///   - butterflies: their depth; nil for the other pivotings.
    ///   - isTransposed: op(A) is not A, so that the panels of L and U are redistributed.
    ///   - grid: the ranks and the block size.
    public static func solveCommunication(
        n: Int, k: Int, pivots: [Int], butterflies: Int? = nil, isTransposed: Bool = false, on grid: GridModel
    ) -> Communication {
        let mixing = butterflies.map { 2 * ButterflyModel.rows(n: n, m: k, depth: $0, on: grid) } ?? Communication()
        return mixing + exchange(pivots, pivots.indices, width: k, parts: grid.columns, on: grid)
            + TriangularSolveModel.communication(n: n, m: k, isForward: true, isTransposed: isTransposed, on: grid)
            + TriangularSolveModel.communication(n: n, m: k, isForward: false, isTransposed: isTransposed, on: grid)
    }

    /// Scalars over all ranks beside A: two panels of L on their way, U, and rows on theirs; in a tournament a copy of the
    /// panel, too. Where a process column is one rank its rows move within it, a column at a time on each of its threads.
    ///
    /// ``MemoryModel/linpack(n:scalarBytes:isMixed:ranks:)`` covers this, with what it leaves for panels and each rank.
    public static func workspace(
        m: Int, n: Int, _ pivoting: Pivoting = .partial, threads: Int = 1, on grid: GridModel
    ) -> Int {
        let w = min(m, n, grid.block)
        let panels = grid.columns > 1 ? 2 * w * (m * grid.columns + 2 * grid.size) : 0
        let rows =
            grid.rows > 1
            ? w * n * grid.rows + 2 * w * (m * grid.columns + 2 * n * grid.rows) : threads * m * grid.columns
        var own = (w + 1) * w * grid.size
        if case .tournament = pivoting, grid.rows > 1 { own += w * m * grid.columns + 5 * w * w * grid.size }
        return panels + rows + own
    }

    /// The rows that do not come to stand where they stood, each once down its process column; `parts` process columns
    /// have some of the `width` columns.
    static func exchange(
        _ pivots: [Int], _ range: Range<Int>, width: Int, parts: Int, on grid: GridModel
    ) -> Communication {
        exchange(moved(pivots, range), width: width, parts: parts, on: grid)
    }

    private static func exchange(
        _ moved: @autoclosure () -> Int, width: Int, parts: Int, on grid: GridModel
    ) -> Communication {
        guard grid.rows > 1 else { return Communication() }
        let moved = moved()
        return moved == 0 ? Communication() : Communication(scalars: moved * width, messages: grid.rows * parts)
    }

    /// How many rows do not come to stand where they stood.
    private static func moved(_ pivots: [Int], _ range: Range<Int>) -> Int {
        var standing: [Int: Int] = [:]
        for i in range {
            let (first, second) = (standing[i] ?? i, standing[pivots[i]] ?? pivots[i])
            standing[i] = second
            standing[pivots[i]] = first
        }
        return standing.count { $0.key != $0.value }
    }
}
