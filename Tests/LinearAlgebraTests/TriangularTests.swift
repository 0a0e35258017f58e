import Failures
import LinearAlgebra
import Testing

@Suite struct TriangularTests {
    @Test(arguments: ScalarKind.allCases) func everyCombination(_ kind: ScalarKind) throws { try check(kind.type) }
    @Test(arguments: ScalarKind.allCases) func inverse(_ kind: ScalarKind) throws { try checkInverse(kind.type) }

    func check<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(9)
        let factors: [S] = [0, 1, generator.scalar() + 2]
        for (m, n) in [(0, 0), (0, 3), (3, 0), (1, 1), (5, 2), (2, 7), (37, 31), (37, 41), (33, 70)] {
            for side in Side.allCases {
                for triangle in Triangle.allCases {
                    for transpose in Transpose.allCases {
                        for diagonal in Diagonal.allCases {
                            let order = side == .left ? m : n
                            let a = wellConditioned(order, &generator, of: S.self)
                            let op = a.triangular(triangle, diagonal).op(transpose)
                            let b: Plain<S> = generator.plain(m, n)
                            for alpha in factors {
                                let stored = a.poisoned(triangle, diagonal).unread(alpha).matrix(gap: 3)
                                let start = alpha == .zero ? Plain(m, n) { _, _ in .notANumber } : b
                                let what = "\(m) \(n) \(side) \(triangle) \(transpose) \(diagonal) \(alpha)"
                                var multiplied = start.matrix(gap: 2)
                                var view = multiplied.mutableView
                                try multiplyTriangular(
                                    alpha: alpha, stored.view, triangle, transposeA: transpose, diagonal: diagonal,
                                    on: side, &view)
                                let expected = side == .left ? product(alpha, op, b) : product(alpha, b, op)
                                expectClose(
                                    Plain(multiplied.view), expected, units: 8 * (order + 4), "multiply \(what)")
                                expectGapUntouched(multiplied)

                                var solved = start.matrix(gap: 2)
                                view = solved.mutableView
                                try solveTriangular(
                                    alpha: alpha, stored.view, triangle, transposeA: transpose, diagonal: diagonal,
                                    on: side, &view)
                                let x = Plain(solved.view)
                                let back = side == .left ? product(1, op, x) : product(1, x, op)
                                expectClose(
                                    back, Plain(m, n) { alpha * b[$0, $1] }, units: 32 * (order + 4), "solve \(what)")
                                expectGapUntouched(solved)
                            }
                        }
                    }
                }
            }
        }
    }

    func checkInverse<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(10)
        for n in [0, 1, 2, 13, 67] {
            for triangle in Triangle.allCases {
                for diagonal in Diagonal.allCases {
                    let a = wellConditioned(n, &generator, of: S.self)
                    let poisoned = a.poisoned(triangle, diagonal)
                    var matrix = poisoned.matrix(gap: 2)
                    var view = matrix.mutableView
                    try invertTriangular(&view, triangle, diagonal: diagonal)
                    let found = Plain(matrix.view)
                    expectClose(
                        product(1, a.triangular(triangle, diagonal), found.triangular(triangle, diagonal)),
                        .identity(n), units: 32 * (n + 4), "\(n) \(triangle) \(diagonal)")
                    let other = zip(found.poisoned(triangle, diagonal).elements, found.elements)
                    #expect(other.allSatisfy { $0.isSame(as: $1) }, "the other triangle was written")
                    expectGapUntouched(matrix)
                }
            }
        }
        var singular = wellConditioned(5, &generator, of: S.self)
        singular[3, 3] = 0
        var matrix = singular.matrix()
        var view = matrix.mutableView
        var thrown: TesseraError?
        do { try invertTriangular(&view, .lower) } catch { thrown = error }
        #expect(thrown == .singular(pivot: 3))
        #expect(Plain(matrix.view).elements == singular.elements)
    }
}
