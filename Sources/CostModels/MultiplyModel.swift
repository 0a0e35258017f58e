/// C = alpha op(A) op(B) + beta C for a C of m x n and an inner dimension of k, all dealt alike.
public enum MultiplyModel {
    /// 2 m n k operations.
    public static func flops(m: Int, n: Int, k: Int) -> Double { 2 * Double(m) * Double(n) * Double(k) }

    /// Columns of op(A) in a panel: whole blocks, up to 384 or one larger block; a block beyond 512 is cut. (The rate of
    /// the local product levels off near a depth of 256, and the library packs 384 columns at once.)
    public static func panelDepth(block: Int) -> Int { block > 512 ? 384 : max(block, 384 / block * block) }

    /// The number of columns of C up to which A rests and the thin operands travel. A's own panels would cost m k words,
    /// the thin operands about 2 (m + k) n.
    public static func fewColumns(m: Int, k: Int) -> Int { max(1, min(m, k) / 8) }

    public static func communication(
        m: Int, n: Int, k: Int, isTransposedA: Bool = false, isTransposedB: Bool = false, on grid: GridModel
    ) -> Communication {
        guard m > 0, n > 0, k > 0 else { return Communication() }
        if n <= fewColumns(m: m, k: k) { return thin(m: m, n: n, k: k, isTransposedA, on: grid) }
        var total = Communication()
        let depth = panelDepth(block: grid.block)
        for start in stride(from: 0, to: k, by: depth) {
            let inner = start..<min(k, start + depth)
            total +=
                isTransposedA
                ? grid.redistributedColumnPanel(height: m, depth: inner.count) : grid.columnPanel(height: m, inner)
            total +=
                isTransposedB
                ? grid.redistributedRowPanel(depth: inner.count, width: n) : grid.rowPanel(inner, width: n)
        }
        return total
    }

    /// op(B) is dealt like A's columns and spread; the partial products are summed and dealt like C.
    private static func thin(m: Int, n: Int, k: Int, _ isTransposedA: Bool, on grid: GridModel) -> Communication {
        let (spread, summed) = isTransposedA ? (grid.columns, grid.rows) : (grid.rows, grid.columns)
        return grid.redistribution(k, n) + grid.redistribution(m, n)
            + (spread > 1 ? Communication(scalars: spread * k * n, messages: grid.size) : Communication())
            + Communication(scalars: summed * m * n, messages: grid.size)
    }

    /// Scalars over all ranks beside A, B and C: a panel of each operand with its buffers.
    public static func workspace(m: Int, n: Int, k: Int, on grid: GridModel) -> Int {
        min(k, panelDepth(block: grid.block)) * (2 * m * grid.columns + 3 * n * grid.rows)
    }
}
