/// C = alpha A B + beta C for a symmetric or Hermitian A of n x n, of which one triangle is stored, and a B of n x m, all
/// dealt alike; on the right, alpha B A + beta C with a B of m x n.
public enum MultiplySymmetricModel {
    /// 2 n² m operations.
    public static func flops(n: Int, m: Int) -> Double { 2 * Double(n) * Double(n) * Double(m) }

    /// Whether A rests, and only B and C travel: where that sends at least a quarter fewer words.
    ///
    /// - Parameters:
    ///   - n: the order of A.
    ///   - m: columns (on the right: rows) of B.
    ///   - isRight: A stands on the right.
    ///   - grid: the ranks and the block size.
    public static func isAtRest(n: Int, m: Int, isRight: Bool = false, on grid: GridModel) -> Bool {
        4 * atRest(n: n, m: m, on: grid).scalars < 3 * panels(n: n, m: m, isRight: isRight, on: grid).scalars
    }

    public static func communication(n: Int, m: Int, isRight: Bool = false, on grid: GridModel) -> Communication {
        guard n > 0, m > 0 else { return Communication() }
        return isAtRest(n: n, m: m, isRight: isRight, on: grid)
            ? atRest(n: n, m: m, on: grid) : panels(n: n, m: m, isRight: isRight, on: grid)
    }

    /// A panel of A is put together from the stored triangle and its mirror image; both hold the diagonal block.
    private static func panels(n: Int, m: Int, isRight: Bool, on grid: GridModel) -> Communication {
        var total = Communication()
        for inner in MultiplyModel.slabs(n, block: grid.block) {
            total += Communication(scalars: inner.count * inner.count, messages: grid.size)
            total +=
                isRight
                ? grid.redistributedRowPanel(depth: inner.count, width: n) + grid.columnPanel(height: m, inner)
                : grid.redistributedColumnPanel(height: n, depth: inner.count) + grid.rowPanel(inner, width: m)
        }
        return total
    }

    /// The stored triangle, and its mirror image without the diagonal, one after the other.
    private static func atRest(n: Int, m: Int, on grid: GridModel) -> Communication {
        MultiplyModel.atRest(inner: n, outer: n, width: m, isAlongRows: true, on: grid)
            + MultiplyModel.atRest(inner: n, outer: n, width: m, isAlongRows: false, on: grid)
    }
}
