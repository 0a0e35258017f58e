/// op(A) X = B with a triangular A of n x n and a B of n x m, dealt like A; on the right, X op(A) = B with a B of m x n.
public enum TriangularSolveModel {
    /// n² m operations.
    public static func flops(n: Int, m: Int) -> Double { Double(n) * Double(n) * Double(m) }

    /// The number of right-hand sides on the left up to which A rests whatever its order.
    public static let fewColumns = 8

    /// Whether A rests and only X travels, for m right-hand sides on the left: where that sends at most a quarter of the
    /// words of A's panels, the sums and solutions that each rank keeps are small beside its share of A, and the solves of
    /// one block after the other (3 b² m operations each with what the next one needs) take no longer than the ranks' n² m.
    public static func isAtRest(n: Int, m: Int, on grid: GridModel) -> Bool {
        m <= fewColumns
            || grid.columns > 1 && 8 * (2 * (grid.rows + grid.columns) - 3) * m <= n * grid.columns
                && 8 * max(grid.rows, grid.columns) * m <= n && 3 * grid.size * grid.block <= n
    }

    /// - Parameters:
    ///   - n: the order of A.
    ///   - m: right-hand sides.
    ///   - isForward: from the first block on: op(A) is lower (left), or upper (right).
    ///   - isTransposed: op(A) is not A, so that its panels are redistributed.
    ///   - isRight: A stands on the right.
    ///   - grid: the ranks and the block size.
    public static func communication(
        n: Int, m: Int, isForward: Bool, isTransposed: Bool, isRight: Bool = false, on grid: GridModel
    ) -> Communication {
        guard n > 0, m > 0 else { return Communication() }
        if !isRight, isAtRest(n: n, m: m, on: grid) {
            // S to the owner of the diagonal block, and X to those who need it, each sent and received; B or X along the
            // process rows.
            let copies = 2 * (grid.rows + grid.columns - 2)
            return grid.redistribution(n, m)
                + Communication(scalars: copies * n * m, messages: copies * grid.blocks(n).count)
        }
        let parts = isRight ? grid.rows : grid.columns
        let isDealtAnew = isUneven(grid.count(0..<m, on: 0, of: parts), (m + parts - 1) / parts)
        return panels(
            n: n, m: m, isForward: isForward, isTransposed: isTransposed, isRight: isRight, on: grid)
            + (isDealtAnew ? 2 : 0) * grid.redistribution(n, m)
    }

    /// Whether B's columns (on the right, its rows) are dealt anew for the solve, and back: their largest share is half as
    /// large again as an even one.
    public static func isUneven(_ largest: Int, _ even: Int) -> Bool { 2 * largest >= 3 * even }

    /// A panel of op(A) and one of X for each block, B at rest.
    static func panels(
        n: Int, m: Int, isForward: Bool, isTransposed: Bool, isRight: Bool, on grid: GridModel
    ) -> Communication {
        var total = Communication()
        for block in grid.blocks(n) {
            let span = isForward ? n - block.lowerBound : block.upperBound
            if isRight {
                total +=
                    isTransposed
                    ? grid.redistributedRowPanel(depth: block.count, width: span) : grid.rowPanel(block, width: span)
                total += grid.columnPanel(height: m, block)
            } else {
                total +=
                    isTransposed
                    ? grid.redistributedColumnPanel(height: span, depth: block.count)
                    : grid.columnPanel(height: span, block)
                total += grid.rowPanel(block, width: m)
            }
        }
        return total
    }
}
