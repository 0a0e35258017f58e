/// B = alpha op(A) B with a triangular A of n x n and a B of n x m, dealt alike; on the right, B = alpha B op(A) with a B
/// of m x n.
public enum MultiplyTriangularModel {
    /// n² m operations.
    public static func flops(n: Int, m: Int) -> Double { Double(n) * Double(n) * Double(m) }

    /// Whether A rests, and only B travels: where that sends at least a quarter fewer words.
    public static func isAtRest(
        n: Int, m: Int, isForward: Bool, isTransposed: Bool, isRight: Bool = false, on grid: GridModel
    ) -> Bool {
        4 * atRest(n: n, m: m, isTransposed, isRight, on: grid).scalars
            < 3
            * TriangularSolveModel.panels(
                n: n, m: m, isForward: isForward, isTransposed: isTransposed, isRight: isRight, on: grid
            ).scalars
    }

    /// - Parameters:
    ///   - n: the order of A.
    ///   - m: columns (on the right: rows) of B.
    ///   - isForward: the panels of op(A) reach from the diagonal to the end: it is lower (left), or upper (right).
    ///   - isTransposed: op(A) is not A, so that its panels are redistributed.
    ///   - isRight: A stands on the right.
    ///   - grid: the ranks and the block size.
    public static func communication(
        n: Int, m: Int, isForward: Bool, isTransposed: Bool, isRight: Bool = false, on grid: GridModel
    ) -> Communication {
        guard n > 0, m > 0 else { return Communication() }
        return isAtRest(n: n, m: m, isForward: isForward, isTransposed: isTransposed, isRight: isRight, on: grid)
            ? atRest(n: n, m: m, isTransposed, isRight, on: grid)
            : TriangularSolveModel.panels(
                n: n, m: m, isForward: isForward, isTransposed: isTransposed, isRight: isRight, on: grid)
    }

    private static func atRest(
        n: Int, m: Int, _ isTransposed: Bool, _ isRight: Bool, on grid: GridModel
    ) -> Communication {
        MultiplyModel.atRest(inner: n, outer: n, width: m, isAlongRows: isTransposed == isRight, on: grid)
    }
}
