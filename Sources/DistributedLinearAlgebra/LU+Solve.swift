// op(A) X = B from P A = L U, 2 n² flops for each right-hand side:
//     A:  L U X = P B          Aᵀ:  Uᵀ Lᵀ (P X) = B
//
// and from Wᵀ A V = L U with butterflies W and V:
//     A:  L U (V⁻¹ X) = Wᵀ B    Aᵀ:  Uᵀ Lᵀ (W⁻¹ X) = Vᵀ B

public import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing

extension LU {
    /// X with op(A) X = B. Collective.
    ///
    /// - Parameters:
    ///   - b: n x m, on the grid of A.
    ///   - transpose: A, its transpose or its conjugate transpose.
    /// - Throws, on all ranks: `TesseraError.singular`;
    ///   `TesseraError.argument` where A is not square or B has not n rows;
    ///   `TesseraError.memory` where a copy of B does not fit; with many columns `TesseraError.interrupted` between two
    ///   blocks.
    public borrowing func solve(
        _ b: borrowing DistributedMatrix<Scalar>, transpose: Transpose = .none
    ) throws(TesseraError) -> DistributedMatrix<Scalar> {
        var x = try b.copy()
        try solve(inPlace: &x, transpose: transpose)
        return x
    }

    /// Replaces B by op(A)⁻¹ B. Collective.
    public borrowing func solve(
        inPlace b: inout DistributedMatrix<Scalar>, transpose: Transpose = .none
    ) throws(TesseraError) {
        let (order, rows, columns) = (factors.rows, b.rows, b.columns)
        let isSameGrid = factors.grid === b.grid
        try factors.grid.communicator.agree("LU.solve", on: b.layout.words + [Int(transpose.letter)]) {
            () throws(TesseraError) in
            try requireSquare("LU.solve")
            guard isSameGrid else { throw differentGrids("LU.solve", "b") }
            try DistributedLinearAlgebra.requireShape(
                "LU.solve", "b", "\(order) rows, as A has", rows == order, rows, columns)
        }
        if let firstZeroPivot { throw .singular(pivot: firstZeroPivot) }
        try b.withRows(dealtBy: factors.layout.rows) { (b) throws(TesseraError) in try solveAligned(&b, transpose) }
    }

    /// The solve, where B's rows are dealt like A's.
    private borrowing func solveAligned(
        _ b: inout DistributedMatrix<Scalar>, _ transpose: Transpose
    ) throws(TesseraError) {
        if transpose == .none {
            try mix(b, .left, isTransposed: true)
            exchange(&b, RowMoves(pivots, pivots.indices))
            try solveTriangular(factors, .lower, diagonal: .unit, &b)
            try solveTriangular(factors, .upper, &b)
            try mix(b, .right, isTransposed: false)
        } else {
            try mix(b, .right, isTransposed: true)
            try solveTriangular(factors, .upper, transposeA: transpose, &b)
            try solveTriangular(factors, .lower, transposeA: transpose, diagonal: .unit, &b)
            exchange(&b, RowMoves(pivots, pivots.indices, reversed: true))
            try mix(b, .left, isTransposed: false)
        }
    }

    /// B = Fᵀ B or F B with one side of the butterflies, where there are some.
    private borrowing func mix(
        _ b: borrowing DistributedMatrix<Scalar>, _ side: ButterflySide, isTransposed: Bool
    ) throws(TesseraError) {
        guard let butterflies else { return }
        factors.grid.communicator.collectively("LU.solve") { () throws(TesseraError) in
            try butterflies.mixRows(of: b, side, isTransposed: isTransposed)
        }
    }

    private borrowing func exchange(_ b: inout DistributedMatrix<Scalar>, _ moves: RowMoves) {
        factors.grid.communicator.collectively("LU.solve") { () throws(TesseraError) in
            try exchangeRows(of: b, moves)
        }
    }
}
