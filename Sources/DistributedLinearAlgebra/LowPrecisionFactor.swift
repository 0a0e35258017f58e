// The factors of A in the lower precision: of R A C where A's range asks for scales (Higham, Pranesh and Zounon,
// "Squeezing a matrix into half precision", SIAM J. Sci. Comput. 41, 2019, for the scaling). They approximate the inverse,
//
//     A⁻¹ ≈ C (P⁻¹ L U)⁻¹ R        or    C (L Lᴴ)⁻¹ R
//
// applied either in the lower precision (fast: for steps of refinement that converge) or in the full one, which keeps the
// product A⁻¹ A as close to the identity as the factors allow (Carson and Higham, SIAM J. Sci. Comput. 40, 2018).
//
// Memory over all ranks: n² scalars of the lower type.

internal import CostModels
package import DistributedArrays
package import Failures
package import LinearAlgebra
internal import MessagePassing

/// Why a system was solved in full precision although mixed precision was asked for.
public enum MixedPrecisionFailure: Hashable, Sendable, CustomStringConvertible {
    /// A, B, the lower-precision factors, A's norm or a residual hold NaN or infinity.
    case notFinite
    /// The pivot at this index (from 0) is exactly zero in the lower precision.
    case singular(pivot: Int)
    /// The leading minor of this order (from 1) is not positive in the lower precision.
    case notPositiveDefinite(minor: Int)
    /// The residual did not come down to the full precision's in so many iterations.
    case noConvergence(iterations: Int)
    /// A checkpoint of the factorization in full precision was taken up.
    case resumedInFullPrecision

    public var description: String {
        switch self {
        case .notFinite: "NaN or infinity in lower precision"
        case .singular(let pivot): "pivot \(pivot) is zero in lower precision"
        case .notPositiveDefinite(let minor): "minor \(minor) is not positive in lower precision"
        case .noConvergence(let iterations): "no convergence in \(iterations) iterations"
        case .resumedInFullPrecision: "a checkpoint in full precision was taken up"
        }
    }
}

package struct LowPrecisionFactor<Scalar: LinearScalar>: ~Copyable {
    /// How a solve with the factors is computed.
    package enum Arithmetic { case lower, full }

    /// L and U, or L.
    let factor: DistributedMatrix<Scalar.Lower>
    /// Nil for Cholesky.
    package let pivots: [Int]?
    /// That of LU.
    let pivoting: Pivoting
    private let forward: RowMoves
    private let backward: RowMoves
    /// This rank's shares of R and C, and whether they are all ones.
    private let rowScales: [Scalar.Real]
    private let columnScales: [Scalar.Real]
    private let isScaled: Bool

    private init(
        _ factor: consuming DistributedMatrix<Scalar.Lower>, _ pivots: [Int]?, _ pivoting: Pivoting,
        _ scales: Equilibration<Scalar>
    ) {
        self.pivots = pivots
        self.pivoting = pivoting
        forward = RowMoves(pivots ?? [], 0..<(pivots?.count ?? 0))
        backward = RowMoves(pivots ?? [], 0..<(pivots?.count ?? 0), reversed: true)
        let (rows, part) = (factor.layout.rows, factor.grid.row)
        let own = (0..<factor.localRows).map { rows.global(LocalIndex($0), on: part).value }
        rowScales = own.map { scales.rows[$0] }
        columnScales = own.map { scales.columns[$0] }
        isScaled = !scales.isIdentity
        self.factor = factor
    }

    /// Factors A, of which a copy is made in square blocks, by Cholesky or by LU. Nil where that fails. Collective.
    ///
    /// - Parameters:
    ///   - pivoting: that of LU; not random butterflies.
    ///   - store: where the factorization saves itself; nil for nowhere.
    ///   - isResuming: whether the factorization that the store holds is taken up.
    /// - Throws: `TesseraError.interrupted` between two panels.
    package static func factor(
        _ a: borrowing DistributedMatrix<Scalar>, isHermitian: Bool, pivoting: Pivoting = .partial,
        checkpoint store: CheckpointStore? = nil, resuming isResuming: Bool = false,
        _ failure: inout MixedPrecisionFailure?
    ) throws(TesseraError) -> LowPrecisionFactor? {
        let scales = Trace.span("equilibrate") {
            isHermitian
                ? a.findHermitianEquilibration(for: Scalar.Lower.Real.self)
                : a.findEquilibration(for: Scalar.Lower.Real.self)
        }
        guard let scales else {
            failure = .notFinite
            return nil
        }
        let block = a.squareBlock
        func lowered() throws(TesseraError) -> DistributedMatrix<Scalar.Lower> {
            try Trace.span("convert") { () throws(TesseraError) in try a.loweredInSquareBlocks(scales, block) }
        }
        if isHermitian {
            do throws(TesseraError) {
                let cholesky = try Cholesky.forRefinement(
                    store, resuming: isResuming, on: a.grid, block: block, lowered)
                return LowPrecisionFactor(cholesky.takeFactor(), nil, pivoting, scales)
            } catch {
                guard case .notPositiveDefinite(let minor) = error else { throw error }
                failure = .notPositiveDefinite(minor: minor)
                return nil
            }
        }
        precondition(!pivoting.isByButterflies)
        let lu = try LU.forRefinement(store, resuming: isResuming, pivoting, on: a.grid, block: block, lowered)
        if let pivot = lu.firstZeroPivot {
            failure = .singular(pivot: pivot)
            return nil
        }
        let (pivots, pivoting) = (lu.pivots, lu.pivoting)
        return LowPrecisionFactor(lu.takeFactors(), pivots, pivoting, scales)
    }

    /// A matrix of n x m whose rows are dealt like A's: the layout in which systems are refined.
    package func layout(columns m: Int, like other: BlockCyclic) -> MatrixLayout {
        let isThin = m <= TriangularSolveModel.fewColumns
        return MatrixLayout(
            rows: factor.layout.rows,
            columns: isThin ? BlockCyclic(extent: m, block: max(1, m), parts: factor.grid.columns) : other)
    }

    /// X = op(A)⁻¹ X, approximately; op(A) is A or Aᴴ. Collective.
    ///
    /// - Parameter x: n x m in a layout of ``layout(columns:like:)``; in full arithmetic of few columns.
    package func solve(
        _ x: inout DistributedMatrix<Scalar>, adjoint isAdjoint: Bool, in arithmetic: Arithmetic
    ) throws(TesseraError) {
        let (before, after) = isAdjoint ? (columnScales, rowScales) : (rowScales, columnScales)
        switch arithmetic {
        case .full:
            if isScaled { x.scaleRows(before) }
            try solveFactors(&x, isAdjoint) { (triangle, operation, diagonal, x) throws(TesseraError) in
                factor.grid.communicator.collectively("solve") { () throws(TesseraError) in
                    try solveTriangularFewColumns(factor, triangle, operation, diagonal, &x)
                }
            }
            if isScaled { x.scaleRows(after) }
        case .lower:
            // Each column goes down with a size near one.
            let sizes = x.scaledMaxima(before)
            let scales = sizes.map(reciprocalPowerOfTwo)
            var low = DistributedMatrix<Scalar.Lower>(workspace: x.layout, on: x.grid)
            for j in 0..<x.localColumns {
                Scalar.narrow(
                    x.localRows, x.storage + j * x.leadingDimension, rows: before, column: scales[x.globalColumn(j)],
                    to: low.storage + j * low.leadingDimension)
            }
            try solveFactors(&low, isAdjoint) { (triangle, operation, diagonal, x) throws(TesseraError) in
                try solveTriangular(factor, triangle, transposeA: operation, diagonal: diagonal, &x)
            }
            for j in 0..<x.localColumns {
                let column = x.storage + j * x.leadingDimension
                Scalar.widen(x.localRows, low.storage + j * low.leadingDimension, to: column)
                if isScaled { scaleElements(column, x.localRows, by: after) }
                Scalar.scal(x.localRows, Scalar(real: 1 / scales[x.globalColumn(j)]), column, 1)
            }
        }
    }

    /// X = op(F)⁻¹ X for the factored matrix F, in the type of X, which `triangle` solves with.
    private func solveFactors<Value: LinearScalar>(
        _ x: inout DistributedMatrix<Value>, _ isAdjoint: Bool,
        _ triangle: (Triangle, Transpose, Diagonal, inout DistributedMatrix<Value>) throws(TesseraError) -> Void
    ) throws(TesseraError) {
        guard x.rows > 0, x.columns > 0 else { return }
        guard pivots != nil else {
            try triangle(.lower, .none, .nonUnit, &x)
            return try triangle(.lower, .conjugateTranspose, .nonUnit, &x)
        }
        if isAdjoint {
            try triangle(.upper, .conjugateTranspose, .nonUnit, &x)
            try triangle(.lower, .conjugateTranspose, .unit, &x)
            exchange(&x, backward)
        } else {
            exchange(&x, forward)
            try triangle(.lower, .none, .unit, &x)
            try triangle(.upper, .none, .nonUnit, &x)
        }
    }

    private func exchange<Value: LinearScalar>(_ x: inout DistributedMatrix<Value>, _ moves: RowMoves) {
        factor.grid.communicator.collectively("solve") { () throws(TesseraError) in try exchangeRows(of: x, moves) }
    }
}

