// Loops over the elements of a rank's share, O(m n) each, compiled for each scalar type: generic code would call a witness
// for each element.

import ComplexModule
import LinearAlgebra
import RealModule

/// max |aᵢⱼ|, or NaN where there is one.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Complex<Float>)
@_specialize(where Scalar == Complex<Double>)
func largestModulus<Scalar: LinearScalar>(
    _ a: UnsafePointer<Scalar>, _ rows: Int, _ columns: Int, _ leadingDimension: Int
) -> Scalar.Real {
    var largest: Scalar.Real = 0
    for j in 0..<columns {
        let column = a + j &* leadingDimension
        for i in 0..<rows { largest = largerOrNaN(largest, column[i].absoluteValue) }
    }
    return largest
}

/// max(|Re aᵢⱼ|, |Im aᵢⱼ|), or NaN where there is one.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Complex<Float>)
@_specialize(where Scalar == Complex<Double>)
func largestPart<Scalar: LinearScalar>(
    _ a: UnsafePointer<Scalar>, _ rows: Int, _ columns: Int, _ leadingDimension: Int
) -> Scalar.Real {
    var largest: Scalar.Real = 0
    for j in 0..<columns {
        let column = a + j &* leadingDimension
        for i in 0..<rows {
            largest = largerOrNaN(largest, column[i].realPart.magnitude)
            largest = largerOrNaN(largest, column[i].imaginaryPart.magnitude)
        }
    }
    return largest
}

/// Σ |aᵢⱼ / scale|².
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Complex<Float>)
@_specialize(where Scalar == Complex<Double>)
func sumOfScaledSquares<Scalar: LinearScalar>(
    _ a: UnsafePointer<Scalar>, _ rows: Int, _ columns: Int, _ leadingDimension: Int, _ scale: Scalar.Real
) -> Scalar.Real {
    var total: Scalar.Real = 0
    for j in 0..<columns {
        let column = a + j &* leadingDimension
        var sum: Scalar.Real = 0
        for i in 0..<rows {
            let (re, im) = (column[i].realPart / scale, column[i].imaginaryPart / scale)
            sum += re * re + im * im
        }
        total += sum
    }
    return total
}

/// sums[i] += |xᵢ|; returns Σ |xᵢ| and, NaN left out, max |xᵢ|: each in four parts side by side, as one would wait for each
/// addition.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Complex<Float>)
@_specialize(where Scalar == Complex<Double>)
func addModuli<Scalar: LinearScalar>(
    _ x: UnsafePointer<Scalar>, _ count: Int, to sums: UnsafeMutablePointer<Scalar.Real>
) -> (sum: Scalar.Real, largest: Scalar.Real) {
    var (s0, s1, s2, s3) = (Scalar.Real.zero, Scalar.Real.zero, Scalar.Real.zero, Scalar.Real.zero)
    var (l0, l1, l2, l3) = (s0, s1, s2, s3)
    var i = 0
    while i &+ 4 <= count {
        let (m0, m1) = (x[i].absoluteValue, x[i &+ 1].absoluteValue)
        let (m2, m3) = (x[i &+ 2].absoluteValue, x[i &+ 3].absoluteValue)
        (sums[i], sums[i &+ 1]) = (sums[i] + m0, sums[i &+ 1] + m1)
        (sums[i &+ 2], sums[i &+ 3]) = (sums[i &+ 2] + m2, sums[i &+ 3] + m3)
        (s0, s1, s2, s3) = (s0 + m0, s1 + m1, s2 + m2, s3 + m3)
        (l0, l1) = (m0 > l0 ? m0 : l0, m1 > l1 ? m1 : l1)
        (l2, l3) = (m2 > l2 ? m2 : l2, m3 > l3 ? m3 : l3)
        i &+= 4
    }
    while i < count {
        let modulus = x[i].absoluteValue
        sums[i] += modulus
        s0 += modulus
        l0 = modulus > l0 ? modulus : l0
        i &+= 1
    }
    return ((s0 + s1) + (s2 + s3), max(max(l0, l1), max(l2, l3)))
}

