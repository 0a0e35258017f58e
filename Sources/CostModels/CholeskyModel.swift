/// Cholesky factorization of an n x n matrix, right-looking, and the solves with its factor.
public enum CholeskyModel {
    /// n³/3 + n²/2 + n/6 operations; each counts four times for complex scalars.
    public static func flops(n: Int) -> Double {
        let n = Double(n)
        return n * n * n / 3 + n * n / 2 + n / 6
    }

    /// For each block: L11 and a flag down its process column, the panel and a flag along the process rows, the rows that
    /// face the columns once down the process columns. And ‖A‖₁ beforehand.
    public static func communication(n: Int, on grid: GridModel) -> Communication {
        var total = Communication(reals: n * grid.size, messages: grid.size)
        for block in grid.blocks(n) {
            let (w, below) = (block.count, n - block.upperBound)
            if grid.rows > 1 {
                total += Communication(scalars: grid.rows * (w * w + 1), messages: grid.rows)
                total += Communication(scalars: below * w, messages: grid.size)
            }
            if grid.columns > 1 {
                total += Communication(scalars: grid.columns * below * w, indices: grid.size, messages: grid.size)
            }
        }
        return total
    }

    /// L Y = B and Lᴴ X = Y for m right-hand sides: 2 n² m operations.
    public static func solveCommunication(n: Int, m: Int, on grid: GridModel) -> Communication {
        TriangularSolveModel.communication(n: n, m: m, isForward: true, isTransposed: false, on: grid)
            + TriangularSolveModel.communication(n: n, m: m, isForward: false, isTransposed: true, on: grid)
    }

    /// Scalars over all ranks beside A: two panels on their way, the mirror of one and its buffers.
    public static func workspace(n: Int, on grid: GridModel) -> Int {
        let w = min(n, grid.block)
        let panels = grid.columns > 1 ? 2 * n * w * grid.columns : 0
        return panels + (grid.rows > 1 ? 2 : 1) * n * w * grid.rows + n * w + w * w * grid.size
    }
}
