// The kinds of matrices that the routines meet, each by a formula of its indices, for any shape and every scalar type, and
// what is to be expected of a factorization.
//
//     random            uniform numbers; the Hermitian form has eigenvalues in 0.1 ... 1
//     graded            D R D⁻¹ or S B S: rows and columns of sizes that fall and rise by powers of two over a wide range
//     clustered         H₁ Σ H₂ with Householder's reflectors, singular values in two clusters a few eps wide
//     illConditioned    H₁ Σ H₂, singular values that fall evenly, nearly to where the type ends
//     growth            Wilkinson's: 1 on the diagonal and in the last column, -1 below: U's last column doubles from row
//                       to row (for 64 columns, lest a Float overflow); W Wᵀ, the Hermitian form, is definite
//     zeroColumns       column n / 2 is zero: U(n / 2, n / 2) is the first zero pivot
//     dominant          by its diagonal
//     indefinite        dominant, with negative elements from n / 2 on: the minor n / 2 + 1 is the first negative one
//     huge, tiny        random, near the ends of the type's range

import ComplexModule
import DistributedArrays
import Foundation
import LinearAlgebra

enum MatrixKind: CaseIterable, Sendable {
    case random, graded, clustered, illConditioned, growth, zeroColumns, dominant, indefinite, huge, tiny
}

// MARK: What to expect

extension MatrixKind {
    /// The first zero pivot of LU, counted from 0.
    func zeroPivot(_ rows: Int, _ columns: Int) -> Int? {
        self == .zeroColumns && columns / 2 < min(rows, columns) ? columns / 2 : nil
    }

    /// The first minor of the Hermitian form that is not positive, counted from 1.
    func failingMinor(_ order: Int) -> Int? {
        (self == .zeroColumns || self == .indefinite) && order > 0 ? order / 2 + 1 : nil
    }

    /// How far LU's elements exceed those of A where that matters: the factor by which a residual may be larger.
    func growth(_ rows: Int, _ columns: Int) -> Double {
        self == .growth
            ? Double(sign: .plus, exponent: min(doublings, max(0, min(rows, columns) - 1)), significand: 1) : 1
    }

    /// The power of two by which the elements differ from those of a random matrix.
    func exponent<Real: LinearReal>(_: Real.Type) -> Int {
        // Products with numbers of a thousand and sums of a hundred stay in range.
        let range = Int(Real.greatestFiniteMagnitude.exponent) * 4 / 5
        switch self {
        case .huge: return range / 2 * 2
        case .tiny: return -range / 2 * 2
        default: return 0
        }
    }
}

/// Columns over which growth doubles.
private let doublings = 64

// MARK: The matrices

extension MatrixKind {
    /// A matrix of any shape.
    func general<Scalar: LinearScalar>(_ m: Int, _ n: Int, seed: UInt64, _: Scalar.Type) -> Matrix<Scalar> {
        let noise = RandomScalars<Scalar>(seed: seed)
        let large = Scalar(real: Scalar.Real(max(1, m, n)))
        switch self {
        case .clustered, .illConditioned:
            return reflected(spectrum(min(m, n), smallest: Scalar.ulp * 16, Scalar.self), m, n, seed: seed)
        case .random, .huge, .tiny:
            return Matrix(rows: m, columns: n) { i, j in noise[i, j] * power(exponent(Scalar.Real.self)) }
        case .graded:
            return Matrix(rows: m, columns: n) { i, j in
                noise[i, j] * power(grading(j, n, Scalar.self) - grading(i, m, Scalar.self))
            }
        case .growth:
            return Matrix(rows: m, columns: n) { i, j in
                i == j || j == n - 1 ? 1 : i > j && j < doublings ? -1 : 0
            }
        case .zeroColumns:
            return Matrix(rows: m, columns: n) { i, j in j == n / 2 ? .zero : noise[i, j] }
        case .dominant:
            return Matrix(rows: m, columns: n) { i, j in i == j ? large : noise[i, j] }
        case .indefinite:
            return Matrix(rows: m, columns: n) { i, j in i == j ? (i < n / 2 ? large : -large) : noise[i, j] }
        }
    }

    /// A Hermitian matrix, positive definite unless there is a ``failingMinor(_:)``.
    func hermitian<Scalar: LinearScalar>(_ n: Int, seed: UInt64, _: Scalar.Type) -> Matrix<Scalar> {
        let noise = RandomScalars<Scalar>(seed: seed)
        let large = Scalar(real: Scalar.Real(max(1, n)))
        func mirrored(_ i: Int, _ j: Int) -> Scalar {
            i == j ? large : i > j ? noise[i, j] : noise[j, i].conjugate
        }
        switch self {
        case .random, .huge, .tiny, .zeroColumns:
            let source = IndexedRandom(seed: seed)
            let plain: Matrix<Scalar> = reflected(
                (0..<n).map { 0.1 + 0.9 * source.uniform($0, n) }, n, n, seed: seed, isHermitian: true)
            return Matrix(rows: n, columns: n) { i, j in
                self == .zeroColumns && (i == n / 2 || j == n / 2)
                    ? .zero : plain[i, j] * power(exponent(Scalar.Real.self))
            }
        case .clustered, .illConditioned:
            // Cholesky needs a smallest eigenvalue that rounding cannot make negative.
            return reflected(
                spectrum(n, smallest: Scalar.ulp * 32 * Double(max(1, n)), Scalar.self), n, n, seed: seed,
                isHermitian: true)
        case .graded:
            return Matrix(rows: n, columns: n) { i, j in
                mirrored(i, j) * power(-grading(i, n, Scalar.self) - grading(j, n, Scalar.self))
            }
        case .growth:
            return Matrix(rows: n, columns: n) { i, j in
                Scalar(real: Scalar.Real(min(i, j) + (i != j ? 0 : i < n - 1 ? 2 : 1)))
            }
        case .dominant:
            return Matrix(rows: n, columns: n) { mirrored($0, $1) }
        case .indefinite:
            return Matrix(rows: n, columns: n) { i, j in i == j && i >= n / 2 ? -large : mirrored(i, j) }
        }
    }

