import LinearAlgebra
import Testing

@Suite struct VectorTests {
    @Test(arguments: ScalarKind.allCases) func againstLoops(_ kind: ScalarKind) throws { try check(kind.type) }

    func check<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(2)
        for n in [0, 1, 2, 7, 64, 101] {
            let x: [S] = generator.vector(n)
            let y: [S] = generator.vector(n)
            let alpha: S = generator.scalar()
            let row = Plain(1, n) { _, j in x[j] }
            let conjugated = Plain(1, n) { _, j in x[j].conjugate }
            let column = Plain(column: y)
            expectClose(
                Plain(column: [try dot(x.span, y.span)]), product(1, conjugated, column), units: 4 * n + 4, "dot \(n)")
            expectClose(
                Plain(column: [try unconjugatedDot(x.span, y.span)]), product(1, row, column), units: 4 * n + 4,
                "unconjugatedDot \(n)")

            var z = y
            var span = z.mutableSpan
            try axpy(alpha, x.span, into: &span)
            expectClose(
                Plain(column: z), Plain(column: (0..<n).map { y[$0] + alpha * x[$0] }), units: 8, "axpy \(n)")

            z = y
            span = z.mutableSpan
            try scale(&span, by: alpha)
            expectClose(Plain(column: z), Plain(column: y.map { alpha * $0 }), units: 4, "scale \(n)")

            let squares = x.reduce(S.Real(0)) { $0 + $1.squaredMagnitude }
            let norm = try euclideanNorm(x.span)
            #expect(abs(norm - squares.squareRoot()) <= S.Real(n + 4) * S.unitRoundoff * max(1, norm))
            let sum = x.reduce(S.Real(0)) { $0 + $1.magnitude1 }
            #expect(abs(try absoluteSum(x.span) - sum) <= S.Real(2 * n + 4) * S.unitRoundoff * max(1, sum))
            let largest = x.indices.max { x[$0].magnitude1 < x[$1].magnitude1 }
            #expect(try indexOfLargest(x.span) == largest)

            var p = x
            var q = y
            var first = p.mutableSpan
            var second = q.mutableSpan
            try exchange(&first, &second)
            #expect(p == y && q == x)
            second = q.mutableSpan
            try copy(y.span, into: &second)
            #expect(q == y)
        }
    }

    @Test(arguments: ScalarKind.allCases) func scalingByZeroOverwritesNaN(_ kind: ScalarKind) throws {
        func check<S: LinearScalar>(_: S.Type) throws {
            var x = [S](repeating: .notANumber, count: 5)
            var span = x.mutableSpan
            try scale(&span, by: 0)
            #expect(x.allSatisfy { $0.isSame(as: 0) })
        }
        try check(kind.type)
    }

    @Test(arguments: ScalarKind.allCases) func normsOfExtremes(_ kind: ScalarKind) throws {
        func check<S: LinearScalar>(_: S.Type) throws {
            let huge = S.Real.greatestFiniteMagnitude / 8
            let big = [S](repeating: S(real: huge), count: 4)
            #expect(try abs(euclideanNorm(big.span) / huge - 2) < 8 * S.unitRoundoff)
            let tiny = S.Real.leastNormalMagnitude * 8
            let small = [S](repeating: S(real: tiny), count: 4)
            #expect(try abs(euclideanNorm(small.span) / tiny - 2) < 8 * S.unitRoundoff)
            #expect(try euclideanNorm([S.notANumber, 1].span).isNaN)
            #expect(try dot([S.notANumber, 1].span, [0, 1].span).realPart.isNaN)
        }
        try check(kind.type)
    }

    @Test func tiesGoToTheFirst() throws {
        #expect(try indexOfLargest([1.0, -3, 3, 2].span) == 1)
        #expect(try indexOfLargest([Double]().span) == nil)
    }
}
