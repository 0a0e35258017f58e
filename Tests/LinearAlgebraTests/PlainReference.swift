// The plain reference: matrices as arrays, products as triple loops. Every wrapper is compared with it.

import ComplexModule
import LinearAlgebra
import Testing

extension ScalarKind {
    var type: any LinearScalar.Type {
        switch self {
        case .float: Float.self
        case .double: Double.self
        case .complexFloat: Complex<Float>.self
        case .complexDouble: Complex<Double>.self
        }
    }
}

/// SplitMix64: the same numbers in every run.
struct Generator: RandomNumberGenerator {
    var state: UInt64

    init(_ seed: Int) { state = UInt64(truncatingIfNeeded: seed) &+ 0x1234_5678 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Both parts uniform in -1...1.
    mutating func scalar<S: LinearScalar>(_: S.Type = S.self) -> S {
        let re = Double.random(in: -1...1, using: &self)
        let im = Double.random(in: -1...1, using: &self)
        return S(real: S.Real(re), imaginary: S.Real(im))
    }

    mutating func vector<S: LinearScalar>(_ count: Int, of _: S.Type = S.self) -> [S] {
        (0..<count).map { _ in scalar() }
    }

    mutating func plain<S: LinearScalar>(_ rows: Int, _ columns: Int, of _: S.Type = S.self) -> Plain<S> {
        Plain(rows, columns) { _, _ in scalar() }
    }
}

struct Plain<S: LinearScalar> {
    let rows: Int
    let columns: Int
    var elements: [S]

    init(_ rows: Int, _ columns: Int, _ element: (Int, Int) -> S) {
        self.rows = rows
        self.columns = columns
        elements = []
        for j in 0..<columns { for i in 0..<rows { elements.append(element(i, j)) } }
    }

    init(_ view: MatrixView<S>) {
        rows = view.rows
        columns = view.columns
        elements = []
        for j in 0..<columns { for i in 0..<rows { elements.append(view[i, j]) } }
    }

    init(column: [S]) {
        rows = column.count
        columns = 1
        elements = column
    }

    static func identity(_ n: Int) -> Plain { Plain(n, n) { $0 == $1 ? 1 : 0 } }

    subscript(i: Int, j: Int) -> S {
        get { elements[i + j * rows] }
        set { elements[i + j * rows] = newValue }
    }

    func op(_ transpose: Transpose) -> Plain {
        switch transpose {
        case .none: self
        case .transpose: Plain(columns, rows) { self[$1, $0] }
        case .conjugateTranspose: Plain(columns, rows) { self[$1, $0].conjugate }
        }
    }

    /// With zeros outside the triangle, and ones on a unit diagonal.
    func triangular(_ triangle: Triangle, _ diagonal: Diagonal = .nonUnit) -> Plain {
        Plain(rows, columns) { i, j in
            if i == j { return diagonal == .unit ? 1 : self[i, j] }
            return inside(triangle, i, j) ? self[i, j] : 0
        }
    }

    /// The whole of the matrix whose triangle this holds.
    func symmetric(_ triangle: Triangle) -> Plain {
        Plain(rows, columns) { i, j in inside(triangle, i, j) ? self[i, j] : self[j, i] }
    }

    func hermitian(_ triangle: Triangle) -> Plain {
        Plain(rows, columns) { i, j in
            if i == j { return S(real: self[i, i].realPart) }
            return inside(triangle, i, j) ? self[i, j] : self[j, i].conjugate
        }
    }

    /// With NaN outside the triangle, and on a unit diagonal: what a routine must not read.
    func poisoned(_ triangle: Triangle, _ diagonal: Diagonal = .nonUnit) -> Plain {
        Plain(rows, columns) { i, j in
            if i == j { return diagonal == .unit ? .notANumber : self[i, j] }
            return inside(triangle, i, j) ? self[i, j] : .notANumber
        }
    }

    /// NaN throughout where alpha is zero, which must not read its operands.
    func unread(_ alpha: S) -> Plain { alpha == .zero ? Plain(rows, columns) { _, _ in .notANumber } : self }

    /// The same matrix in storage with `gap` rows of NaN below each column.
    func matrix(gap: Int = 0) -> Matrix<S> {
        var result = Matrix<S>(
            rows: rows, columns: columns, leadingDimension: max(1, rows + gap), repeating: .notANumber)
        for j in 0..<columns { for i in 0..<rows { result[i, j] = self[i, j] } }
        return result
    }

    var largest: S.Real { elements.reduce(0) { max($0, $1.absoluteValue) } }
}

func inside(_ triangle: Triangle, _ i: Int, _ j: Int) -> Bool { triangle == .lower ? i >= j : i <= j }

/// alpha A B + beta C; C does not count where beta is zero.
func product<S: LinearScalar>(_ alpha: S, _ a: Plain<S>, _ b: Plain<S>, _ beta: S = 0, _ c: Plain<S>? = nil) -> Plain<S>
{
    precondition(a.columns == b.rows)
    return Plain(a.rows, b.columns) { i, j in
        var sum: S = 0
        if alpha != .zero { for l in 0..<a.columns { sum += a[i, l] * b[l, j] } }
        let product = alpha == .zero ? 0 : alpha * sum
        guard beta != .zero, let c else { return product }
        return product + beta * c[i, j]
    }
}

func difference<S: LinearScalar>(_ a: Plain<S>, _ b: Plain<S>) -> Plain<S> {
    Plain(a.rows, a.columns) { a[$0, $1] - b[$0, $1] }
}

extension LinearScalar {
    static var notANumber: Self { Self(real: .nan, imaginary: .nan) }

    /// Same bits, or NaN both.
    func isSame(as other: Self) -> Bool {
        func same(_ x: Real, _ y: Real) -> Bool { x == y || (x.isNaN && y.isNaN) }
        return same(realPart, other.realPart) && same(imaginaryPart, other.imaginaryPart)
    }
}

/// Each element within `units` roundoffs of the reference's largest element (or of 1); a NaN fails.
func expectClose<S: LinearScalar>(
    _ found: Plain<S>, _ expected: Plain<S>, units: Int, _ what: @autoclosure () -> String,
    at location: SourceLocation = #_sourceLocation
) {
    #expect(found.rows == expected.rows && found.columns == expected.columns, sourceLocation: location)
    let tolerance = S.Real(units) * S.unitRoundoff * max(1, expected.largest)
    var worst: S.Real = 0
    for (x, y) in zip(found.elements, expected.elements) {
        let error = (x - y).absoluteValue
        worst = error.isNaN || !x.isFinite ? .infinity : max(worst, error)
        if worst > tolerance { break }
    }
    #expect(worst <= tolerance, "\(S.typeName) \(what())", sourceLocation: location)
}

/// The rows below each column (NaN from ``Plain/matrix(gap:)``) are as they were.
func expectGapUntouched<S: LinearScalar>(
    _ matrix: borrowing Matrix<S>, at location: SourceLocation = #_sourceLocation
) {
    var untouched = true
    for j in 0..<matrix.columns {
        for i in matrix.rows..<max(matrix.rows, matrix.leadingDimension) {
            untouched = untouched && matrix.base[i + j * matrix.leadingDimension].realPart.isNaN
        }
    }
    #expect(untouched, "\(S.typeName): rows below the matrix were written", sourceLocation: location)
}
