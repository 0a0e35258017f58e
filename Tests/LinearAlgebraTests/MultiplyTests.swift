import LinearAlgebra
import Testing

@Suite struct MultiplyTests {
    @Test(arguments: ScalarKind.allCases) func general(_ kind: ScalarKind) throws { try checkGeneral(kind.type) }
    @Test(arguments: ScalarKind.allCases) func sided(_ kind: ScalarKind) throws { try checkSided(kind.type) }

    func checkGeneral<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(7)
        let factors: [S] = [0, 1, generator.scalar()]
        var shapes = [(67, 53, 71)]
        for m in [0, 1, 3, 13] { for n in [0, 1, 3, 13] { for k in [0, 1, 3, 13] { shapes.append((m, n, k)) } } }
        for (m, n, k) in shapes {
            for transposeA in Transpose.allCases {
                for transposeB in Transpose.allCases {
                    let a: Plain<S> = transposeA == .none ? generator.plain(m, k) : generator.plain(k, m)
                    let b: Plain<S> = transposeB == .none ? generator.plain(k, n) : generator.plain(n, k)
                    let c: Plain<S> = generator.plain(m, n)
                    for alpha in factors {
                        for beta in factors {
                            let left = a.unread(alpha).matrix(gap: 2)
                            let right = b.unread(alpha).matrix(gap: 1)
                            var target = (beta == .zero ? Plain(m, n) { _, _ in .notANumber } : c).matrix(gap: 3)
                            var view = target.mutableView
                            try multiply(
                                alpha: alpha, left.view, transposeA: transposeA, right.view, transposeB: transposeB,
                                beta: beta, into: &view)
                            expectClose(
                                Plain(target.view), product(alpha, a.op(transposeA), b.op(transposeB), beta, c),
                                units: 8 * (k + 4), "\(m) \(n) \(k) \(transposeA) \(transposeB) \(alpha) \(beta)")
                            expectGapUntouched(target)
                        }
                    }
                }
            }
        }
    }

    func checkSided<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(8)
        let factors: [S] = [0, 1, generator.scalar()]
        for (m, n) in [(0, 0), (0, 3), (3, 0), (1, 1), (5, 2), (2, 5), (31, 37)] {
            for side in Side.allCases {
                for triangle in Triangle.allCases {
                    let order = side == .left ? m : n
                    let a: Plain<S> = generator.plain(order, order)
                    let b: Plain<S> = generator.plain(m, n)
                    let c: Plain<S> = generator.plain(m, n)
                    for alpha in factors {
                        let stored = a.poisoned(triangle).unread(alpha).matrix(gap: 3)
                        let right = b.unread(alpha).matrix(gap: 1)
                        for beta in factors {
                            for hermitian in [false, true] {
                                let whole = hermitian ? a.hermitian(triangle) : a.symmetric(triangle)
                                var target = (beta == .zero ? Plain(m, n) { _, _ in .notANumber } : c).matrix(gap: 2)
                                var view = target.mutableView
                                if hermitian {
                                    try multiplyHermitian(
                                        alpha: alpha, stored.view, triangle, on: side, right.view, beta: beta,
                                        into: &view)
                                } else {
                                    try multiplySymmetric(
                                        alpha: alpha, stored.view, triangle, on: side, right.view, beta: beta,
                                        into: &view)
                                }
                                let expected =
                                    side == .left
                                    ? product(alpha, whole, b, beta, c) : product(alpha, b, whole, beta, c)
                                expectClose(
                                    Plain(target.view), expected, units: 8 * (order + 4),
                                    "\(m) \(n) \(side) \(triangle) \(hermitian) \(alpha) \(beta)")
                                expectGapUntouched(target)
                            }
                        }
                    }
                }
            }
        }
    }
}
