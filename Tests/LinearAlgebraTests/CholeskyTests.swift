import Failures
import LinearAlgebra
import Testing

@Suite struct CholeskyTests {
    @Test(arguments: ScalarKind.allCases) func factorsSolvesInverts(_ kind: ScalarKind) throws { try check(kind.type) }
    @Test(arguments: ScalarKind.allCases) func indefinite(_ kind: ScalarKind) throws { try checkIndefinite(kind.type) }

    func check<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(12)
        for n in [0, 1, 2, 13, 97] {
            for triangle in Triangle.allCases {
                let a = positiveDefinite(n, &generator, of: S.self)
                var matrix = a.poisoned(triangle).matrix(gap: 3)
                var view = matrix.mutableView
                try factorCholesky(&view, triangle)
                let factor = Plain(matrix.view).triangular(triangle)
                let back =
                    triangle == .lower
                    ? product(1, factor, factor.op(.conjugateTranspose))
                    : product(1, factor.op(.conjugateTranspose), factor)
                expectClose(back, a, units: 8 * (n + 4), "factor \(n) \(triangle)")
                expectGapUntouched(matrix)

                for count in [0, 1, 5] {
                    let b: Plain<S> = generator.plain(n, count)
                    var x = b.matrix(gap: 2)
                    var target = x.mutableView
                    try solveCholesky(matrix.view, triangle, &target)
                    expectClose(product(1, a, Plain(x.view)), b, units: 32 * (n + 4), "solve \(n) \(triangle)")
                }

                // ‖A‖₁ ‖A⁻¹‖₁ from the explicit inverse bounds the estimate from below and above.
                let norm = try a.matrix().view.norm(.one)
                let estimate = try reciprocalConditionCholesky(matrix.view, triangle, oneNormOfA: norm)
                view = matrix.mutableView
                try invertCholesky(&view, triangle)
                let inverse = Plain(matrix.view).hermitian(triangle)
                expectClose(product(1, a, inverse), .identity(n), units: 32 * (n + 4), "inverse \(n) \(triangle)")
                let condition = try norm * inverse.matrix().view.norm(.one)
                if n > 0 {
                    #expect(1 / estimate <= condition * 1.001 && 1 / estimate >= condition / 10)
                } else {
                    #expect(estimate == 1)
                }
                expectGapUntouched(matrix)
            }
        }
    }

    func checkIndefinite<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(13)
        for triangle in Triangle.allCases {
            for (n, minor) in [(1, 1), (7, 1), (7, 4), (97, 97), (97, 60)] {
                for bad in [S(real: -1), 0, .notANumber] {
                    var a = Plain<S>.identity(n)
                    a[minor - 1, minor - 1] = bad
                    var matrix = a.matrix()
                    var thrown: TesseraError?
                    do throws(TesseraError) {
                        var view = matrix.mutableView
                        try factorCholesky(&view, triangle)
                    } catch { thrown = error }
                    #expect(thrown == .notPositiveDefinite(minor: minor), "\(n) \(minor) \(bad) \(triangle)")
                }
            }
            // A NaN off the diagonal, with a negative pivot after it: the first counts.
            var a = positiveDefinite(67, &generator, of: S.self)
            (a[40, 20], a[20, 40]) = (.notANumber, .notANumber)
            a[60, 60] = -1
            var tainted = a.matrix()
            var found: TesseraError?
            do throws(TesseraError) {
                var view = tainted.mutableView
                try factorCholesky(&view, triangle)
            } catch { found = error }
            #expect(found == .notPositiveDefinite(minor: 41))

            var factor = positiveDefinite(5, &generator, of: S.self)
            factor[2, 2] = 0
            var matrix = factor.matrix()
            var thrown: TesseraError?
            do throws(TesseraError) {
                var view = matrix.mutableView
                try invertCholesky(&view, triangle)
            } catch { thrown = error }
            #expect(thrown == .singular(pivot: 2))
        }
    }
}

/// B Bᴴ / n + 2 I, Hermitian to the bit.
func positiveDefinite<S: LinearScalar>(_ n: Int, _ generator: inout Generator, of _: S.Type) -> Plain<S> {
    let b: Plain<S> = generator.plain(n, n)
    let square = product(S(real: 1 / S.Real(max(1, n))), b, b.op(.conjugateTranspose))
    return Plain(n, n) { i, j in i == j ? square[i, j] + 2 : square[i, j] }.hermitian(.lower)
}
