/// The norms of an m x n matrix.
public enum NormModel {
    /// Words of each norm.
    public enum Kind: CaseIterable, Hashable, Sendable {
        case maximum, one, infinity, frobenius
    }

    /// At most 3 m n operations: the Frobenius norm scales each element before it squares and adds.
    public static func flops(m: Int, n: Int) -> Double { 3 * Double(m) * Double(n) }

    /// - Parameters:
    ///   - kind: which norm. Of a Frobenius norm that is 0 or not finite only the first reduction is made.
    ///   - m: rows.
    ///   - n: columns.
    ///   - grid: the ranks and the block size.
    public static func communication(_ kind: Kind, m: Int, n: Int, on grid: GridModel) -> Communication {
        switch kind {
        case .maximum:
            Communication(reals: grid.size, messages: grid.size)
        case .one:
            // Column sums down the process columns, then the largest of all
            Communication(reals: grid.rows * n + grid.size, messages: 2 * grid.size)
        case .infinity:
            Communication(reals: grid.columns * m + grid.size, messages: 2 * grid.size)
        case .frobenius:
            // The scale, then the sum of scaled squares
            Communication(reals: 2 * grid.size, messages: 2 * grid.size)
        }
    }
}
