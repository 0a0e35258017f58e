public import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing

/// What a symmetric matrix of complex scalars equals: for real ones there is no difference.
public enum MatrixSymmetry: Hashable, Sendable, CaseIterable {
    /// A = Aᴴ.
    case hermitian
    /// A = Aᵀ.
    case symmetric
}

/// The factorization P A Pᵀ = L T Lᴴ of a Hermitian matrix that need not be definite, or P A Pᵀ = L T Lᵀ of a symmetric one,
/// with a tridiagonal T: Aasen's method, as LAPACK's `sytrf_aa` and `hetrf_aa`.
///
/// Half the operations of ``LU``, and as stable in practice. Only one triangle of A is read, and L replaces the lower one;
/// the strict upper triangle keeps what was there.
///
/// ```swift
/// let factor = try SymmetricIndefinite(a)                 // SymmetricIndefinite(consuming: a) works in the memory of A
/// let x = try factor.solve(b)                             // A x = b
/// let signs = try factor.inertia()                        // how many eigenvalues are positive, negative, zero
/// ```
/// A singular matrix is factored to the end; its determinant is 0, ``solve(_:)`` and ``inverse()`` throw. A NaN counts as
/// the largest pivot candidate and spreads; nothing hangs over it.
public struct SymmetricIndefinite<Scalar: LinearScalar>: ~Copyable {
    /// L on and below the diagonal: unit lower triangular, its first column that of the identity.
    public let factor: DistributedMatrix<Scalar>
    /// Row and column i of A changed places with row and column `pivots[i]` >= i, in order of i, counted from 0.
    public let pivots: [Int]
    /// The diagonal of T, on every rank; real numbers for a Hermitian A.
    public let diagonal: [Scalar]
    /// T(i + 1, i), on every rank. T(i, i + 1) is its conjugate, or the same for a symmetric A.
    public let subdiagonal: [Scalar]
    /// What A equals.
    public let symmetry: MatrixSymmetry
    /// The first i, from 0, where elimination in T meets an exact zero: T and with it A are singular; nil where it does not.
    public var firstZeroPivot: Int? { elimination.firstZeroPivot }
    /// P T = L U.
    let elimination: TridiagonalElimination<Scalar>
    /// ‖A‖₁ = ‖A‖∞ and max |aᵢⱼ|.
    let norms: MatrixNorms<Scalar.Real>

    /// Factors the matrix in its own memory; for the upper triangle a transpose of A, n² scalars over all ranks, stands
    /// beside it meanwhile. Collective.
    ///
    /// - Parameters:
    ///   - matrix: A, n x n, in square blocks.
    ///   - triangle: the triangle of A that is read.
    ///   - symmetry: whether A = Aᴴ, the imaginary parts of whose diagonal are not read, or A = Aᵀ.
    /// - Throws, on all ranks: `TesseraError.argument` for a matrix that is not square or whose blocks are not square;
    ///   `TesseraError.interrupted` between two panels; `TesseraError.memory` where the transpose does not fit.
    public init(
        consuming matrix: consuming DistributedMatrix<Scalar>, triangle: Triangle = .lower,
        symmetry: MatrixSymmetry = .hermitian
    ) throws(TesseraError) {
        let (rows, columns) = (matrix.layout.rows, matrix.layout.columns)
        let isHermitian = symmetry == .hermitian
        try matrix.grid.communicator.agree(
            "SymmetricIndefinite", on: matrix.layout.words + [Int(triangle.letter), isHermitian ? 1 : 0]
        ) { () throws(TesseraError) in
            try requireSquareBlocks("SymmetricIndefinite", rows, columns, isSquare: true)
        }
        guard triangle == .upper else {
            try self.init(factoring: matrix, symmetry)
            return
        }
        let mirrored = try matrix.transposeOfUpperTriangle(conjugate: isHermitian)
        _ = consume matrix
        try self.init(factoring: mirrored, symmetry)
    }

    /// Factors a matrix whose lower triangle is A's.
    private init(
        factoring matrix: consuming DistributedMatrix<Scalar>, _ symmetry: MatrixSymmetry
    ) throws(TesseraError) {
        let grid = matrix.grid
        let isHermitian = symmetry == .hermitian
        norms = matrix.symmetricNorms(isHermitian: isHermitian)
        let found = try grid.communicator.collectivelyUnlessStopped("SymmetricIndefinite") {
            () throws(TesseraError) in
            try factorTridiagonally(&matrix, isHermitian: isHermitian)
        }
        pivots = found.pivots
        diagonal = found.t.diagonal
        subdiagonal = found.t.subdiagonal
        elimination = TridiagonalElimination(found.t, isHermitian: isHermitian)
        factor = matrix
        self.symmetry = symmetry
    }

    /// Factors a copy of the matrix. Collective.
    ///
    /// - Throws: as ``init(consuming:triangle:symmetry:)``; `TesseraError.memory` on all ranks where the copy does not fit.
    public init(
        _ matrix: borrowing DistributedMatrix<Scalar>, triangle: Triangle = .lower,
        symmetry: MatrixSymmetry = .hermitian
    ) throws(TesseraError) {
        try self.init(consuming: try matrix.copy(), triangle: triangle, symmetry: symmetry)
    }

    /// The order of A.
    public var order: Int { factor.rows }
}
