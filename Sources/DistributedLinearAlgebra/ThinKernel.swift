// The local kernels of a triangular solve with few right-hand sides: Y -= op(A) X and X = op(A)⁻¹ X.
//
// One column goes through BLAS 2, which reads A once; several through BLAS 3. An A of the lower type of X's is widened a
// tile at a time: the tile stays in the second-level cache, and memory gives A's own bytes only.

internal import DistributedArrays
internal import LinearAlgebra

struct ThinKernel<Stored: LinearScalar, Scalar: LinearScalar>: ~Copyable {
    /// Columns of X and Y.
    private let width: Int
    private let tile: Workspace<Scalar>

    private var isSameType: Bool { Stored.self == Scalar.self }

    init(width: Int) {
        precondition(Stored.self == Scalar.self || Stored.self == Scalar.Lower.self)
        self.width = width
        tile = Workspace(Stored.self == Scalar.self ? 0 : tileSize)
    }

    /// Y -= op(A) X for an A of m x n.
    func subtract(
        _ operation: Transpose, _ m: Int, _ n: Int, _ a: UnsafePointer<Stored>, _ lda: Int, _ x: UnsafePointer<Scalar>,
        _ ldx: Int, _ y: UnsafeMutablePointer<Scalar>, _ ldy: Int
    ) {
        if isSameType { return multiply(operation, m, n, sameType(a), lda, x, ldx, y, ldy) }
        let depth = min(n, tileColumns)
        let height = tileSize / depth
        for column in stride(from: 0, to: n, by: depth) {
            for row in stride(from: 0, to: m, by: height) {
                let (rows, columns) = (min(height, m - row), min(depth, n - column))
                widen(rows, columns, a + row + column * lda, lda)
                let (source, target) = operation == .none ? (column, row) : (row, column)
                multiply(operation, rows, columns, tile.base, rows, x + source, ldx, y + target, ldy)
            }
        }
    }

    /// X = op(A)⁻¹ X for a triangular A of order n.
    func solve(
        _ triangle: Triangle, _ operation: Transpose, _ diagonal: Diagonal, _ n: Int, _ a: UnsafePointer<Stored>,
        _ lda: Int, _ x: UnsafeMutablePointer<Scalar>, _ ldx: Int
    ) {
        if isSameType { return divide(triangle, operation, diagonal, n, sameType(a), lda, x, ldx) }
        guard n > tileColumns else {
            widen(n, n, a, lda)
            return divide(triangle, operation, diagonal, n, tile.base, n, x, ldx)
        }
        // The half that op(A) lets be solved first, then the other one.
        let half = n / 2
        let (top, bottom) = (0..<half, half..<n)
        let isTopFirst = (triangle == .lower) == (operation == .none)
        let (first, last) = isTopFirst ? (top, bottom) : (bottom, top)
        let corner = triangle == .lower ? a + half : a + half * lda
        let (rows, columns) = triangle == .lower ? (bottom, top) : (top, bottom)
        solve(
            triangle, operation, diagonal, first.count, a + first.lowerBound * (lda + 1), lda, x + first.lowerBound, ldx
        )
        subtract(
            operation, rows.count, columns.count, corner, lda, x + first.lowerBound, ldx, x + last.lowerBound, ldx)
        solve(
            triangle, operation, diagonal, last.count, a + last.lowerBound * (lda + 1), lda, x + last.lowerBound, ldx)
    }

    private func multiply(
        _ operation: Transpose, _ m: Int, _ n: Int, _ a: UnsafePointer<Scalar>, _ lda: Int, _ x: UnsafePointer<Scalar>,
        _ ldx: Int, _ y: UnsafeMutablePointer<Scalar>, _ ldy: Int
    ) {
        if width == 1 { return Scalar.gemv(operation, m, n, -1, a, lda, x, 1, 1, y, 1) }
        let (outer, inner) = operation == .none ? (m, n) : (n, m)
        Scalar.gemm(operation, .none, outer, width, inner, -1, a, lda, x, ldx, 1, y, ldy)
    }

    private func divide(
        _ triangle: Triangle, _ operation: Transpose, _ diagonal: Diagonal, _ n: Int, _ a: UnsafePointer<Scalar>,
        _ lda: Int, _ x: UnsafeMutablePointer<Scalar>, _ ldx: Int
    ) {
        if width == 1 { return Scalar.trsv(triangle, operation, diagonal, n, a, lda, x, 1) }
        Scalar.trsm(.left, triangle, operation, diagonal, n, width, 1, a, lda, x, ldx)
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