/// The first element with the largest |Re| + |Im|, and that number; a NaN counts as the largest. Nil for none.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Complex<Float>)
@_specialize(where Scalar == Complex<Double>)
func pivotCandidate<Scalar: LinearScalar>(
    _ column: UnsafePointer<Scalar>, _ rows: Range<Int>
) -> (row: Int, magnitude: Scalar.Real)? {
    guard var row = rows.first else { return nil }
    var largest = column[row].magnitude1
    for i in rows.dropFirst() {
        if largest.isNaN { break }
        let magnitude = column[i].magnitude1
        // Not "magnitude > largest": a NaN must win.
        if !(magnitude <= largest) { (row, largest) = (i, magnitude) }
    }
    return (row, largest)
}

/// Whether all elements are zero; a NaN is not.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Complex<Float>)
@_specialize(where Scalar == Complex<Double>)
func isZero<Scalar: LinearScalar>(_ x: UnsafePointer<Scalar>, _ count: Int) -> Bool {
    for i in 0..<count where x[i] != .zero { return false }
    return true
}

/// Whether xᵢ = yᵢ for all i.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Complex<Float>)
@_specialize(where Scalar == Complex<Double>)
func areEqual<Scalar: LinearScalar>(_ x: UnsafePointer<Scalar>, _ y: UnsafePointer<Scalar>, _ count: Int) -> Bool {
    for i in 0..<count where x[i] != y[i] { return false }
    return true
}

/// Copies the elements of some rows, column by column, to consecutive places.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Complex<Float>)
@_specialize(where Scalar == Complex<Double>)
func packRows<Scalar: LinearScalar>(
    _ rows: [Int], _ columns: Range<Int>, of a: UnsafePointer<Scalar>, _ leadingDimension: Int,
    into packed: UnsafeMutablePointer<Scalar>
) {
    rows.withUnsafeBufferPointer { rows in
        var position = 0
        for j in columns {
            let column = a + j &* leadingDimension
            for i in rows {
                packed[position] = column[i]
                position &+= 1
            }
        }
    }
}

/// Copies back what ``packRows`` has packed, to rows of the same number.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Complex<Float>)
@_specialize(where Scalar == Complex<Double>)
func unpackRows<Scalar: LinearScalar>(
    _ rows: [Int], _ columns: Range<Int>, of a: UnsafeMutablePointer<Scalar>, _ leadingDimension: Int,
    from packed: UnsafePointer<Scalar>
) {
    rows.withUnsafeBufferPointer { rows in
        var position = 0
        for j in columns {
            let column = a + j &* leadingDimension
            for i in rows {
                column[i] = packed[position]
                position &+= 1
            }
        }
    }
}

/// The m x n matrix X as its transpose.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Complex<Float>)
@_specialize(where Scalar == Complex<Double>)
func transpose<Scalar: LinearScalar>(
    _ x: UnsafePointer<Scalar>, _ ldx: Int, _ m: Int, _ n: Int, to y: UnsafeMutablePointer<Scalar>, _ ldy: Int
) {
    // Rows of X by the few: the lines of Y that they meet stay in the first-level cache.
    for first in stride(from: 0, to: m, by: 64) {
        let last = min(m, first &+ 64)
        for j in 0..<n { for i in first..<last { y[j &+ i &* ldy] = x[i &+ j &* ldx] } }
    }
}

/// xᵢ = dᵢ xᵢ for real dᵢ.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Complex<Float>)
@_specialize(where Scalar == Complex<Double>)
func scaleElements<Scalar: LinearScalar>(
    _ x: UnsafeMutablePointer<Scalar>, _ count: Int, by d: UnsafePointer<Scalar.Real>
) {
    for i in 0..<count {
        x[i] = Scalar(real: d[i] * x[i].realPart, imaginary: d[i] * x[i].imaginaryPart)
    }
}

/// sizes[i] = max(sizes[i], |Re xᵢ|, |Im xᵢ|), or NaN where there is one; returns the largest of these for all i.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Complex<Float>)
@_specialize(where Scalar == Complex<Double>)
func raiseToParts<Scalar: LinearScalar>(
    _ x: UnsafePointer<Scalar>, _ count: Int, _ sizes: UnsafeMutablePointer<Scalar.Real>
) -> Scalar.Real {
    var largest: Scalar.Real = 0
    for i in 0..<count {
        let size = largerOrNaN(x[i].realPart.magnitude, x[i].imaginaryPart.magnitude)
        sizes[i] = largerOrNaN(sizes[i], size)
        largest = largerOrNaN(largest, size)
    }
    return largest
}

