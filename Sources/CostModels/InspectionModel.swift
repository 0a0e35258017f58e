/// What is asked of a matrix of n x n beside its solution: its condition, its structure, its elements on one rank.
public enum InspectionModel {
    /// A finite estimate of ‖A⁻¹‖₁ (Hager; Higham), with factors at hand: solves of one column.
    ///
    /// - Parameters:
    ///   - n: the order of A.
    ///   - steps: how often it has looked for another column of A⁻¹.
    ///   - isRepeated: whether it has come to one for the second time.
    ///   - solve: the words of a solve with A for one column.
    ///   - adjointSolve: those with Aᴴ.
    ///   - grid: the ranks and the block size.
    public static func conditionEstimate(
        n: Int, steps: Int, isRepeated: Bool, solve: Communication, adjointSolve: Communication, on grid: GridModel
    ) -> Communication {
        guard n > 0 else { return Communication() }
        // A⁻¹ x and its norm: of the average column, of each that is tried, and of the alternating vector
        let tries = n > 1 ? 2 + steps - (isRepeated ? 1 : 0) : 1
        let norm = NormModel.communication(.one, m: n, n: 1, on: grid)
        // The largest element of A⁻ᴴ x, and where it stands
        let largest = Communication(indices: 2 * grid.size, messages: grid.size)
        return tries * (solve + norm) + steps * (adjointSolve + largest)
    }

    /// The look at A's structure before a method is chosen: for zeros in a triangle, then for A = Aᴴ.
    ///
    /// - Parameters:
    ///   - n: the order of A.
    ///   - panels: the panels of columns that were compared with their rows; 0 where the diagonal has refuted A = Aᴴ, nil for
    ///     a triangular A.
    ///   - grid: the ranks and the block size.
    public static func structure(n: Int, panels: Int?, on grid: GridModel) -> Communication {
        let triangles = Communication(indices: 2 * grid.size, messages: grid.size)
        guard let panels else { return triangles }
        let verdict = Communication(indices: grid.size, messages: grid.size)
        let depth = MultiplyModel.panelDepth(block: grid.block)
        let mirrors = (0..<panels).reduce(Communication()) {
            $0 + grid.redistribution(n, min(n, ($1 + 1) * depth) - $1 * depth)
        }
        return triangles + (panels + 1) * verdict + mirrors
    }

    /// A matrix of m x n on one rank: each element is handed over once.
    public static func gather(m: Int, n: Int, on grid: GridModel) -> Communication { grid.redistribution(m, n) }
}
