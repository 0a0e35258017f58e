import Failures
import LinearAlgebra
import Testing

@Suite struct NormTests {
    @Test(arguments: ScalarKind.allCases) func againstLoops(_ kind: ScalarKind) throws { try check(kind.type) }
    @Test(arguments: ScalarKind.allCases) func extremes(_ kind: ScalarKind) throws { try checkExtremes(kind.type) }
    @Test(arguments: ScalarKind.allCases) func triangles(_ kind: ScalarKind) throws { try checkConditions(kind.type) }

    func reference<S: LinearScalar>(_ norm: MatrixNorm, _ a: Plain<S>) -> S.Real {
        let moduli = a.elements.map(\.absoluteValue)
        switch norm {
        case .maximum: return moduli.max() ?? 0
        case .one: return (0..<a.columns).map { j in (0..<a.rows).reduce(0) { $0 + a[$1, j].absoluteValue } }.max() ?? 0
        case .infinity:
            return (0..<a.rows).map { i in (0..<a.columns).reduce(0) { $0 + a[i, $1].absoluteValue } }.max() ?? 0
        case .frobenius: return moduli.reduce(0) { $0 + $1 * $1 }.squareRoot()
        }
    }

    func check<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(17)
        for (m, n) in [(0, 0), (0, 3), (3, 0), (1, 1), (5, 2), (2, 7), (37, 31)] {
            let a: Plain<S> = generator.plain(m, n)
            for norm in MatrixNorm.allCases {
                let expected = reference(norm, a)
                let tolerance = S.Real(4 * (m * n + 4)) * S.unitRoundoff * max(1, expected)
                let found = try a.matrix(gap: 3).view.norm(norm)
                #expect(abs(found - expected) <= tolerance, "\(S.typeName) \(norm) \(m) x \(n)")
            }
        }
        for n in [0, 1, 2, 13, 37] {
            let a: Plain<S> = generator.plain(n, n)
            for triangle in Triangle.allCases {
                let stored = a.poisoned(triangle).matrix(gap: 2)
                for norm in MatrixNorm.allCases {
                    let expected = reference(norm, a.symmetric(triangle))
                    let hermitian = reference(norm, a.hermitian(triangle))
                    let tolerance = S.Real(4 * (n * n + 4)) * S.unitRoundoff * max(1, expected)
                    let found = try stored.view.symmetricNorm(norm, triangle)
                    #expect(abs(found - expected) <= tolerance, "\(S.typeName) \(norm) \(n)")
                    let foundHermitian = try stored.view.hermitianNorm(norm, triangle)
                    #expect(abs(foundHermitian - hermitian) <= tolerance, "\(S.typeName) \(norm) \(n)")
                }
            }
        }
    }

    func checkExtremes<S: LinearScalar>(_: S.Type) throws {
        for norm in MatrixNorm.allCases {
            for place in [0, 5, 11] {
                var a = Plain<S>(4, 3) { _, _ in 1 }
                a.elements[place] = .notANumber
                let found = try a.matrix(gap: 1).view.norm(norm)
                #expect(found.isNaN, "\(S.typeName) \(norm): a NaN must not be lost")
                a.elements[place] = S(real: .infinity)
                let infinite = try a.matrix(gap: 1).view.norm(norm)
                #expect(!infinite.isFinite)
            }
        }
        for scale in [S.Real.greatestFiniteMagnitude / 8, S.Real.leastNormalMagnitude] {
            let found = try Plain<S>(2, 2) { _, _ in S(real: scale) }.matrix().view.norm(.frobenius)
            #expect(abs(found / scale - 2) <= 16 * S.unitRoundoff)
        }
    }

    func checkConditions<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(18)
        for n in [0, 1, 2, 37] {
            for triangle in Triangle.allCases {
                for diagonal in Diagonal.allCases {
                    let a = wellConditioned(n, &generator, of: S.self)
                    let stored = a.poisoned(triangle, diagonal).matrix(gap: 2)
                    var inverse = a.poisoned(triangle, diagonal).matrix()
                    var view = inverse.mutableView
                    try invertTriangular(&view, triangle, diagonal: diagonal)
                    for norm in [MatrixNorm.one, .infinity] {
                        let condition =
                            reference(norm, a.triangular(triangle, diagonal))
                            * reference(norm, Plain(inverse.view).triangular(triangle, diagonal))
                        let estimate = try reciprocalConditionTriangular(
                            stored.view, triangle, diagonal: diagonal, norm: norm)
                        if n > 0 {
                            #expect(1 / estimate <= condition * 1.001 && 1 / estimate >= condition / 10)
                        } else {
                            #expect(estimate == 1)
                        }
                    }
                }
            }
        }
    }
}