/// max dᵢ max(|Re xᵢ|, |Im xᵢ|), or NaN where there is one.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Complex<Float>)
@_specialize(where Scalar == Complex<Double>)
func largestScaledPart<Scalar: LinearScalar>(
    _ x: UnsafePointer<Scalar>, _ count: Int, _ d: UnsafePointer<Scalar.Real>
) -> Scalar.Real {
    var largest: Scalar.Real = 0
    for i in 0..<count {
        largest = largerOrNaN(largest, d[i] * largerOrNaN(x[i].realPart.magnitude, x[i].imaginaryPart.magnitude))
    }
    return largest
}

/// A butterfly of pairs: xᵢ and yᵢ become aᵢ (xᵢ + yᵢ) and bᵢ (xᵢ - yᵢ) where it is transposed, aᵢ xᵢ ± bᵢ yᵢ elsewhere.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Complex<Float>)
@_specialize(where Scalar == Complex<Double>)
func mixPairs<Scalar: LinearScalar>(
    _ x: UnsafeMutablePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>, _ count: Int,
    _ a: UnsafePointer<Scalar.Real>, _ b: UnsafePointer<Scalar.Real>, isTransposed: Bool
) {
    if isTransposed {
        for i in 0..<count {
            let (sum, difference) = (x[i] + y[i], x[i] - y[i])
            x[i] = Scalar(real: a[i] * sum.realPart, imaginary: a[i] * sum.imaginaryPart)
            y[i] = Scalar(real: b[i] * difference.realPart, imaginary: b[i] * difference.imaginaryPart)
        }
    } else {
        for i in 0..<count {
            let first = Scalar(real: a[i] * x[i].realPart, imaginary: a[i] * x[i].imaginaryPart)
            let second = Scalar(real: b[i] * y[i].realPart, imaginary: b[i] * y[i].imaginaryPart)
            x[i] = first + second
            y[i] = first - second
        }
    }
}

/// x and y become a (x + y) and b (x - y).
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Complex<Float>)
@_specialize(where Scalar == Complex<Double>)
func mixPair<Scalar: LinearScalar>(
    _ x: UnsafeMutablePointer<Scalar>, _ y: UnsafeMutablePointer<Scalar>, _ count: Int, _ a: Scalar.Real,
    _ b: Scalar.Real
) {
    for i in 0..<count {
        let (sum, difference) = (x[i] + y[i], x[i] - y[i])
        x[i] = Scalar(real: a * sum.realPart, imaginary: a * sum.imaginaryPart)
        y[i] = Scalar(real: b * difference.realPart, imaginary: b * difference.imaginaryPart)
    }
}

/// xᵢ = conj(xᵢ).
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Complex<Float>)
@_specialize(where Scalar == Complex<Double>)
func conjugate<Scalar: LinearScalar>(_ x: UnsafeMutablePointer<Scalar>, _ count: Int) {
    for i in 0..<count { x[i] = x[i].conjugate }
}

/// x = x / value; by the reciprocal where that cannot overflow.
func divide<Scalar: LinearScalar>(_ x: UnsafeMutablePointer<Scalar>, _ count: Int, by value: Scalar) {
    if value.magnitude1 >= Scalar.Real.leastNormalMagnitude * 4 {
        Scalar.scal(count, 1 / value, x, 1)
    } else {
        for i in 0..<count { x[i] /= value }
    }
}

/// Row rows[k] of A becomes the column sources[k] of X, before its element ends[k]; `rows` and with them `ends` ascend.
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Complex<Float>)
@_specialize(where Scalar == Complex<Double>)
func writeRows<Scalar: LinearScalar>(
    _ rows: [Int], from sources: [Int], upTo ends: [Int], _ columns: Int, _ x: UnsafePointer<Scalar>, _ ldx: Int,
    to a: UnsafeMutablePointer<Scalar>, _ leadingDimension: Int
) {
    var first = 0
    for j in 0..<columns {
        while first < rows.count, ends[first] <= j { first &+= 1 }
        for k in first..<rows.count { a[rows[k] &+ j &* leadingDimension] = x[j &+ sources[k] &* ldx] }
    }
}