extension LU {
    consuming func takeFactors() -> DistributedMatrix<Scalar> { factors }
}

extension Cholesky {
    consuming func takeFactor() -> DistributedMatrix<Scalar> { factor }
}

extension DistributedMatrix {
    /// The width of A's blocks where they are square, and else that of those that are made.
    fileprivate var squareBlock: Int {
        layout.rows.block == layout.columns.block
            ? layout.rows.block : MatrixLayout.automaticBlock(rows: rows, columns: columns, on: grid)
    }

    /// R A C in the lower precision, in square blocks. Collective where A's blocks are not square.
    fileprivate borrowing func loweredInSquareBlocks(
        _ scales: Equilibration<Scalar>, _ block: Int
    ) throws(TesseraError) -> DistributedMatrix<Scalar.Lower> {
        let low = try DistributedMatrix<Scalar.Lower>(zeros: layout, on: grid)
        let ownRows = localShare(of: scales.rows)
        for j in 0..<localColumns {
            let (column, target) = (storage + j * leadingDimension, low.storage + j * low.leadingDimension)
            if scales.isIdentity {
                Scalar.narrow(localRows, column, to: target)
            } else {
                Scalar.narrow(localRows, column, rows: ownRows, column: scales.columns[globalColumn(j)], to: target)
            }
        }
        if layout.rows.block == layout.columns.block { return low }
        return try low.redistributed(to: MatrixLayout(rows: rows, columns: columns, block: block, on: grid))
    }

    /// max dᵢ |xᵢⱼ| of each column, |x| being the larger part, on every rank. Collective; one word a column.
    fileprivate borrowing func scaledMaxima(_ factors: [Scalar.Real]) -> [Scalar.Real] {
        var maxima = [Scalar.Real](repeating: 0, count: columns)
        for j in 0..<localColumns {
            maxima[globalColumn(j)] = largestScaledPart(storage + j * leadingDimension, localRows, factors)
        }
        grid.communicator.collectively("solve") { () throws(TesseraError) in
            try grid.communicator.allReduce(&maxima, .orNaN)
        }
        return maxima
    }
}
