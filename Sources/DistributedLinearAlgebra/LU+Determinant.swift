// det A = sign(P) Π U(i, i), over det W det V of butterflies, as a phase and a logarithm: the product itself overflows for
// matrices of modest size.

internal import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing
internal import RealModule

/// A determinant: phase exp(logarithm).
public struct Determinant<Scalar: LinearScalar>: Sendable {
    /// det A / |det A|: ±1 for real scalars; 0 where the determinant is 0.
    public let phase: Scalar
    /// log |det A|; minus infinity where the determinant is 0.
    public let logarithm: Scalar.Real

    init(phase: Scalar, logarithm: Scalar.Real) {
        self.phase = phase
        self.logarithm = logarithm
    }

    /// The product of some factors, none of them zero, or its opposite.
    init(product factors: [Scalar], negated: Bool) {
        var phase: Scalar = negated ? -1 : 1
        logarithm = factors.reduce(0) { sum, factor in
            let modulus = factor.absoluteValue
            phase *= Scalar(real: factor.realPart / modulus, imaginary: factor.imaginaryPart / modulus)
            return sum + Scalar.Real.log(modulus)
        }
        // Keeps a complex phase of length 1 through many factors.
        let length = phase.absoluteValue
        self.phase = Scalar(real: phase.realPart / length, imaginary: phase.imaginaryPart / length)
    }

    /// The number itself, which may overflow or underflow.
    public var value: Scalar {
        phase == .zero ? .zero : phase * Scalar(real: Scalar.Real.exp(logarithm))
    }
}

extension LU {
    /// det A; 0 for a singular matrix, 1 for an empty one. Collective.
    ///
    /// - Throws, on all ranks: `TesseraError.argument` where A is not square; `TesseraError.singular` where a pivot is zero
    ///   and random butterflies leave open whether A is singular.
    public borrowing func determinant() throws(TesseraError) -> Determinant<Scalar> {
        try requireSquare("determinant")
        try requireConclusivePivots()
        if firstZeroPivot != nil { return Determinant(phase: .zero, logarithm: -Scalar.Real.infinity) }
        let exchanges = pivots.enumerated().count { $0.offset != $0.element }
        let pivotValues = factors.grid.communicator.collectively("determinant") { () throws(TesseraError) -> [Scalar] in
            try diagonal()
        }
        let determinant = Determinant(product: pivotValues, negated: !exchanges.isMultiple(of: 2))
        guard let butterflies else { return determinant }
        return Determinant(
            phase: determinant.phase,
            logarithm: determinant.logarithm - Scalar.Real(butterflies.logarithmOfDeterminant))
    }
}
