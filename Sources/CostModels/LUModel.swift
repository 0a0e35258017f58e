/// LU factorization with partial pivoting of an m x n matrix, right-looking, and the solves with its factors.
public enum LUModel {
    /// Operations: m n² - n³/3 - n²/2 + 5 n/6 for m >= n, and the same with m and n exchanged, nearly, for m < n.
    public static func flops(m: Int, n: Int) -> Double {
        let (m, n) = (Double(max(m, n)), Double(min(m, n)))
        return m * n * n - n * n * n / 3 - n * n / 2 + 5 * n / 6
    }

    /// - Parameters:
    ///   - m: rows.
    ///   - n: columns.
    ///   - pivots: the exchanges that were made: row i with row `pivots[i]`.
    ///   - grid: the ranks and the block size.
    public static func communication(m: Int, n: Int, pivots: [Int], on grid: GridModel) -> Communication {
        let (p, q, size) = (grid.rows, grid.columns, grid.size)
        // ‖A‖₁, ‖A‖∞ and max |aᵢⱼ|
        var total = Communication(reals: p * n + q * m + 3 * size, messages: 5 * size)
        let steps = min(m, n)
        for start in stride(from: 0, to: steps, by: grid.block) {
            let panel = start..<min(start + grid.block, steps)
            let w = panel.count
            if p > 1 {
                // Down the process column, for each column of the panel: the pivot, its row and the diagonal's
                total += w * Communication(scalars: p * 2 * w, indices: p * 4, messages: p)
            }
            // L along the process rows, with the exchanges
            if q > 1 {
                total += grid.columnPanel(height: m - start, panel) + Communication(indices: size * (w + 1))
            }
            // The next panel's columns, then those behind it: exchanges, and U down the process columns
            let next = panel.upperBound..<min(panel.upperBound + grid.block, steps)
            for columns in [next, next.upperBound..<n] where !columns.isEmpty && p > 1 {
                let parts = grid.owners(of: columns, among: q)
                total += exchange(pivots, panel, width: columns.count, parts: parts, on: grid)
                total += Communication(scalars: w * columns.count * p, messages: p * parts)
            }
            // In the end the later panels' exchanges in this one's columns
            total += exchange(pivots, panel.upperBound..<steps, width: w, parts: 1, on: grid)
        }
        return total
    }

    /// A X = B for a B of n x k, dealt like A.
    public static func solveCommunication(n: Int, k: Int, pivots: [Int], on grid: GridModel) -> Communication {
        exchange(pivots, pivots.indices, width: k, parts: grid.columns, on: grid)
            + TriangularSolveModel.communication(n: n, m: k, isForward: true, isTransposed: false, on: grid)
            + TriangularSolveModel.communication(n: n, m: k, isForward: false, isTransposed: false, on: grid)
    }

    /// Scalars over all ranks beside A: two panels of L on their way, U, and rows on theirs.
    public static func workspace(m: Int, n: Int, on grid: GridModel) -> Int {
        let w = min(m, n, grid.block)
        let panels = grid.columns > 1 ? 2 * w * (m * grid.columns + 2 * grid.size) : 0
        let rows = grid.rows > 1 ? w * n * grid.rows + 2 * w * (m * grid.columns + 2 * n * grid.rows) : m * grid.columns
        return panels + rows + (w + 1) * w * grid.size
    }

    /// The rows that do not come to stand where they stood, each once down its process column; `parts` process columns
    /// have some of the `width` columns.
    static func exchange(
        _ pivots: [Int], _ range: Range<Int>, width: Int, parts: Int, on grid: GridModel
    ) -> Communication {
        guard grid.rows > 1 else { return Communication() }
        var standing: [Int: Int] = [:]
        for i in range {
            let (first, second) = (standing[i] ?? i, standing[pivots[i]] ?? pivots[i])
            standing[i] = second
            standing[pivots[i]] = first
        }
        let moved = standing.count { $0.key != $0.value }
        return moved == 0 ? Communication() : Communication(scalars: moved * width, messages: grid.rows * parts)
    }
}
