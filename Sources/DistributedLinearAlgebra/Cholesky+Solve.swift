// A X = B from A = L Lᴴ or A = Uᴴ U: two triangular solves, 2 n² flops for each right-hand side.

public import DistributedArrays
public import Failures
internal import LinearAlgebra

extension Cholesky {
    /// X with A X = B. Collective.
    ///
    /// - Parameter b: n x m, on the grid of A.
    /// - Throws, on all ranks: `TesseraError.argument` where B has not n rows;
    ///   `TesseraError.memory` where a copy of B does not fit; with many columns `TesseraError.interrupted` between two
    ///   blocks.
    public borrowing func solve(
        _ b: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) -> DistributedMatrix<Scalar> {
        var x = try b.copy()
        try solve(inPlace: &x)
        return x
    }

    /// Replaces B by A⁻¹ B. Collective.
    public borrowing func solve(inPlace b: inout DistributedMatrix<Scalar>) throws(TesseraError) {
        if triangle == .lower {
            try solveTriangular(factor, .lower, &b)  // L Y = B
            try solveTriangular(factor, .lower, transposeA: .conjugateTranspose, &b)  // Lᴴ X = Y
        } else {
            try solveTriangular(factor, .upper, transposeA: .conjugateTranspose, &b)  // Uᴴ Y = B
            try solveTriangular(factor, .upper, &b)  // U X = Y
        }
    }
}
