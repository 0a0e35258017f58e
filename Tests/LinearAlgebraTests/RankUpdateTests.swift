import ComplexModule
import Failures
import LinearAlgebra
import Testing

@Suite struct RankUpdateTests {
    @Test(arguments: ScalarKind.allCases) func everyCombination(_ kind: ScalarKind) throws { try check(kind.type) }

    func check<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(11)
        for (n, k) in [(0, 0), (0, 3), (3, 0), (1, 1), (5, 2), (2, 7), (37, 31)] {
            for triangle in Triangle.allCases {
                for hermitian in [false, true] {
                    for transpose in [Transpose.none, hermitian ? .conjugateTranspose : .transpose] {
                        let a: Plain<S> = transpose == .none ? generator.plain(n, k) : generator.plain(k, n)
                        let b: Plain<S> = transpose == .none ? generator.plain(n, k) : generator.plain(k, n)
                        let c: Plain<S> = generator.plain(n, n)
                        let operands = Operands(n, k, a, b, c, triangle, transpose, hermitian)
                        for alpha in [0, 1, generator.scalar(S.self)] {
                            for beta in [0, 1, generator.scalar(S.self)] {
                                try operands.checkRankK(alpha, beta)
                                try operands.checkRank2K(alpha, beta)
                            }
                        }
                    }
                }
            }
        }
    }

    @Test func transpositionsThatDoNotExist() {
        func thrown(_ hermitian: Bool, _ transpose: Transpose) -> TesseraError? {
            let a = Plain<Complex<Double>>(2, 2) { _, _ in 1 }.matrix()
            var c = Plain<Complex<Double>>(2, 2) { _, _ in 1 }.matrix()
            var view = c.mutableView
            do throws(TesseraError) {
                if hermitian {
                    try hermitianRankUpdate(a.view, transposeA: transpose, .lower, of: &view)
                } else {
                    try symmetricRankUpdate(a.view, transposeA: transpose, .lower, of: &view)
                }
                return nil
            } catch { return error }
        }
        #expect(thrown(true, .transpose)?.description.contains(".none or .conjugateTranspose") == true)
        #expect(thrown(false, .conjugateTranspose)?.description.contains(".none or .transpose") == true)
        #expect(thrown(true, .conjugateTranspose) == nil && thrown(false, .transpose) == nil)
    }
}

private struct Operands<S: LinearScalar> {
    let n: Int, k: Int
    let a: Plain<S>, b: Plain<S>, c: Plain<S>
    let triangle: Triangle, transpose: Transpose, hermitian: Bool

    init(
        _ n: Int, _ k: Int, _ a: Plain<S>, _ b: Plain<S>, _ c: Plain<S>, _ triangle: Triangle, _ transpose: Transpose,
        _ hermitian: Bool
    ) {
        (self.n, self.k, self.a, self.b, self.c) = (n, k, a, b, c)
        (self.triangle, self.transpose, self.hermitian) = (triangle, transpose, hermitian)
    }

    /// C as an update finds it, and as the reference counts it: a Hermitian diagonal is real.
    var start: Plain<S> { hermitian ? Plain(n, n) { $0 == $1 ? S(real: c[$0, $1].realPart) : c[$0, $1] } : c }

    var adjoint: Transpose { hermitian ? .conjugateTranspose : .transpose }

    func checkRankK(_ alpha: S, _ beta: S) throws {
        let (realAlpha, realBeta) = (S(real: alpha.realPart), S(real: beta.realPart))
        var target = (beta == .zero ? nan : start).matrix(gap: 2)
        let left = a.unread(hermitian ? realAlpha : alpha).matrix(gap: 3)
        var view = target.mutableView
        if hermitian {
            try hermitianRankUpdate(
                alpha: alpha.realPart, left.view, transposeA: transpose, beta: beta.realPart, triangle, of: &view)
        } else {
            try symmetricRankUpdate(
                alpha: alpha, left.view, transposeA: transpose, beta: beta, triangle, of: &view)
        }
        let op = a.op(transpose)
        let expected = product(
            hermitian ? realAlpha : alpha, op, op.op(adjoint), hermitian ? realBeta : beta, start)
        compare(target, expected, beta, "rank k \(alpha) \(beta)")
    }

    func checkRank2K(_ alpha: S, _ beta: S) throws {
        var target = (beta == .zero ? nan : start).matrix(gap: 2)
        let left = a.unread(alpha).matrix(gap: 3)
        let right = b.unread(alpha).matrix(gap: 1)
        var view = target.mutableView
        if hermitian {
            try hermitianRankTwoUpdate(
                alpha: alpha, left.view, right.view, transpose: transpose, beta: beta.realPart, triangle, of: &view)
        } else {
            try symmetricRankTwoUpdate(
                alpha: alpha, left.view, right.view, transpose: transpose, beta: beta, triangle, of: &view)
        }
        let (opA, opB) = (a.op(transpose), b.op(transpose))
        let first = product(alpha, opA, opB.op(adjoint), hermitian ? S(real: beta.realPart) : beta, start)
        let expected = product(hermitian ? alpha.conjugate : alpha, opB, opA.op(adjoint), 1, first)
        compare(target, expected, beta, "rank 2k \(alpha) \(beta)")
    }

    private var nan: Plain<S> { Plain(n, n) { _, _ in .notANumber } }

    private func compare(_ target: borrowing Matrix<S>, _ expected: Plain<S>, _ beta: S, _ what: String) {
        let found = Plain(target.view)
        expectClose(
            found.triangular(triangle), expected.triangular(triangle), units: 32 * (k + 4),
            "\(what) \(n) \(k) \(triangle) \(transpose) \(hermitian)")
        let before = beta == .zero ? nan : start
        var untouched = true
        for j in 0..<n {
            for i in 0..<n where !inside(triangle, i, j) {
                untouched = untouched && found[i, j].isSame(as: before[i, j])
            }
        }
        #expect(untouched, "the other triangle was written: \(what)")
        if hermitian { #expect((0..<n).allSatisfy { found[$0, $0].imaginaryPart == 0 }) }
        expectGapUntouched(target)
    }
}
