import LinearAlgebra
import Testing

@Suite struct MatrixTests {
    @Test func layout() {
        let a = Matrix<Double>(rows: 3, columns: 2, leadingDimension: 5) { i, j in Double(10 * i + j) }
        #expect(a.rows == 3 && a.columns == 2 && a.leadingDimension == 5)
        #expect(a[2, 1] == 21)
        #expect(a.base[2 + 5] == 21)
        #expect(UInt(bitPattern: a.base) % 64 == 0)
    }

    @Test func emptySizes() {
        for (m, n) in [(0, 0), (0, 4), (4, 0)] {
            var a = Matrix<Float>(rows: m, columns: n, repeating: 1)
            #expect(a.leadingDimension == max(1, m))
            let copied = a.copy()
            #expect(copied.rows == m && copied.columns == n)
            var view = a.mutableView
            view.fill(3)
            let block = view.block(rows: m..<m, columns: n..<n)
            let shape = (block.rows, block.columns)
            #expect(shape == (0, 0))
        }
    }

    @Test func generatorErrorsGoThrough() {
        struct Odd: Error {}
        #expect(throws: Odd.self) {
            _ = try Matrix<Double>(rows: 2, columns: 2) { i, j in
                if i == 1 { throw Odd() }
                return 0
            }
        }
    }

    @Test func blocksAndColumns() {
        var a = Matrix<Double>(rows: 6, columns: 5, leadingDimension: 8) { i, j in Double(10 * i + j) }
        expectInnerBlock(a.view.block(rows: 1..<5, columns: 2..<4).block(rows: 1..<3, columns: 1..<2))
        var whole = a.mutableView
        var part = whole.block(rows: 2..<6, columns: 3..<5)
        part[0, 1] = -1
        var span = part.column(0)
        span[3] = -2
        #expect(a[2, 4] == -1 && a[5, 3] == -2 && a[2, 3] == 23)
    }

    private func expectInnerBlock(_ block: MatrixView<Double>) {
        let shape = (block.rows, block.columns)
        #expect(shape == (2, 1))
        let corners = [block[0, 0], block[1, 0]]
        #expect(corners == [23, 33])
        let column = block.column(0)
        let seen = (column.count, column[1])
        #expect(seen == (2, 33))
    }

    @Test func copyLeavesGapsOut() {
        let a = Matrix<Double>(rows: 2, columns: 2, leadingDimension: 7) { i, j in Double(i - j) }
        let b = a.copy()
        #expect(b.leadingDimension == 2)
        #expect(b[0, 1] == -1 && b[1, 0] == 1)
    }

    @Test(arguments: ScalarKind.allCases) func fillsAndTransposes(_ kind: ScalarKind) throws {
        try checkFilling(kind.type)
    }

    func checkFilling<S: LinearScalar>(_: S.Type) throws {
        var generator = Generator(1)
        for (m, n) in [(0, 3), (1, 1), (1, 7), (67, 33), (32, 64), (5, 101)] {
            let source: Plain<S> = generator.plain(m, n)
            let a = source.matrix(gap: 3)
            for (conjugated, op) in [(false, Transpose.transpose), (true, .conjugateTranspose)] {
                var t = Plain<S>(n, m) { _, _ in 0 }.matrix(gap: 2)
                var view = t.mutableView
                try view.transpose(from: a.view, conjugated: conjugated)
                #expect(Plain(t.view).elements == source.op(op).elements)
                expectGapUntouched(t)
            }
            var filled = source.matrix(gap: 1)
            var view = filled.mutableView
            view.fill(offDiagonal: 2, diagonal: 5)
            #expect(Plain(filled.view).elements == Plain<S>(m, n) { $0 == $1 ? 5 : 2 }.elements)
            for triangle in Triangle.allCases {
                var partly = source.matrix(gap: 1)
                var view = partly.mutableView
                view.fill(offDiagonal: 2, diagonal: 5, triangle: triangle)
                let expected = Plain<S>(m, n) { i, j in
                    i == j ? 5 : inside(triangle, i, j) ? 2 : source[i, j]
                }
                #expect(Plain(partly.view).elements == expected.elements)
                expectGapUntouched(partly)
            }
        }
        #expect(Plain(Matrix<S>.identity(3).view).elements == Plain<S>.identity(3).elements)
    }
}
