import LinearAlgebra
import Testing

@Suite struct MatrixVectorTests {
    @Test(arguments: ScalarKind.allCases) func general(_ kind: ScalarKind) throws { try checkGeneral(kind.type) }
    @Test(arguments: ScalarKind.allCases) func outer(_ kind: ScalarKind) throws { try checkOuter(kind.type) }
    @Test(arguments: ScalarKind.allCases) func triangular(_ kind: ScalarKind) throws { try checkTriangular(kind.type) }
    @Test(arguments: ScalarKind.allCases) func hermitian(_ kind: ScalarKind) throws { try checkHermitian(kind.type) }

    /// Shapes, with scalars that matter: alpha = 0 must not read, beta = 0 must not propagate NaN.
    func checkGeneral<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(3)
        let factors: [S] = [0, 1, generator.scalar()]
        for (m, n) in [(0, 0), (0, 3), (3, 0), (1, 1), (5, 1), (1, 5), (13, 7), (7, 13), (37, 41)] {
            for transpose in Transpose.allCases {
                let a: Plain<S> = generator.plain(m, n)
                let op = a.op(transpose)
                let x: [S] = generator.vector(op.columns)
                let y: [S] = generator.vector(op.rows)
                for alpha in factors {
                    for beta in factors {
                        let matrix = a.unread(alpha).matrix(gap: 3)
                        var z = beta == .zero ? y.map { _ in .notANumber } : y
                        var span = z.mutableSpan
                        try multiply(
                            alpha: alpha, matrix.view, transposeA: transpose, vector: x.span, beta: beta, into: &span)
                        let expected = product(alpha, op, Plain(column: x), beta, Plain(column: y))
                        expectClose(
                            Plain(column: z), expected, units: 8 * (m + n + 4),
                            "\(m) x \(n) \(transpose) \(alpha) \(beta)")
                    }
                }
            }
        }
    }

    func checkOuter<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(4)
        for (m, n) in [(0, 3), (3, 0), (1, 1), (5, 7), (17, 3)] {
            for conjugated in [false, true] {
                let a: Plain<S> = generator.plain(m, n)
                let x: [S] = generator.vector(m)
                let y: [S] = generator.vector(n)
                let alpha: S = generator.scalar()
                var matrix = a.matrix(gap: 2)
                var view = matrix.mutableView
                try rankOneUpdate(alpha: alpha, x.span, y.span, conjugated: conjugated, into: &view)
                let expected = product(
                    alpha, Plain(column: x), Plain(column: y).op(conjugated ? .conjugateTranspose : .transpose), 1, a)
                expectClose(Plain(matrix.view), expected, units: 16, "\(m) x \(n) \(conjugated)")
                expectGapUntouched(matrix)
            }
        }
    }

    func checkTriangular<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(5)
        for n in [0, 1, 2, 13, 37] {
            for triangle in Triangle.allCases {
                for transpose in Transpose.allCases {
                    for diagonal in Diagonal.allCases {
                        let a = wellConditioned(n, &generator, of: S.self)
                        let op = a.triangular(triangle, diagonal).op(transpose)
                        let stored = a.poisoned(triangle, diagonal).matrix(gap: 3)
                        let x: [S] = generator.vector(n)
                        var y = x
                        var span = y.mutableSpan
                        try multiplyTriangular(
                            stored.view, triangle, transposeA: transpose, diagonal: diagonal, vector: &span)
                        let what = "\(n) \(triangle) \(transpose) \(diagonal)"
                        expectClose(Plain(column: y), product(1, op, Plain(column: x)), units: 8 * (n + 4), what)
                        span = y.mutableSpan
                        try solveTriangular(
                            stored.view, triangle, transposeA: transpose, diagonal: diagonal, vector: &span)
                        expectClose(Plain(column: y), Plain(column: x), units: 32 * (n + 4), what)
                    }
                }
            }
        }
    }

    func checkHermitian<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(6)
        let factors: [S] = [0, 1, generator.scalar()]
        for n in [0, 1, 2, 13, 37] {
            for triangle in Triangle.allCases {
                let a: Plain<S> = generator.plain(n, n)
                let stored = a.poisoned(triangle).matrix(gap: 3)
                let x: [S] = generator.vector(n)
                let y: [S] = generator.vector(n)
                for alpha in factors {
                    for beta in factors {
                        let start = beta == .zero ? y.map { _ in .notANumber } : y
                        var z = start
                        var span = z.mutableSpan
                        try multiplyHermitian(
                            alpha: alpha, stored.view, triangle, vector: x.span, beta: beta, into: &span)
                        var expected = product(
                            alpha, a.hermitian(triangle), Plain(column: x), beta, Plain(column: y))
                        let what = "\(n) \(triangle) \(alpha) \(beta)"
                        expectClose(Plain(column: z), expected, units: 8 * (n + 4), "hermitian \(what)")
                        z = start
                        span = z.mutableSpan
                        try multiplySymmetric(
                            alpha: alpha, stored.view, triangle, vector: x.span, beta: beta, into: &span)
                        expected = product(alpha, a.symmetric(triangle), Plain(column: x), beta, Plain(column: y))
                        expectClose(Plain(column: z), expected, units: 8 * (n + 4), "symmetric \(what)")
                    }
                }
            }
        }
    }
}

/// Off-diagonal elements of at most 1/n beside a diagonal near 2: each triangle, unit or not, is well conditioned.
func wellConditioned<S: LinearScalar>(_ n: Int, _ generator: inout Generator, of _: S.Type) -> Plain<S> {
    let small = S(real: 1 / S.Real(max(1, n)))
    return Plain(n, n) { i, j in
        let x: S = generator.scalar() * small
        return i == j ? x + 2 : x
    }
}
