/// Aasen's factorization P A Pᵀ = L T Lᴴ of an n x n matrix, and the solves with its factors.
public enum AasenModel {
    /// About n³/3 (1 + 1/w) + n² w / 2 operations, w columns a panel; each counts four times for complex scalars.
    public static func flops(n: Int) -> Double {
        let width = panelWidth(n: n)
        return stride(from: 0, to: n, by: width).reduce(0.0) { sum, start in
            let w = min(width, n - start)
            let (rest, behind) = (n - start, n - start - w)
            // Products of the panel with a vector, one after the last but one column; then of w + 1 columns with a triangle.
            let columns = behind > 0 ? w : w - 1
            return sum + Double(rest * columns * (columns + 1)) + Double(w + 1) * Double(behind) * Double(behind + 1)
        }
    }

    /// Columns of a panel: as many as leave the trailing updates deep and the panels, which are products of a matrix and a
    /// vector, a small part of the work. The blocks of the layout do not enter.
    public static func panelWidth(n: Int) -> Int { min(64, max(4, n / 8)) }

    /// - Parameters:
    ///   - n: the order.
    ///   - pivots: the interchanges that were made: row and column i with row and column `pivots[i]`.
    ///   - grid: the ranks and the block size.
    public static func communication(n: Int, pivots: [Int], on grid: GridModel) -> Communication {
        let (p, q, size) = (grid.rows, grid.columns, grid.size)
        // ‖A‖₁ and max |aᵢⱼ|
        var total = Communication(reals: (n + 1) * size, messages: 2 * size)
        var standing = Array(0..<n)
        let width = panelWidth(n: n)
        let panels = stride(from: 0, to: n, by: width).map { $0..<min(n, $0 + width) }
        for panel in panels {
            let (s, e) = (panel.lowerBound, panel.upperBound)
            // The interchange of the panel's first row is decided, but not made.
            standing.swapAt(s, pivots[s])
            for j in panel {
                // The column to which j's is interchanged: its left part down the process columns, all of it along the rows
                let c = standing[j]
                if p > 1 { total += Communication(scalars: c - s + p, messages: size) }
                if q > 1 { total += Communication(scalars: n - s + size, messages: size) }
                // The pivot and its row of L
                if j + 1 < n, size > 1 {
                    total += Communication(scalars: size * (j - s + 2), indices: size * 2, messages: size)
                }
                if j + 1 < e { standing.swapAt(j + 1, pivots[j + 1]) }
            }
            guard e < n else { break }
            // L and the columns of A that move, along the process rows; their rows that face the columns, down the columns
            let moves = (e..<n).count { standing[$0] != $0 }
            let depth = e - s + 1 + moves
            if q > 1 { total += Communication(scalars: (n - s) * depth, messages: size) }
            if p > 1 { total += Communication(scalars: (n - e + q * moves) * depth, messages: size) }
            for i in s..<n { standing[i] = i }
        }
        // In the end the later panels' interchanges in each one's columns
        for panel in panels {
            total += LUModel.exchange(
                pivots, panel.upperBound..<n, width: panel.count, parts: grid.owners(of: panel, among: q), on: grid)
        }
        return total
    }

    /// A X = B for a B of n x k, dealt like A.
    public static func solveCommunication(n: Int, k: Int, pivots: [Int], on grid: GridModel) -> Communication {
        let exchange = LUModel.exchange(pivots, pivots.indices, width: k, parts: grid.columns, on: grid)
        let columns = n > 0 && grid.rows > 1 ? Communication(scalars: n * k, messages: grid.size) : Communication()
        return 2 * (exchange + columns)
            + TriangularSolveModel.communication(n: n, m: k, isForward: true, isTransposed: false, on: grid)
            + TriangularSolveModel.communication(n: n, m: k, isForward: false, isTransposed: true, on: grid)
    }

    /// Scalars over all ranks beside A: a panel of L and the columns of A that move with it, where they are gathered and
    /// where they face the columns, and their product with T.
    public static func workspace(n: Int, on grid: GridModel) -> Int {
        let (p, q, w) = (grid.rows, grid.columns, panelWidth(n: n))
        let depth = 2 * w + 1
        let own = n * (w + 1) + q * n * w + grid.size * (w * w + w * depth)
        let gathered = q > 1 ? q * n * depth : 0
        let incoming = max(gathered, p > 1 ? (p * n + grid.size * w) * depth : 0)
        let outgoing = (min(q, p) * n + grid.size * w) * depth
        return own + gathered + incoming + outgoing + p * n * depth + p * n * (w + 1)
    }
}
