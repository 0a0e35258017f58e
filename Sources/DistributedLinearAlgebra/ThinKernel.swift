// The local kernels of a triangular solve with few right-hand sides, which are kept as the rows of Xᵀ:
//
//     Yᵀ -= Xᵀ op(A)ᵀ        Xᵀ = Xᵀ op(A)⁻ᵀ        op(A) is A or Aᵀ
//
// One goes through BLAS 2, which reads A once; several through BLAS 3, where a triangle on the right is solved at about
// twice the rate of one on the left. An A of the lower type of X's is widened a tile at a time: the tile stays in the
// second-level cache, and memory gives A's own bytes only.

internal import DistributedArrays
internal import LinearAlgebra

struct ThinKernel<Stored: LinearScalar, Scalar: LinearScalar>: ~Copyable {
    /// Rows of Xᵀ and Yᵀ, and the distance of their columns.
    private let width: Int
    private let tile: Workspace<Scalar>

    private var isSameType: Bool { Stored.self == Scalar.self }

    init(width: Int) {
        precondition(Stored.self == Scalar.self || Stored.self == Scalar.Lower.self)
        self.width = width
        tile = Workspace(Stored.self == Scalar.self ? 0 : tileSize)
    }

    /// Yᵀ -= Xᵀ op(A)ᵀ for an A of m x n.
    func subtract(
        isTransposed: Bool, _ m: Int, _ n: Int, _ a: UnsafePointer<Stored>, _ lda: Int, _ x: UnsafePointer<Scalar>,
        _ y: UnsafeMutablePointer<Scalar>
    ) {
        if isSameType { return multiply(isTransposed, m, n, sameType(a), lda, x, y) }
        let depth = min(n, tileColumns)
        let height = tileSize / depth
        for column in stride(from: 0, to: n, by: depth) {
            for row in stride(from: 0, to: m, by: height) {
                let (rows, columns) = (min(height, m - row), min(depth, n - column))
                widen(rows, columns, a + row + column * lda, lda)
                let (source, target) = isTransposed ? (row, column) : (column, row)
                multiply(isTransposed, rows, columns, tile.base, rows, x + source * width, y + target * width)
            }
        }
    }

    /// Xᵀ = Xᵀ op(A)⁻ᵀ for a triangular A of order n.
    func solve(
        _ triangle: Triangle, isTransposed: Bool, _ diagonal: Diagonal, _ n: Int, _ a: UnsafePointer<Stored>,
        _ lda: Int, _ x: UnsafeMutablePointer<Scalar>
    ) {
        if isSameType { return divide(triangle, isTransposed, diagonal, n, sameType(a), lda, x) }
        guard n > tileColumns else {
            widen(n, n, a, lda)
            return divide(triangle, isTransposed, diagonal, n, tile.base, n, x)
        }
        // The half that op(A) lets be solved first, then the other one.
        let half = n / 2
        let (top, bottom) = (0..<half, half..<n)
        let isTopFirst = (triangle == .lower) != isTransposed
        let (first, last) = isTopFirst ? (top, bottom) : (bottom, top)
        let corner = triangle == .lower ? a + half : a + half * lda
        let (rows, columns) = triangle == .lower ? (bottom, top) : (top, bottom)
        let (xFirst, xLast) = (x + first.lowerBound * width, x + last.lowerBound * width)
        solve(
            triangle, isTransposed: isTransposed, diagonal, first.count, a + first.lowerBound * (lda + 1), lda, xFirst)
        subtract(isTransposed: isTransposed, rows.count, columns.count, corner, lda, xFirst, xLast)
        solve(triangle, isTransposed: isTransposed, diagonal, last.count, a + last.lowerBound * (lda + 1), lda, xLast)
    }

    private func multiply(
        _ isTransposed: Bool, _ m: Int, _ n: Int, _ a: UnsafePointer<Scalar>, _ lda: Int, _ x: UnsafePointer<Scalar>,
        _ y: UnsafeMutablePointer<Scalar>
    ) {
        if width == 1 { return Scalar.gemv(isTransposed ? .transpose : .none, m, n, -1, a, lda, x, 1, 1, y, 1) }
        let (outer, inner) = isTransposed ? (n, m) : (m, n)
        Scalar.gemm(
            .none, isTransposed ? .none : .transpose, width, outer, inner, -1, x, width, a, lda, 1, y, width)
    }

    private func divide(
        _ triangle: Triangle, _ isTransposed: Bool, _ diagonal: Diagonal, _ n: Int, _ a: UnsafePointer<Scalar>,
        _ lda: Int, _ x: UnsafeMutablePointer<Scalar>
    ) {
        if width == 1 { return Scalar.trsv(triangle, isTransposed ? .transpose : .none, diagonal, n, a, lda, x, 1) }
        Scalar.trsm(.right, triangle, isTransposed ? .none : .transpose, diagonal, width, n, 1, a, lda, x, width)
    }

    /// A part of A as the tile, its columns without gaps.
    private func widen(_ m: Int, _ n: Int, _ a: UnsafePointer<Stored>, _ lda: Int) {
        let source = UnsafeRawPointer(a).assumingMemoryBound(to: Scalar.Lower.self)
        for j in 0..<n { Scalar.widen(m, source + j * lda, to: tile.base + j * m) }
    }

    private func sameType(_ a: UnsafePointer<Stored>) -> UnsafePointer<Scalar> {
        UnsafeRawPointer(a).assumingMemoryBound(to: Scalar.self)
    }
}

/// Columns of a tile, and the largest triangle that is widened whole.
private let tileColumns = 128
/// Scalars of a tile: 256 KiB of doubles.
private let tileSize = 1 << 15
