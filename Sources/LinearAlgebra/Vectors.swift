// BLAS 1: vectors as spans, O(n) each. NaN in an operand goes through to the result, with two exceptions that are
// stated: a factor of zero overwrites, and the index of the largest element is arbitrary.

public import Failures

/// xᴴ y = Σ conj(xᵢ) yᵢ.
public func dot<Scalar: LinearScalar>(_ x: Span<Scalar>, _ y: Span<Scalar>) throws(TesseraError) -> Scalar {
    try product("dot", x, y, conjugated: true)
}

/// xᵀ y = Σ xᵢ yᵢ, without conjugation.
public func unconjugatedDot<Scalar: LinearScalar>(_ x: Span<Scalar>, _ y: Span<Scalar>) throws(TesseraError) -> Scalar {
    try product("unconjugatedDot", x, y, conjugated: false)
}

private func product<Scalar: LinearScalar>(
    _ routine: String, _ x: Span<Scalar>, _ y: Span<Scalar>, conjugated: Bool
) throws(TesseraError) -> Scalar {
    try requireCount(routine, "y", y.count, x.count)
    try requireIndexable(routine, "x", x.count)
    return x.withUnsafeBufferPointer { x in
        y.withUnsafeBufferPointer { y in
            guard let x0 = x.baseAddress, let y0 = y.baseAddress else { return .zero }
            return Scalar.dot(x.count, x0, 1, y0, 1, conjugated: conjugated)
        }
    }
}

/// y += alpha x.
public func axpy<Scalar: LinearScalar>(
    _ alpha: Scalar, _ x: Span<Scalar>, into y: inout MutableSpan<Scalar>
) throws(TesseraError) {
    try requireCount("axpy", "y", y.count, x.count)
    try requireIndexable("axpy", "x", x.count)
    x.withUnsafeBufferPointer { x in
        y.withUnsafeMutableBufferPointer { y in
            if let x0 = x.baseAddress, let y0 = y.baseAddress { Scalar.axpy(x.count, alpha, x0, 1, y0, 1) }
        }
    }
}

/// x = alpha x; alpha = 0 overwrites x, NaN included.
public func scale<Scalar: LinearScalar>(_ x: inout MutableSpan<Scalar>, by alpha: Scalar) throws(TesseraError) {
    try requireIndexable("scale", "x", x.count)
    x.withUnsafeMutableBufferPointer { x in
        if let x0 = x.baseAddress { Scalar.scal(x.count, alpha, x0, 1) }
    }
}

/// (Σ |xᵢ|²)^½, without undue overflow or underflow.
public func euclideanNorm<Scalar: LinearScalar>(_ x: Span<Scalar>) throws(TesseraError) -> Scalar.Real {
    try requireIndexable("euclideanNorm", "x", x.count)
    return x.withUnsafeBufferPointer { x in x.baseAddress.map { Scalar.nrm2(x.count, $0, 1) } ?? .zero }
}

/// Σ |Re xᵢ| + |Im xᵢ|.
public func absoluteSum<Scalar: LinearScalar>(_ x: Span<Scalar>) throws(TesseraError) -> Scalar.Real {
    try requireIndexable("absoluteSum", "x", x.count)
    return x.withUnsafeBufferPointer { x in x.baseAddress.map { Scalar.asum(x.count, $0, 1) } ?? .zero }
}

/// The first index with the largest |Re xᵢ| + |Im xᵢ|, or nil where x is empty. Arbitrary where x holds a NaN.
public func indexOfLargest<Scalar: LinearScalar>(_ x: Span<Scalar>) throws(TesseraError) -> Int? {
    try requireIndexable("indexOfLargest", "x", x.count)
    return x.withUnsafeBufferPointer { x in x.baseAddress.flatMap { x.isEmpty ? nil : Scalar.iamax(x.count, $0, 1) } }
}

/// x and y change places.
public func exchange<Scalar: LinearScalar>(
    _ x: inout MutableSpan<Scalar>, _ y: inout MutableSpan<Scalar>
) throws(TesseraError) {
    try requireCount("exchange", "y", y.count, x.count)
    try requireIndexable("exchange", "x", x.count)
    x.withUnsafeMutableBufferPointer { x in
        y.withUnsafeMutableBufferPointer { y in
            if let x0 = x.baseAddress, let y0 = y.baseAddress { Scalar.swap(x.count, x0, 1, y0, 1) }
        }
    }
}

/// y = x.
public func copy<Scalar: LinearScalar>(_ x: Span<Scalar>, into y: inout MutableSpan<Scalar>) throws(TesseraError) {
    try requireCount("copy", "y", y.count, x.count)
    try requireIndexable("copy", "x", x.count)
    x.withUnsafeBufferPointer { x in
        y.withUnsafeMutableBufferPointer { y in
            if let x0 = x.baseAddress, let y0 = y.baseAddress { Scalar.copy(x.count, x0, 1, y0, 1) }
        }
    }
}
