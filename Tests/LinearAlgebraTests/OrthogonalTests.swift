import Failures
import LinearAlgebra
import Testing

@Suite struct OrthogonalTests {
    @Test(arguments: ScalarKind.allCases) func factorizationQR(_ kind: ScalarKind) throws { try checkQR(kind.type) }
    @Test(arguments: ScalarKind.allCases) func eigenvalues(_ kind: ScalarKind) throws { try checkEigen(kind.type) }
    @Test(arguments: ScalarKind.allCases) func singularValues(_ kind: ScalarKind) throws { try checkSVD(kind.type) }

    func checkQR<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(19)
        for (m, n) in [(0, 0), (3, 0), (0, 3), (1, 1), (5, 2), (2, 5), (53, 41), (67, 67)] {
            let a: Plain<S> = generator.plain(m, n)
            let k = min(m, n)
            var matrix = a.matrix(gap: 3)
            var view = matrix.mutableView
            let tau = try factorQR(&view)
            let reflectors = Plain(matrix.view)
            let r = Plain(k, n) { i, j in i <= j ? reflectors[i, j] : 0 }
            expectGapUntouched(matrix)

            var thin = Plain(m, k) { reflectors[$0, $1] }.matrix(gap: 2)
            var thinView = thin.mutableView
            try formQ(&thinView, tau)
            let q = Plain(thin.view)
            expectClose(product(1, q, r), a, units: 16 * (m + n + 4), "QR \(m) x \(n)")
            expectClose(product(1, q.op(.conjugateTranspose), q), .identity(k), units: 16 * (m + 4), "QᴴQ \(m) x \(n)")

            // Q whole, by its action on the identity; then every side and transposition on a C.
            var whole = Plain<S>.identity(m).matrix(gap: 1)
            var wholeView = whole.mutableView
            try applyQ(matrix.view, tau, &wholeView)
            let full = Plain(whole.view)
            expectClose(product(1, full, full.op(.conjugateTranspose)), .identity(m), units: 16 * (m + 4), "Q \(m)")
            for side in Side.allCases {
                for transpose in [Transpose.none, .conjugateTranspose] {
                    let c: Plain<S> = side == .left ? generator.plain(m, 4) : generator.plain(4, m)
                    var target = c.matrix(gap: 2)
                    var targetView = target.mutableView
                    try applyQ(matrix.view, tau, transposeQ: transpose, on: side, &targetView)
                    let op = full.op(transpose)
                    expectClose(
                        Plain(target.view), side == .left ? product(1, op, c) : product(1, c, op), units: 32 * (m + 4),
                        "apply \(m) x \(n) \(side) \(transpose)")
                    expectGapUntouched(target)
                }
            }
        }
    }

    func checkEigen<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(20)
        for n in [0, 1, 2, 13, 47] {
            for triangle in Triangle.allCases {
                let a: Plain<S> = generator.plain(n, n)
                let whole = a.hermitian(triangle)
                var matrix = a.poisoned(triangle).matrix(gap: 3)
                var view = matrix.mutableView
                let values = try hermitianEigenvalues(&view, triangle, vectors: true)
                #expect(values.count == n && values == values.sorted())
                let v = Plain(matrix.view)
                let scaled = Plain(n, n) { v[$0, $1] * S(real: values[$1]) }
                expectClose(product(1, whole, v), scaled, units: 32 * (n + 4), "AV \(n)")
                expectClose(product(1, v.op(.conjugateTranspose), v), .identity(n), units: 32 * (n + 4), "VᴴV \(n)")
                var alone = a.poisoned(triangle).matrix()
                var aloneView = alone.mutableView
                let only = try hermitianEigenvalues(&aloneView, triangle)
                expectClose(
                    Plain(column: only), Plain(column: values), units: 64 * (n + 4), "values without vectors \(n)")
            }
        }
        var bad = Plain<S>(3, 3) { _, _ in 1 }
        bad[2, 1] = .notANumber
        var thrown: [TesseraError] = []
        do throws(TesseraError) {
            var matrix = bad.matrix()
            var view = matrix.mutableView
            _ = try hermitianEigenvalues(&view, .lower)
        } catch { thrown.append(error) }
        #expect(thrown == [.notFinite(routine: "hermitianEigenvalues", name: "a")])
    }

    func checkSVD<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(21)
        for (m, n) in [(0, 0), (3, 0), (0, 3), (1, 1), (5, 2), (2, 5), (31, 17), (29, 29)] {
            let a: Plain<S> = generator.plain(m, n)
            let k = min(m, n)
            var matrix = a.matrix(gap: 3)
            var view = matrix.mutableView
            let svd = try singularValueDecomposition(&view)
            let (u, vt) = (Plain(svd.u.view), Plain(svd.vConjugateTranspose.view))
            let scaled = Plain(m, k) { u[$0, $1] * S(real: svd.values[$1]) }
            expectClose(product(1, scaled, vt), a, units: 32 * (m + n + 4), "USVᴴ \(m) x \(n)")
            expectClose(product(1, u.op(.conjugateTranspose), u), .identity(k), units: 32 * (m + 4), "UᴴU")
            expectClose(product(1, vt, vt.op(.conjugateTranspose)), .identity(k), units: 32 * (n + 4), "VᴴV")
            let values = svd.values
            #expect(values == values.sorted(by: >) && values.allSatisfy { $0 >= 0 })
            var alone = a.matrix(gap: 1)
            var aloneView = alone.mutableView
            let only = try LinearAlgebra.singularValues(&aloneView)
            expectClose(Plain(column: only), Plain(column: values), units: 64 * (m + n + 4), "values \(m) x \(n)")
        }
    }
}
