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
        // ‖A‖₁ and ‖A‖∞
        var total = Communication(reals: p * n + q * m + 2 * size, messages: 4 * size)
        for start in stride(from: 0, to: min(m, n), by: grid.block) {
            let panel = start..<min(start + grid.block, min(m, n))
            let w = panel.count
            for j in panel {
                // Down the process column: one reduction and one broadcast, and row j to its new owner.
                total += Communication(scalars: p * w, indices: 2 * p, messages: 2 * p)
                if grid.owner(j, of: p) != grid.owner(pivots[j], of: p) {
                    total += Communication(scalars: 2 * w, messages: 2)
                }
            }
            total += Communication(indices: size * (w + 1), messages: size)
            total += exchange(pivots, panel, width: n - w, on: grid)
            total += grid.columnPanel(height: m - start, panel)
            total += grid.rowPanel(panel, width: n - panel.upperBound)
        }
        return total
    }

    /// A X = B for a B of n x k, dealt like A.
    public static func solveCommunication(n: Int, k: Int, pivots: [Int], on grid: GridModel) -> Communication {
        exchange(pivots, pivots.indices, width: k, on: grid)
            + TriangularSolveModel.communication(n: n, m: k, isForward: true, isTransposed: false, on: grid)
            + TriangularSolveModel.communication(n: n, m: k, isForward: false, isTransposed: false, on: grid)
    }

    /// Scalars over all ranks beside A: the panels of L and U with their buffers, and the rows on their way.
    public static func workspace(m: Int, n: Int, on grid: GridModel) -> Int {
        let w = min(m, n, grid.block)
        return 3 * w * (m * grid.columns + n * grid.rows) + 4 * w * n + (w + 1) * w * grid.size
    }

    /// The rows that do not come to stand where they stood, each once down its process column.
    private static func exchange(
        _ pivots: [Int], _ range: Range<Int>, width: Int, on grid: GridModel
    ) -> Communication {
        guard grid.rows > 1 else { return Communication() }
        var standing: [Int: Int] = [:]
        for i in range {
            let (first, second) = (standing[i] ?? i, standing[pivots[i]] ?? pivots[i])
            standing[i] = second
            standing[pivots[i]] = first
        }
        let moved = standing.count { $0.key != $0.value }
        return Communication(scalars: moved * width, messages: grid.size)
    }
}
