// The options of BLAS and LAPACK routines.

/// op(A) in a product or a solve.
public enum Transpose: Hashable, Sendable, CaseIterable {
    /// A
    case none
    /// Aᵀ
    case transpose
    /// Aᴴ, which is Aᵀ for real scalars
    case conjugateTranspose

    package var letter: CChar {
        switch self {
        case .none: 78  // N
        case .transpose: 84  // T
        case .conjugateTranspose: 67  // C
        }
    }
}

/// The triangle of a matrix that is read and written; the other one is not touched.
public enum Triangle: Hashable, Sendable, CaseIterable {
    case lower, upper

    /// The other triangle: that of the transpose.
    @inlinable public var opposite: Triangle { self == .lower ? .upper : .lower }

    package var letter: CChar { self == .lower ? 76 : 85 }  // L, U
}

/// The side on which a matrix stands in a product.
public enum Side: Hashable, Sendable, CaseIterable {
    case left, right

    package var letter: CChar { self == .left ? 76 : 82 }  // L, R
}

/// Whether a triangular matrix's diagonal is taken to be one (and not read).
public enum Diagonal: Hashable, Sendable, CaseIterable {
    case unit, nonUnit

    package var letter: CChar { self == .unit ? 85 : 78 }  // U, N
}

/// A norm of a matrix.
public enum MatrixNorm: Hashable, Sendable, CaseIterable {
    /// max |aᵢⱼ| (not submultiplicative)
    case maximum
    /// the largest sum of moduli of a column
    case one
    /// the largest sum of moduli of a row
    case infinity
    /// the root of the sum of squared moduli
    case frobenius

    package var letter: CChar {
        switch self {
        case .maximum: 77  // M
        case .one: 79  // O
        case .infinity: 73  // I
        case .frobenius: 70  // F
        }
    }
}
