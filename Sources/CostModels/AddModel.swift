/// C = beta C + alpha op(A) for a C of m x n.
public enum AddModel {
    /// At most 3 m n operations.
    public static func flops(m: Int, n: Int) -> Double { 3 * Double(m) * Double(n) }

    /// Nothing where op(A) is A, dealt like C; otherwise every scalar crosses once, slab by slab of C's columns.
    ///
    /// - Parameters:
    ///   - m: rows of C.
    ///   - n: columns of C.
    ///   - isRedistributed: op(A) is not A, or A is not dealt like C.
    ///   - isCopy: alpha = 1 and beta = 0: at once.
    ///   - grid: the ranks and C's block size.
    public static func communication(
        m: Int, n: Int, isRedistributed: Bool, isCopy: Bool = false, on grid: GridModel
    ) -> Communication {
        guard isRedistributed, m > 0, n > 0 else { return Communication() }
        if isCopy { return grid.redistribution(m, n) }
        return MultiplyModel.slabs(n, block: grid.block).reduce(Communication()) {
            $0 + grid.redistribution(m, $1.count)
        }
    }
}
