// What `solve` is asked for, what it refuses, and the method it takes:
//
//     triangular                               solveTriangular            n² flops for each right-hand side
//     Hermitian with a positive diagonal       Cholesky                   n³/3; LU where it turns out not to be definite
//     anything else                            LU                         2 n³/3
//     Hermitian, on request                    SymmetricIndefinite        n³/3
//
// The look at A's structure: n² reads, and n² words where A may be Hermitian (Structure): InspectionModel.

package import DistributedArrays
package import Failures
public import LinearAlgebra
internal import MessagePassing

/// How a system is solved.
public enum SolveMethod: Hashable, Sendable {
    /// By A's structure.
    case automatic
    /// A is triangular; the other triangle is not read.
    case triangular(Triangle)
    /// A is Hermitian positive definite; only its lower triangle is read.
    case cholesky
    /// A is a general matrix.
    case lu
    /// A is Hermitian; only its lower triangle is read. In full precision, without scales and checkpoints; ``automatic``
    /// does not choose it.
    case symmetricIndefinite
}

/// The arithmetic of a factorization.
public enum SolvePrecision: String, CaseIterable, Hashable, Sendable {
    /// That of the matrix.
    case full
    /// Factors in `Float` or `Complex<Float>`, whose solution is refined to the full precision of `Double` or
    /// `Complex<Double>`; in full precision after all where that does not converge.
    case mixed
}

extension DistributedMatrix {
    /// The method that A's structure suggests, unless one is given.
    package borrowing func resolved(_ method: SolveMethod) throws(TesseraError) -> SolveMethod {
        guard method == .automatic else { return method }
        return grid.communicator.collectively("solve") { () throws(TesseraError) in
            if let triangle = try soleTriangle() { return .triangular(triangle) }
            return try isHermitianWithPositiveDiagonal() ? .cholesky : .lu
        }
    }
}

/// Refuses a system that cannot be solved here, on all ranks alike.
func requireSystem<Scalar: LinearScalar>(
    _ a: borrowing DistributedMatrix<Scalar>, _ b: borrowing DistributedMatrix<Scalar>, _ method: SolveMethod,
    _ precision: SolvePrecision, _ pivoting: Pivoting, _ isEquilibrating: Bool
) throws(TesseraError) {
    let (rows, columns) = (a.rows, a.columns)
    let (rightRows, rightColumns) = (b.rows, b.columns)
    let isSameGrid = a.grid === b.grid
    let options = [precision == .mixed ? 1 : 0, isEquilibrating ? 1 : 0]
    try a.grid.communicator.agree(
        "solve", on: a.layout.words + b.layout.words + method.words + options + pivoting.words
    ) {
        () throws(TesseraError) in
        try requireShape(
            "solve", "a", "a square matrix (least squares are not solved here)", rows == columns, rows, columns)
        try requireShape("solve", "b", "\(rows) rows, as a has", rightRows == rows, rightRows, rightColumns)
        guard isSameGrid else { throw differentGrids("solve", "b") }
        guard precision == .full || Scalar.hasLower else {
            throw .argument(
                routine: "solve", name: "precision",
                expected: "full for \(Scalar.typeName), which has no lower precision",
                found: "mixed")
        }
        try pivoting.require("solve", rows, columns)
        guard precision == .full || !pivoting.isByButterflies else {
            throw .argument(
                routine: "solve", name: "pivoting", expected: "one with exchanges in mixed precision",
                found: "random butterflies")
        }
        guard method != .symmetricIndefinite || precision == .full && !isEquilibrating else {
            throw .argument(
                routine: "solve", name: "method",
                expected: "another than symmetricIndefinite, in mixed precision or with scales",
                found: "symmetricIndefinite")
        }
    }
}

extension SolveMethod {
    /// Whether A is factored; `.automatic` has been resolved.
    var isFactorization: Bool { self == .cholesky || self == .lu }

    fileprivate var words: [Int] {
        switch self {
        case .automatic: [0]
        case .cholesky: [1]
        case .lu: [2]
        case .triangular(let triangle): [3, Int(triangle.letter)]
        case .symmetricIndefinite: [4]
        }
    }
}
