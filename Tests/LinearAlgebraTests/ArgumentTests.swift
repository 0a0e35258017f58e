// Each refusal names the routine, the argument, what was expected and what was found.

import Failures
import LinearAlgebra
import Testing

@Suite struct ArgumentTests {
    private func refusal(_ body: () throws -> Void) -> String {
        do {
            try body()
            return "accepted"
        } catch { return (error as? TesseraError)?.description ?? "another error: \(error)" }
    }

    private func zeros(_ rows: Int, _ columns: Int) -> Matrix<Double> { Matrix(rows: rows, columns: columns) }

    private func onMatrix(
        _ rows: Int, _ columns: Int, _ body: (inout MutableMatrixView<Double>) throws -> Void
    ) -> String {
        var matrix = zeros(rows, columns)
        return refusal {
            var view = matrix.mutableView
            try body(&view)
        }
    }

    private func onVector(
        _ count: Int, _ body: (inout MutableSpan<Double>) throws -> Void
    ) -> String {
        var vector = [Double](repeating: 0, count: count)
        return refusal {
            var span = vector.mutableSpan
            try body(&span)
        }
    }

    @Test func vectors() {
        let x: [Double] = [1, 2]
        #expect(onVector(3) { try axpy(1, x.span, into: &$0) } == "axpy: y: expected 2 elements, found 3")
        #expect(onVector(3) { try copy(x.span, into: &$0) } == "copy: y: expected 2 elements, found 3")
        #expect(
            refusal { _ = try dot(x.span, [1].span) }
                == "dot: y: expected 2 elements, found 1")
        var other: [Double] = [1]
        let exchanged = onVector(2) {
            var second = other.mutableSpan
            try exchange(&$0, &second)
        }
        #expect(exchanged == "exchange: y: expected 2 elements, found 1")
    }

    @Test func matrixVector() {
        let a = zeros(3, 2)
        let two: [Double] = [0, 0]
        #expect(
            onVector(2) { try multiply(a.view, vector: two.span, into: &$0) }
                == "multiply: y: expected 3 elements, found 2")
        #expect(
            onVector(2) { try multiply(a.view, transposeA: .transpose, vector: two.span, into: &$0) }
                == "multiply: x: expected 3 elements, found 2")
        #expect(
            onVector(2) { try solveTriangular(a.view, .lower, vector: &$0) }
                == "solveTriangular: a: expected a square matrix, found 3 x 2")
        #expect(
            onVector(2) { try multiplyHermitian(a.view, .lower, vector: two.span, into: &$0) }
                == "multiplyHermitian: a: expected a square matrix, found 3 x 2")
        #expect(
            onMatrix(2, 3) { try rankOneUpdate(two.span, two.span, into: &$0) }
                == "rankOneUpdate: y: expected 3 elements, found 2")
    }

    @Test func products() {
        let a = zeros(3, 2)
        let b = zeros(3, 4)
        #expect(
            onMatrix(3, 4) { try multiply(a.view, b.view, into: &$0) }
                == "multiply: b: expected op(b) of 2 rows, as op(a) has columns, found 3")
        #expect(
            onMatrix(3, 4) { try multiply(a.view, transposeA: .transpose, b.view, into: &$0) }
                == "multiply: c: expected 2 x 4, found 3 x 4")
        #expect(
            onMatrix(3, 4) { try multiplySymmetric(a.view, .lower, b.view, into: &$0) }
                == "multiplySymmetric: a: expected 3 x 3, found 3 x 2")
        #expect(
            onMatrix(3, 4) { try solveTriangular(a.view, .lower, on: .right, &$0) }
                == "solveTriangular: a: expected 4 x 4, found 3 x 2")
        #expect(
            onMatrix(2, 2) { try symmetricRankUpdate(a.view, .lower, of: &$0) }
                == "symmetricRankUpdate: a: expected op(a) of 2 rows, as c has, found 3")
        #expect(
            onMatrix(3, 3) { try symmetricRankTwoUpdate(a.view, b.view, .lower, of: &$0) }
                == "symmetricRankTwoUpdate: b: expected 3 x 2, found 3 x 4")
        #expect(
            onMatrix(3, 4) { try hermitianRankUpdate(a.view, .lower, of: &$0) }
                == "hermitianRankUpdate: c: expected a square matrix, found 3 x 4")
    }

    @Test func factorizations() {
        let square = zeros(3, 3)
        #expect(
            onMatrix(3, 4) { try factorCholesky(&$0) } == "factorCholesky: a: expected a square matrix, found 3 x 4")
        #expect(
            onMatrix(2, 1) { try solveCholesky(square.view, .lower, &$0) }
                == "solveCholesky: b: expected 3 x 1, found 2 x 1")
        #expect(
            onMatrix(3, 1) { try solveLU(square.view, Pivots(rows: [0, 1]), &$0) }
                == "solveLU: pivots: expected 3 elements, found 2")
        #expect(
            onMatrix(3, 1) { try exchangeRows(of: &$0, Pivots(rows: [0, 0])) }
                == "exchangeRows: pivots: expected at most 3 rows, the one at i from i up to 2, found 0 at 1")
        #expect(
            onMatrix(3, 1) { try exchangeRows(of: &$0, Pivots(rows: [3])) }
                == "exchangeRows: pivots: expected at most 3 rows, the one at i from i up to 2, found 3 at 0")
        #expect(
            refusal { _ = try reciprocalConditionLU(square.view, norm: .frobenius, ofA: 1) }
                == "reciprocalConditionLU: norm: expected .one or .infinity, found .frobenius")
        #expect(
            refusal { _ = try reciprocalConditionLU(square.view, ofA: .nan) }
                == "reciprocalConditionLU: norm of a: expected a finite number from 0, found nan")
        #expect(
            onMatrix(2, 3) { try formQ(&$0, []) }
                == "formQ: reflectors: expected no more columns than rows, found 2 x 3")
        #expect(onMatrix(2, 3) { try applyQ(square.view, [], &$0) } == "applyQ: reflectors: expected 2 rows, found 3")
        #expect(onMatrix(2, 3) { _ = try hermitianEigenvalues(&$0) }.contains("expected a square matrix, found 2 x 3"))
        #expect(onMatrix(2, 3) { try $0.copy(from: square.view) } == "copy: source: expected 2 x 3, found 3 x 3")
        #expect(
            onMatrix(2, 3) { try $0.transpose(from: square.view) } == "transpose: source: expected 3 x 2, found 3 x 3")
    }

    /// OpenBLAS counts in 32 bits; a matrix without rows can have more columns than that and hold no memory.
    @Test func sizesBeyond32Bits() {
        let wide = zeros(0, 0)
        let columns = Int(Int32.max) + 1
        let text = refusal {
            let view = MatrixView<Double>(unsafe: wide.base, rows: 0, columns: columns, leadingDimension: 1)
            _ = try view.norm(.one)
        }
        #expect(text == "norm: self: expected sizes of at most 2147483647, found 2147483648")
        let product = refusal {
            let a = MatrixView<Double>(unsafe: wide.base, rows: 0, columns: columns, leadingDimension: 1)
            let b = MatrixView<Double>(unsafe: wide.base, rows: columns, columns: 0, leadingDimension: columns)
            var c = MutableMatrixView<Double>(unsafe: wide.base, rows: 0, columns: 0, leadingDimension: 1)
            try multiply(a, b, into: &c)
        }
        #expect(product == "multiply: a: expected sizes of at most 2147483647, found 2147483648")
    }
}
