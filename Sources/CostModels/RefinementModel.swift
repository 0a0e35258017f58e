/// A X = B of n x m, refined to full precision with factors of a lower one: the words as a function of the iterations.
public enum RefinementModel {
    /// Words of the two types.
    public struct Words: Hashable, Sendable {
        /// Of the full precision, norms among them.
        public var full = Communication()
        /// Of the lower one.
        public var lower = Communication()
    }

    /// - Parameters:
    ///   - n: the order of A.
    ///   - m: right-hand sides, dealt like A or, where they are few, whole on the first process column.
    ///   - pivots: the exchanges of LU; nil for Cholesky.
    ///   - plainSteps: corrections in the lower precision.
    ///   - groups: right-hand sides that went through GMRES together, and the iterations of each of their cycles.
    ///   - grid: the ranks and the block size.
    public static func communication(
        n: Int, m: Int, pivots: [Int]?, plainSteps: Int, groups: [(columns: Int, cycles: [Int])], on grid: GridModel
    ) -> Words {
        var words = Words()
        // ‖A‖∞, and the first solution
        words.full += Communication(reals: grid.columns * n + grid.size, messages: 2 * grid.size)
        for _ in 0...plainSteps {
            words.full += everywhere(reals: m, on: grid) + residual(n, m, on: grid)
            words.lower += solve(n, m, pivots, on: grid)
        }
        for (columns, cycles) in groups {
            // X, R and B of these columns, and X back
            words.full += 4 * grid.redistribution(n, columns) + 2 * everywhere(reals: columns, on: grid)
            for iterations in cycles {
                // M⁻¹ R with its size and norm, and the new residual
                words.full += solve(n, columns, pivots, on: grid) + 2 * everywhere(reals: columns, on: grid)
                words.full += residual(n, columns, on: grid)
                for vectors in 1..<iterations + 1 {
                    words.full += product(n, columns, on: grid) + solve(n, columns, pivots, on: grid)
                    words.full += 2 * Communication(scalars: grid.size * columns * vectors, messages: grid.size)
                    words.full += everywhere(reals: columns, on: grid)
                }
            }
        }
        return words
    }

    /// Words of an equilibration: the largest elements of all rows and columns, again where rows are scaled.
    public static func equilibration(m: Int, n: Int, isScalingRows: Bool, on grid: GridModel) -> Communication {
        (isScalingRows ? 2 : 1) * everywhere(reals: m + n, on: grid)
    }

    /// R = B - A X, and how large R and X are.
    private static func residual(_ n: Int, _ m: Int, on grid: GridModel) -> Communication {
        product(n, m, on: grid) + 2 * everywhere(reals: m, on: grid)
    }

    private static func product(_ n: Int, _ m: Int, on grid: GridModel) -> Communication {
        MultiplyModel.communication(m: n, n: m, k: n, on: grid)
    }

    private static func solve(_ n: Int, _ m: Int, _ pivots: [Int]?, on grid: GridModel) -> Communication {
        if let pivots { return LUModel.solveCommunication(n: n, k: m, pivots: pivots, on: grid) }
        return CholeskyModel.solveCommunication(n: n, m: m, on: grid)
    }

    /// As many numbers, combined over all ranks.
    private static func everywhere(reals: Int, on grid: GridModel) -> Communication {
        Communication(reals: grid.size * reals, messages: grid.size)
    }
}
