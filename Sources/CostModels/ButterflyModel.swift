/// Random butterflies on the rows and columns of a matrix: what all but the first of 2^depth leaves hold comes to the ranks
/// that mix it, and goes back.
public enum ButterflyModel {
    /// Rows or columns that are mixed at once.
    public static let panel = 128

    /// Uᵀ A V of n x n.
    public static func communication(n: Int, depth: Int, on grid: GridModel) -> Communication {
        rows(n: n, m: n, depth: depth, on: grid)
            + visits(n, across: n, depth, parts: grid.columns, others: grid.rows, on: grid)
    }

    /// Uᵀ X or V X for an X of n x m.
    public static func rows(n: Int, m: Int, depth: Int, on grid: GridModel) -> Communication {
        visits(n, across: m, depth, parts: grid.rows, others: grid.columns, on: grid)
    }

    /// Operations: a pair of elements takes an addition, a subtraction and two products a level.
    public static func flops(n: Int, depth: Int) -> Double { 2 * 2 * Double(limited(depth, n)) * Double(n) * Double(n) }

    /// Lines of `across` elements over `others` parts.
    private static func visits(
        _ n: Int, across: Int, _ depth: Int, parts: Int, others: Int, on grid: GridModel
    ) -> Communication {
        let levels = limited(depth, n)
        guard parts > 1, levels > 0 else { return Communication() }
        let leaf = (n + (1 << levels) - 1) >> levels
        let panels = (0..<others).reduce(0) {
            $0 + (grid.count(0..<across, on: $1, of: others) + panel - 1) / panel
        }
        return 2 * Communication(scalars: (n - leaf) * across, messages: parts * panels)
    }

    /// The levels that an order allows.
    private static func limited(_ depth: Int, _ n: Int) -> Int {
        min(depth, n > 0 ? Int.bitWidth - 1 - n.leadingZeroBitCount : 0)
    }
}
