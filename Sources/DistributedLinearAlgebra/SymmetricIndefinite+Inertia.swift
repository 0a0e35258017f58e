// What T tells of A, on every rank without a message: the determinant, as det A = det T; the signs of A's eigenvalues, as A
// and T are congruent (Sylvester's law of inertia).
//
//     q₁ = t₁₁ + τ,  qᵢ = tᵢᵢ + τ - |tᵢ,ᵢ₋₁|² / qᵢ₋₁         as many negative qᵢ as eigenvalues of T below -τ
//
// (Givens; Kahan, "Accurate eigenvalues of a symmetric tri-diagonal matrix", 1966: exact for a T that differs from this one
// by a few units in the last place of its elements. LAPACK's stebz for the guard of small qᵢ.)

internal import DistributedArrays
public import Failures
public import LinearAlgebra
internal import RealModule

/// How many eigenvalues of a Hermitian matrix are positive, negative and zero.
public struct Inertia: Hashable, Sendable {
    public let positive: Int
    public let negative: Int
    public let zero: Int

    public init(positive: Int, negative: Int, zero: Int) {
        (self.positive, self.negative, self.zero) = (positive, negative, zero)
    }
}

extension SymmetricIndefinite {
    /// The signs of A's eigenvalues, which are those of T's. The same on every rank; no messages.
    ///
    /// - Parameter tolerance: the modulus up to which an eigenvalue of T counts as zero; nil for n eps ‖T‖₁, which rounding
    ///   in the factorization may leave of a zero.
    /// - Throws: on all ranks, `TesseraError.argument` for a complex A that is symmetric, not Hermitian;
    ///   `TesseraError.notFinite` where T holds NaN or infinity.
    public borrowing func inertia(tolerance: Scalar.Real? = nil) throws(TesseraError) -> Inertia {
        guard symmetry == .hermitian || !Scalar.isComplex else {
            throw .argument(
                routine: "inertia", name: "symmetry", expected: "the factors of a Hermitian matrix", found: "symmetric")
        }
        let n = order
        var (a, b) = (diagonal.map(\.realPart), subdiagonal.map(\.absoluteValue))
        let largest: Scalar.Real = (a + b).reduce(0) { largerOrNaN($0, $1.magnitude) }
        guard largest.isFinite else { throw .notFinite(routine: "inertia", name: "t") }
        // In the scale of T's largest element squares stay inside the type's range; a power of two rounds nothing.
        let scale = reciprocalPowerOfTwo(largest)
        (a, b) = (a.map { $0 * scale }, b.map { $0 * scale })
        let norm = (0..<n).reduce(Scalar.Real.zero) { norm, i in
            max(norm, abs(a[i]) + (i > 0 ? b[i - 1] : 0) + (i + 1 < n ? b[i] : 0))
        }
        let threshold = if let tolerance { tolerance * scale } else { Scalar.Real(n) * Scalar.unitRoundoff * norm }
        let negative = eigenvaluesBelow(-threshold, a, b)
        let positive = eigenvaluesBelow(-threshold, a.map { -$0 }, b)
        return Inertia(positive: positive, negative: negative, zero: n - positive - negative)
    }

    /// det A; 0 for a singular matrix, 1 for an empty one. The same on every rank; no messages. Its phase is real for a
    /// Hermitian A.
    public borrowing func determinant() -> Determinant<Scalar> {
        if firstZeroPivot != nil { return Determinant(phase: .zero, logarithm: -Scalar.Real.infinity) }
        let pivots = elimination.diagonal
        let exchanges = elimination.pivots.enumerated().count { $0.offset + 1 != Int($0.element) }
        let whole = Determinant(product: pivots, negated: !exchanges.isMultiple(of: 2))
        guard symmetry == .hermitian, Scalar.isComplex, !whole.phase.realPart.isNaN else { return whole }
        return Determinant(phase: whole.phase.realPart < 0 ? -1 : 1, logarithm: whole.logarithm)
    }

    /// max |tᵢⱼ| / max |aᵢⱼ|, by which the backward error of a solution may exceed a few eps. 0 for a matrix of zeros, NaN
    /// where T holds one. The same on every rank; no messages.
    public borrowing func growthFactor() -> Scalar.Real {
        let largest: Scalar.Real = (diagonal + subdiagonal).reduce(0) { largerOrNaN($0, $1.absoluteValue) }
        return largest == 0 ? 0 : largest / norms.maximum
    }
}

/// How many eigenvalues of the real tridiagonal matrix, of elements of at most 2, are smaller than x; one that equals x to
/// rounding is not.
private func eigenvaluesBelow<Real: LinearReal>(_ x: Real, _ diagonal: [Real], _ subdiagonal: [Real]) -> Int {
    // |b|² over this does not overflow.
    let smallest = 8 * Real.leastNormalMagnitude
    var (count, q) = (0, Real.zero)
    for i in diagonal.indices {
        let coupling = i > 0 ? subdiagonal[i - 1] * subdiagonal[i - 1] : 0
        q = diagonal[i] - x - (coupling == 0 ? 0 : coupling / q)
        if abs(q) < smallest { q = smallest }
        if q < 0 { count += 1 }
    }
    return count
}
