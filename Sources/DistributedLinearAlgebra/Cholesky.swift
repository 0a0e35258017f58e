public import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing
internal import RealModule

/// The Cholesky factorization A = L Lᴴ, or A = Uᴴ U, of a Hermitian positive definite matrix.
///
/// Only one triangle of A is read, and L or U replaces it; the strict other triangle keeps what was there. The lower
/// triangle is factored in A's own memory; for the upper one a conjugate transpose of A, n² scalars over all ranks, stands
/// beside it meanwhile.
///
/// ```swift
/// let factor = try Cholesky(consuming: covariance)       // in place
/// let x = try factor.solve(y)                            // A x = y
/// let logDeterminant = factor.logarithmOfDeterminant()
/// ```
public struct Cholesky<Scalar: LinearScalar>: ~Copyable {
    /// L in the lower triangle, or U in the upper one.
    public let factor: DistributedMatrix<Scalar>
    /// The triangle of A that was read, and that holds the factor.
    public let triangle: Triangle
    /// ‖A‖₁, for the condition number.
    let norm: Scalar.Real

    /// Factors the matrix in its own memory. Collective.
    ///
    /// - Parameters:
    ///   - matrix: A, in square blocks.
    ///   - triangle: the triangle of A that is read.
    ///   - store: where the factorization saves itself, at the store's interval and before it is interrupted; nil for
    ///     nowhere. ``init(resuming:on:block:)`` takes it up again. For the lower triangle only.
    /// - Throws, on all ranks: `TesseraError.notPositiveDefinite` with the order of the first leading minor that
    ///   is not positive; `TesseraError.argument` for a matrix that is not square or whose
    ///   blocks are not square, and for an upper triangle with a store; `TesseraError.interrupted` between two panels;
    ///   `TesseraError.file` where a checkpoint cannot be written or the store holds that of another job.
    public init(
        consuming matrix: consuming DistributedMatrix<Scalar>, triangle: Triangle = .lower,
        checkpoint store: CheckpointStore? = nil
    ) throws(TesseraError) {
        let (rows, columns) = (matrix.layout.rows, matrix.layout.columns)
        try matrix.grid.communicator.agree("Cholesky", on: matrix.layout.words + [Int(triangle.letter)]) {
            () throws(TesseraError) in
            guard triangle == .lower || store == nil else {
                throw .argument(
                    routine: "Cholesky", name: "triangle", expected: ".lower, for a factorization that saves itself",
                    found: ".upper")
            }
            try requireSquareBlocks("Cholesky", rows, columns, isSquare: true)
        }
        guard triangle == .upper else {
            try store?.requireOwnFolder(on: matrix.grid.communicator)
            let state = CholeskyState<Scalar>(step: 0, norm: try matrix.hermitianNorm())
            try self.init(factoring: matrix, from: state, store)
            return
        }
        let mirrored = try Cholesky(consuming: try matrix.transposeOfUpperTriangle())
        try matrix.replaceUpperTriangle(byConjugateTransposeOf: mirrored.factor)
        self.init(upper: matrix, norm: mirrored.norm)
    }

    /// A factor U.
    private init(upper factor: consuming DistributedMatrix<Scalar>, norm: Scalar.Real) {
        self.factor = factor
        self.norm = norm
        triangle = .upper
    }

    /// Factors what `state` has left of the lower triangle of a matrix.
    init(
        factoring matrix: consuming DistributedMatrix<Scalar>, from state: CholeskyState<Scalar>,
        _ store: CheckpointStore?
    ) throws(TesseraError) {
        let grid = matrix.grid
        let failingMinor = try grid.communicator.collectivelyUnlessStopped("Cholesky") { () throws(TesseraError) in
            try factorLowerTriangle(&matrix, from: state, store)
        }
        if let failingMinor { throw .notPositiveDefinite(minor: failingMinor) }
        triangle = .lower
        factor = matrix
        norm = state.norm
    }

    /// Factors a copy of the matrix. Collective.
    ///
    /// - Parameters:
    ///   - matrix: A, in square blocks.
    ///   - triangle: the triangle of A that is read.
    /// - Throws: as ``init(consuming:triangle:checkpoint:)``; `TesseraError.memory` on all ranks where the copy does not
    ///   fit.
    public init(_ matrix: borrowing DistributedMatrix<Scalar>, triangle: Triangle = .lower) throws(TesseraError) {
        try self.init(consuming: try matrix.copy(), triangle: triangle)
    }

    /// The order of A.
    public var order: Int { factor.rows }

    /// log det A = 2 Σ log Lᵢᵢ. Collective.
    public borrowing func logarithmOfDeterminant() throws(TesseraError) -> Scalar.Real {
        let (rows, columns, grid) = (factor.layout.rows, factor.layout.columns, factor.grid)
        // Each diagonal element is written by its owner; summing in global order gives the same bits on every grid.
        var diagonal = [Scalar.Real](repeating: 0, count: rows.extent)
        for i in 0..<rows.extent
        where rows.owner(of: GlobalIndex(i)) == grid.row && columns.owner(of: GlobalIndex(i)) == grid.column {
            let local = (rows.local(GlobalIndex(i)).value, columns.local(GlobalIndex(i)).value)
            diagonal[i] = factor.storage[local.0 + local.1 * factor.leadingDimension].realPart
        }
        var span = diagonal.mutableSpan
        try grid.communicator.allReduce(&span, .sum)
        return 2 * diagonal.reduce(0) { $0 + Scalar.Real.log($1) }
    }
}