    /// A triangle with a diagonal that does not vanish (unless `isSingular`, for ``zeroColumns``), zero in the other one.
    func triangular<Scalar: LinearScalar>(
        _ n: Int, _ triangle: Triangle, seed: UInt64, isSingular: Bool = false, _: Scalar.Type
    ) -> Matrix<Scalar> {
        let noise = RandomScalars<Scalar>(seed: seed)
        let values = spectrum(n, smallest: Scalar.ulp * 16, Scalar.self).map { Scalar(real: Scalar.Real($0)) }
        return Matrix(rows: n, columns: n) { i, j in
            guard triangle == .lower ? i >= j : i <= j else { return .zero }
            // Solutions grow little from row to row.
            let even: Scalar = i == j ? 2 + noise[i, i] : noise[i, j]
            switch self {
            case .random, .huge, .tiny: return even * power(exponent(Scalar.Real.self))
            case .graded: return even * power(grading(j, n, Scalar.self) - grading(i, n, Scalar.self))
            case .clustered: return i == j ? values[i] : noise[i, j] * Scalar(real: 1 / Scalar.Real(n)) * values[j]
            case .illConditioned: return even * values[j]
            case .growth: return i == j ? 1 : min(i, j) < doublings ? -1 : 0
            case .zeroColumns: return j == n / 2 && (i != j || isSingular) ? .zero : even
            case .dominant: return i == j ? Scalar(real: Scalar.Real(n)) : noise[i, j]
            case .indefinite: return i == j && i >= n / 2 ? -even : even
            }
        }
    }

    /// Singular values in two clusters, or from 1 evenly down to `smallest`.
    private func spectrum<Scalar: LinearScalar>(_ count: Int, smallest: Double, _: Scalar.Type) -> [Double] {
        let last = Double(max(1, count - 1))
        return (0..<count).map { k in
            self == .clustered
                ? (k < count / 2 ? 1 : 0x1p-10) * (1 + 4 * Scalar.ulp * Double(k)) : pow(smallest, Double(k) / last)
        }
    }

    /// The exponent of a row's or a column's size, from 0 on.
    private func grading<Scalar: LinearScalar>(_ index: Int, _ count: Int, _: Scalar.Type) -> Int {
        index * (Int(Scalar.Real.greatestFiniteMagnitude.exponent) / 5) / max(1, count - 1)
    }
}

/// Numbers whose parts are uniform on [-1/2, 1/2], by index.
private struct RandomScalars<Scalar: LinearScalar> {
    let source: IndexedRandom
    init(seed: UInt64) { source = IndexedRandom(seed: seed) }
    subscript(i: Int, j: Int) -> Scalar { source.element(i, j) }
}

extension LinearScalar {
    fileprivate static var ulp: Double { Double(unitRoundoff) }
}

/// A power of two.
func power<Scalar: LinearScalar>(_ exponent: Int) -> Scalar {
    Scalar(real: Scalar.Real(sign: .plus, exponent: Scalar.Real.Exponent(exponent), significand: 1))
}

/// (I - 2 u uᴴ / uᴴu) D (I - 2 v vᴴ / vᴴv) for a diagonal D of m x n and random vectors; v = u for the Hermitian form. All
/// in double precision, then rounded.
private func reflected<Scalar: LinearScalar>(
    _ d: [Double], _ m: Int, _ n: Int, seed: UInt64, isHermitian: Bool = false
) -> Matrix<Scalar> {
    let source = IndexedRandom(seed: seed &+ 1)
    func vector(_ count: Int, _ column: Int) -> [Complex<Double>] {
        (0..<count).map { i in
            let z: Complex<Double> = source.element(i, column)
            return Scalar.isComplex ? z : Complex(z.real)
        }
    }
    func square(_ x: [Complex<Double>]) -> Double { x.reduce(0) { $0 + $1.squaredMagnitude } }
    let u = vector(m, 0)
    let v = isHermitian ? u : vector(n, 1)
    let (uu, vv) = (square(u), square(v))
    let middle = d.indices.reduce(Complex<Double>.zero) { $0 + u[$1].conjugate * Complex(d[$1]) * v[$1] }
    func element(_ i: Int, _ j: Int) -> Complex<Double> {
        var sum = Complex(4 / (uu * vv)) * u[i] * v[j].conjugate * middle
        if j < d.count { sum -= Complex(2 / uu * d[j]) * u[i] * u[j].conjugate }
        if i < d.count { sum -= Complex(2 / vv * d[i]) * v[i] * v[j].conjugate }
        return i == j ? sum + Complex(d[i]) : sum
    }
    return Matrix(rows: m, columns: n) { i, j in
        let z = isHermitian && i < j ? element(j, i).conjugate : element(i, j)
        let imaginary = isHermitian && i == j ? 0 : z.imaginary
        return Scalar(real: Scalar.Real(z.real), imaginary: Scalar.Real(imaginary))
    }
}
