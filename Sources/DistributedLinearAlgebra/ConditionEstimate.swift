// An estimate of ‖A⁻¹‖₁ from a few solves with A and Aᴴ (Hager, SIAM J. Sci. Stat. Comput. 5, 1984; Higham, ACM TOMS 14,
// 1988: LAPACK's lacon). It is a lower bound, rarely off by more than a factor of 3. At most 10 solves of one column:
// InspectionModel counts words and messages.

package import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing

extension LU {
    /// An estimate of κ(A) = ‖A‖ ‖A⁻¹‖; infinite for a singular matrix, 0 for an empty one. Collective.
    ///
    /// - Parameter norm: `.one` or `.infinity`.
    /// - Throws, on all ranks: `TesseraError.argument` for another norm, or where A is not square; `TesseraError.singular`
    ///   where a pivot is zero and random butterflies leave open whether A is singular; `TesseraError.interrupted` between
    ///   two solves.
    public borrowing func conditionEstimate(norm: MatrixNorm = .one) throws(TesseraError) -> Scalar.Real {
        try factors.grid.communicator.agree("conditionEstimate", on: [Int(norm.letter)]) { () throws(TesseraError) in
            try requireSquare("conditionEstimate")
            guard norm == .one || norm == .infinity else {
                throw .argument(
                    routine: "conditionEstimate", name: "norm", expected: ".one or .infinity", found: "\(norm)")
            }
        }
        try requireConclusivePivots()
        guard firstZeroPivot == nil else { return .infinity }
        // ‖A⁻¹‖∞ = ‖A⁻ᴴ‖₁
        let inverseNorm = try estimateInverseNorm(of: factors) { (x, isAdjoint) throws(TesseraError) in
            try solve(inPlace: &x, transpose: isAdjoint == (norm == .one) ? .conjugateTranspose : .none)
        }
        return (norm == .one ? norms.one : norms.infinity) * inverseNorm
    }
}

extension Cholesky {
    /// An estimate of κ(A) = ‖A‖₁ ‖A⁻¹‖₁; 0 for an empty matrix. Collective.
    ///
    /// - Throws: `TesseraError.interrupted` on all ranks between two solves.
    public borrowing func conditionEstimate() throws(TesseraError) -> Scalar.Real {
        let inverseNorm = try estimateInverseNorm(of: factor) { (x, _) throws(TesseraError) in try solve(inPlace: &x) }
        return norm * inverseNorm
    }
}

extension SymmetricIndefinite {
    /// An estimate of κ(A) = ‖A‖₁ ‖A⁻¹‖₁; infinite for a singular matrix, 0 for an empty one. Collective.
    ///
    /// - Throws: `TesseraError.interrupted` on all ranks between two solves.
    public borrowing func conditionEstimate() throws(TesseraError) -> Scalar.Real {
        guard firstZeroPivot == nil else { return .infinity }
        let isConjugated = symmetry == .symmetric && Scalar.isComplex
        let inverseNorm = try estimateInverseNorm(of: factor) { (x, isAdjoint) throws(TesseraError) in
            // A⁻ᴴ x = conj(A⁻¹ conj x) where A = Aᵀ
            if isConjugated, isAdjoint { x.conjugate() }
            try solve(inPlace: &x)
            if isConjugated, isAdjoint { x.conjugate() }
        }
        return norms.one * inverseNorm
    }
}

/// How an estimate of ‖A⁻¹‖₁ went.
package struct InverseNormCourse: Hashable, Sendable {
    /// Solves with Aᴴ, each of which names a column of A⁻¹.
    package var steps = 0
    /// Whether the last one named the same column as the one before.
    package var isRepeated = false

    package init() {}
}

/// An estimate of ‖A⁻¹‖₁, where `solve` replaces x by A⁻¹ x or, adjoint, by A⁻ᴴ x, for columns dealt like the rows of
/// `model`. 0 for an empty matrix. `TesseraError.interrupted` between two solves.
func estimateInverseNorm<Scalar: LinearScalar>(
    of model: borrowing DistributedMatrix<Scalar>,
    _ solve: (inout DistributedMatrix<Scalar>, _ isAdjoint: Bool) throws(TesseraError) -> Void
) throws(TesseraError) -> Scalar.Real {
    var course = InverseNormCourse()
    return try estimateInverseNorm(of: model, &course, solve)
}

/// The same, and how it went.
package func estimateInverseNorm<Scalar: LinearScalar>(
    of model: borrowing DistributedMatrix<Scalar>, _ course: inout InverseNormCourse,
    _ anySolve: (inout DistributedMatrix<Scalar>, _ isAdjoint: Bool) throws(TesseraError) -> Void
) throws(TesseraError) -> Scalar.Real {
    let (n, grid) = (model.rows, model.grid)
    guard n > 0 else { return 0 }
    func solve(_ x: inout DistributedMatrix<Scalar>, _ isAdjoint: Bool) throws(TesseraError) {
        try grid.communicator.stopIfAsked()
        try anySolve(&x, isAdjoint)
    }
    let layout = MatrixLayout(
        rows: model.layout.rows, columns: BlockCyclic(extent: 1, block: 1, parts: grid.columns))
    var x = DistributedMatrix<Scalar>(workspace: layout, on: grid)
    x.fill { _, _ in Scalar(real: 1 / Scalar.Real(n)) }
    try solve(&x, false)
    var estimate = try x.norm(.one)
    guard n > 1, estimate.isFinite else { return estimate }

    var previous = -1
    for _ in 0..<4 {
        // x = A⁻ᴴ sign(A⁻¹ x): its largest element names the column of A⁻¹ to try next.
        x.replaceBySigns()
        try solve(&x, true)
        course.steps += 1
        let largest = x.indexOfLargest()
        course.isRepeated = largest == previous
        if course.isRepeated { break }
        previous = largest
        x.fill { i, _ in i == largest ? 1 : 0 }
        try solve(&x, false)
        let norm = try x.norm(.one)
        guard norm > estimate else { break }
        estimate = norm
    }

    // An alternating vector catches what cancels in the others.
    x.fill { i, _ in
        let size = 1 + Scalar.Real(i) / Scalar.Real(n - 1)
        return Scalar(real: i.isMultiple(of: 2) ? size : -size)
    }
    try solve(&x, false)
    return max(estimate, try x.norm(.one) / (1.5 * Scalar.Real(n)))
}

extension DistributedMatrix {
    /// A = conj A. Local.
    fileprivate mutating func conjugate() {
        for j in 0..<localColumns { DistributedLinearAlgebra.conjugate(storage + j * leadingDimension, localRows) }
    }

    /// xᵢ / |xᵢ|, or 1 where xᵢ = 0. Local.
    fileprivate mutating func replaceBySigns() {
        for j in 0..<localColumns {
            for i in 0..<localRows {
                let x = storage[i + j * leadingDimension]
                let modulus = x.absoluteValue
                storage[i + j * leadingDimension] =
                    modulus > 0 ? Scalar(real: x.realPart / modulus, imaginary: x.imaginaryPart / modulus) : 1
            }
        }
    }

    /// The first global row with the largest modulus in a matrix of one column. Collective.
    fileprivate borrowing func indexOfLargest() -> Int {
        var best = Located<Scalar.Real>(-1, at: Int.max)
        for i in 0..<(localColumns > 0 ? localRows : 0) {
            best = .maximum(best, Located(storage[i].absoluteValue, at: globalRow(i)))
        }
        return grid.communicator.collectively("conditionEstimate") { () throws(TesseraError) in
            try grid.communicator.allReduce(best, .custom(Located.maximum)).location
        }
    }
}
