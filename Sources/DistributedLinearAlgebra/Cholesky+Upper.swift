// The upper triangle of a Hermitian or symmetric matrix as the lower one of its transpose, and back, a panel of columns at a
// time: n²/2 words each way and more, since whole panels travel.

internal import DistributedArrays
internal import Failures
internal import LinearAlgebra

extension DistributedMatrix {
    /// A matrix, dealt like A, with Aᴴ, or Aᵀ, on and below the diagonal. Collective.
    borrowing func transposeOfUpperTriangle(conjugate: Bool = true) throws(TesseraError) -> DistributedMatrix {
        var result = try DistributedMatrix(zeros: layout, on: grid)
        for panel in panels {
            try result.replace(
                with: submatrix(rows: panel, columns: panel.lowerBound..<columns),
                operation: conjugate ? .conjugateTranspose : .transpose,
                atRow: panel.lowerBound, column: panel.lowerBound)
        }
        return result
    }

    /// A(i, j) = conj(L(j, i)) on and above the diagonal. Collective.
    mutating func replaceUpperTriangle(byConjugateTransposeOf l: borrowing DistributedMatrix) throws(TesseraError) {
        for panel in panels {
            var strip = DistributedMatrix(
                workspace: MatrixLayout(
                    rows: layout.rows,
                    columns: BlockCyclic(
                        extent: panel.count, block: layout.columns.block, parts: grid.columns,
                        source: layout.columns.owner(of: GlobalIndex(panel.lowerBound)))), on: grid)
            try strip.replace(
                with: l.submatrix(rows: panel, columns: 0..<panel.upperBound), operation: .conjugateTranspose)
            let first = layout.columns.localRange(panel, on: grid.column).lowerBound
            for j in 0..<strip.localColumns {
                let count = layout.rows.count(below: GlobalIndex(globalColumn(first + j) + 1), on: grid.row)
                (storage + (first + j) * leadingDimension).update(
                    from: strip.storage + j * strip.leadingDimension, count: count)
            }
        }
    }

    /// Columns in whole blocks, some 256 at a time.
    private var panels: [Range<Int>] {
        let depth = max(1, residualPanel / layout.columns.block) * layout.columns.block
        return stride(from: 0, to: columns, by: depth).map { $0..<min(columns, $0 + depth) }
    }
}
