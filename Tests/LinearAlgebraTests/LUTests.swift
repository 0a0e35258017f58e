import Failures
import LinearAlgebra
import Testing

@Suite struct LUTests {
    @Test(arguments: ScalarKind.allCases) func factors(_ kind: ScalarKind) throws { try checkFactors(kind.type) }
    @Test(arguments: ScalarKind.allCases) func solves(_ kind: ScalarKind) throws { try checkSolves(kind.type) }
    @Test(arguments: ScalarKind.allCases) func singular(_ kind: ScalarKind) throws { try checkSingular(kind.type) }

    func checkFactors<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(14)
        for (m, n) in [(0, 0), (0, 3), (3, 0), (1, 1), (1, 5), (5, 1), (13, 7), (7, 13), (97, 97), (101, 53)] {
            let a: Plain<S> = generator.plain(m, n)
            var matrix = a.matrix(gap: 3)
            var view = matrix.mutableView
            let pivots = try factorLU(&view)
            let steps = min(m, n)
            #expect(pivots.firstZero == nil)
            #expect(pivots.rows.count == steps)
            #expect(pivots.rows.enumerated().allSatisfy { $0.element >= $0.offset && $0.element < m })
            let f = Plain(matrix.view)
            let lower = Plain(m, steps) { i, j in i == j ? 1 : i > j ? f[i, j] : 0 }
            let upper = Plain(steps, n) { i, j in i <= j ? f[i, j] : 0 }
            #expect(lower.elements.allSatisfy { $0.absoluteValue <= 1.4143 }, "partial pivoting bounds the multipliers")
            var permuted = a.matrix(gap: 1)
            var rows = permuted.mutableView
            try exchangeRows(of: &rows, pivots)
            expectClose(product(1, lower, upper), Plain(permuted.view), units: 16 * (m + n + 4), "\(m) x \(n)")
            try checkExchanges(a, pivots, Plain(permuted.view))
            expectGapUntouched(matrix)
        }
    }

    /// The exchanges one by one, and back.
    func checkExchanges<S: LinearScalar>(_ a: Plain<S>, _ pivots: Pivots, _ permuted: Plain<S>) throws {
        var order = Array(0..<a.rows)
        for (i, row) in pivots.rows.enumerated() { order.swapAt(i, row) }
        #expect(permuted.elements == Plain(a.rows, a.columns) { a[order[$0], $1] }.elements)
        var back = permuted.matrix(gap: 1)
        var view = back.mutableView
        try exchangeRows(of: &view, pivots, reversed: true)
        #expect(Plain(back.view).elements == a.elements)
        expectGapUntouched(back)
        var inversions = 0
        for i in order.indices { for j in 0..<i where order[j] > order[i] { inversions += 1 } }
        #expect(pivots.sign == (inversions % 2 == 0 ? 1 : -1))
    }

    func checkSolves<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(15)
        for n in [0, 1, 2, 13, 97] {
            let a = wellConditioned(n, &generator, of: S.self)
            let order = (0..<n).shuffled(using: &generator)
            let shuffled = Plain(n, n) { i, j in a[order[i], j] }
            var matrix = shuffled.matrix(gap: 3)
            var view = matrix.mutableView
            let pivots = try factorLU(&view)
            for transpose in Transpose.allCases {
                for count in [0, 1, 5] {
                    let b: Plain<S> = generator.plain(n, count)
                    var x = b.matrix(gap: 2)
                    var target = x.mutableView
                    try solveLU(matrix.view, pivots, transposeA: transpose, &target)
                    expectClose(
                        product(1, shuffled.op(transpose), Plain(x.view)), b, units: 64 * (n + 4), "\(n) \(transpose)")
                    expectGapUntouched(x)
                }
            }
            let factors = matrix.copy()
            view = matrix.mutableView
            try invertLU(&view, pivots)
            let inverse = Plain(matrix.view)
            expectClose(product(1, shuffled, inverse), .identity(n), units: 64 * (n + 4), "inverse \(n)")
            for norm in [MatrixNorm.one, .infinity] {
                let size = try shuffled.matrix().view.norm(norm)
                let estimate = try reciprocalConditionLU(factors.view, norm: norm, ofA: size)
                let condition = try size * inverse.matrix().view.norm(norm)
                if n > 0 {
                    #expect(1 / estimate <= condition * 1.001 && 1 / estimate >= condition / 10)
                } else {
                    #expect(estimate == 1)
                }
            }
        }
    }

    func checkSingular<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(16)
        for (n, zero) in [(1, 0), (5, 4), (7, 3), (67, 40)] {
            var a = wellConditioned(n, &generator, of: S.self).triangular(.upper)
            a[zero, zero] = 0
            var matrix = a.matrix()
            var view = matrix.mutableView
            let pivots = try factorLU(&view)
            #expect(pivots.firstZero == zero)
            #expect(Plain(matrix.view).elements == a.elements)
            var thrown: [TesseraError] = []
            var b = Plain<S>(n, 1) { _, _ in 1 }.matrix()
            do throws(TesseraError) {
                var target = b.mutableView
                try solveLU(matrix.view, pivots, &target)
            } catch { thrown.append(error) }
            do throws(TesseraError) {
                view = matrix.mutableView
                try invertLU(&view, pivots)
            } catch { thrown.append(error) }
            #expect(thrown == [.singular(pivot: zero), .singular(pivot: zero)])
        }
    }
}
