/// One triangle of C = alpha op(A) op(A)ᵀ + beta C (rank k), or of alpha op(A) op(B)ᵀ + alpha op(B) op(A)ᵀ + beta C
/// (rank 2k), for a C of n x n and operands of n x k that are dealt alike; the same with conjugates.
public enum RankUpdateModel {
    /// n (n + 1) k operations, twice as many for rank 2k.
    public static func flops(n: Int, k: Int, isRankTwo: Bool = false) -> Double {
        (isRankTwo ? 2 : 1) * Double(n) * Double(n + 1) * Double(k)
    }

    /// Whether the inner dimension is dealt to all ranks and the partial products are summed: where that sends at least a
    /// quarter fewer words, and the partial products, sent and received, are no more than the operands.
    public static func isSplit(
        n: Int, k: Int, isTransposed: Bool = false, isRankTwo: Bool = false, on grid: GridModel
    ) -> Bool {
        let operands = (isRankTwo ? 2 : 1) * n * k
        let moved = MultiplyModel.restsWhenSplit(k: k, isInnerOfRows: isTransposed, on: grid) ? 0 : operands
        return 2 * grid.size * n * n <= operands
            && 4 * (moved + (1 + grid.size) * n * n)
                < 3 * panels(n: n, k: k, isTransposed: isTransposed, isRankTwo: isRankTwo, on: grid).scalars
    }

    /// - Parameters:
    ///   - n: the order of C.
    ///   - k: the inner dimension.
    ///   - isTransposed: op(A) is not A.
    ///   - isRankTwo: two operands.
    ///   - grid: the ranks and the block size.
    public static func communication(
        n: Int, k: Int, isTransposed: Bool = false, isRankTwo: Bool = false, on grid: GridModel
    ) -> Communication {
        guard n > 0, k > 0 else { return Communication() }
        return isSplit(n: n, k: k, isTransposed: isTransposed, isRankTwo: isRankTwo, on: grid)
            ? MultiplyModel.splitInner(
                m: n, n: n, k: k, operands: Array(repeating: (n, isTransposed), count: isRankTwo ? 2 : 1), on: grid)
            : panels(n: n, k: k, isTransposed: isTransposed, isRankTwo: isRankTwo, on: grid)
    }

    /// As a product with one operand and its transpose, of which one is redistributed; of a square of panels of columns the
    /// rows that face C's columns are gathered down the process columns.
    private static func panels(
        n: Int, k: Int, isTransposed: Bool, isRankTwo: Bool, on grid: GridModel
    ) -> Communication {
        if !isTransposed, !isRankTwo {
            return MultiplyModel.slabs(k, block: grid.block).reduce(into: Communication()) { total, slab in
                total += grid.columnPanel(height: n, slab)
                if grid.rows > 1 { total += Communication(scalars: n * slab.count, messages: grid.size) }
            }
        }
        return (isRankTwo ? 2 : 1)
            * MultiplyModel.panels(
                m: n, n: n, k: k, isTransposedA: isTransposed, isTransposedB: !isTransposed, on: grid)
    }
}
