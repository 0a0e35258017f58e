// Triangular solves by halves of the triangle, so that nearly all of the work is in products: the library's own solve runs at
// less than half of their speed (Elmroth, Gustavson, Jonsson and Kågström, SIAM Review 46, 2004).
//
//     left, op(A) lower                            right, op(A) lower
//     | T11     | | X1 |   | B1 |                             | T11     |
//     | T21 T22 | | X2 | = | B2 |                  [ X1 X2 ]  | T21 T22 | = [ B1 B2 ]
//     X1 = T11⁻¹ B1                                X2 = B2 T22⁻¹
//     X2 = T22⁻¹ (B2 - T21 X1)                     X1 = (B1 - X2 T21) T11⁻¹
//
// and the other way round for an upper op(A). Flops m² n (left) or m n² (right).

import CShim

extension LinearScalar {
    /// B = alpha op(A)⁻¹ B or alpha B op(A)⁻¹ for a triangular A and a B of m x n.
    package static func trsm(
        _ side: Side, _ triangle: Triangle, _ transpose: Transpose, _ diagonal: Diagonal, _ m: Int, _ n: Int,
        _ alpha: Self, _ a: UnsafePointer<Self>, _ lda: Int, _ b: UnsafeMutablePointer<Self>, _ ldb: Int
    ) {
        let (order, across) = side == .left ? (m, n) : (n, m)
        // Below these, and for few right-hand sides, the halves cost more in calls than they save.
        guard order > (side == .left ? 8 : 16), across >= 32, alpha != .zero else {
            return withScalar(alpha) {
                kernels(Self.self).pointee.trsm(
                    side.letter, triangle.letter, transpose.letter, diagonal.letter, Int32(m), Int32(n), $0, a,
                    Int32(lda), b, Int32(ldb))
            }
        }
        let half = (order / 2 + 7) / 8 * 8
        let rest = order - half
        let isLower = (triangle == .lower) == (transpose == .none)
        /// X of the first half of op(A), or of the second.
        func solve(_ isFirst: Bool, _ alpha: Self) {
            let (offset, order) = isFirst ? (0, half) : (half, rest)
            trsm(
                side, triangle, transpose, diagonal, side == .left ? order : m, side == .left ? n : order, alpha,
                a + offset + offset * lda, lda, b + (side == .left ? offset : offset * ldb), ldb)
        }
        let startsAtFirst = isLower == (side == .left)
        let block = triangle == .lower ? a + half : a + half * lda
        let (first, second) = (b, b + (side == .left ? half : half * ldb))
        let (known, unknown) = startsAtFirst ? (first, second) : (second, first)
        let (solved, left) = startsAtFirst ? (half, rest) : (rest, half)
        solve(startsAtFirst, alpha)
        if side == .left {
            gemm(transpose, .none, left, n, solved, -1, block, lda, known, ldb, alpha, unknown, ldb)
        } else {
            gemm(.none, transpose, m, left, solved, -1, known, ldb, block, lda, alpha, unknown, ldb)
        }
        solve(!startsAtFirst, 1)
    }
}
