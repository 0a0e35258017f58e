// What `solve` sees in a matrix before it chooses a method. Comparisons are exact: a matrix that is symmetric up to
// rounding only is not symmetric.
//
// Triangular: n² reads and one reduction. Hermitian: A's rows are dealt like its columns, a panel at a time, n² words in
// all; a matrix that is not Hermitian usually shows it in the first panel.

internal import CostModels
internal import DistributedArrays
internal import Failures
import LinearAlgebra
internal import MessagePassing

extension DistributedMatrix {
    /// The triangle that holds everything but zeros, nil where both do. A diagonal matrix is lower. Collective.
    borrowing func soleTriangle() throws(TesseraError) -> Triangle? {
        var isNonzero = [0, 0]  // above, below the diagonal
        for j in 0..<localColumns {
            let column = storage + j * leadingDimension
            let diagonal = layout.rows.count(below: GlobalIndex(globalColumn(j)), on: grid.row)
            let below = layout.rows.count(below: GlobalIndex(globalColumn(j) + 1), on: grid.row)
            if isNonzero[0] == 0, !isZero(column, diagonal) { isNonzero[0] = 1 }
            if isNonzero[1] == 0, !isZero(column + below, localRows - below) { isNonzero[1] = 1 }
        }
        var span = isNonzero.mutableSpan
        try grid.communicator.allReduce(&span, .maximum)
        return isNonzero[0] == 0 ? .lower : isNonzero[1] == 0 ? .upper : nil
    }

    /// The first index from 0 with a zero on the diagonal, nil where there is none. Collective.
    borrowing func firstZeroOnDiagonal() throws(TesseraError) -> Int? {
        var first = Int.max
        forEachOwnDiagonal { i, element in
            if element == .zero { first = min(first, i) }
        }
        first = try grid.communicator.allReduce(first, .minimum)
        return first == Int.max ? nil : first
    }

    /// Whether A = Aᴴ with a diagonal of positive numbers. Collective.
    borrowing func isHermitianWithPositiveDiagonal() throws(TesseraError) -> Bool {
        var isRefuted = 0
        forEachOwnDiagonal { _, element in
            if !(element.realPart > 0 && element.realPart.isFinite) || element.imaginaryPart != 0 { isRefuted = 1 }
        }
        guard try grid.communicator.allReduce(isRefuted, .maximum) == 0 else { return false }
        let depth = MultiplyModel.panelDepth(block: layout.columns.block)
        for start in stride(from: 0, to: columns, by: depth) {
            let range = start..<min(columns, start + depth)
            // A(range, :)ᴴ, dealt like A(:, range)
            var mirrored = DistributedMatrix(
                workspace: MatrixLayout(
                    rows: layout.rows,
                    columns: BlockCyclic(
                        extent: range.count, block: layout.columns.block, parts: grid.columns,
                        source: layout.columns.owner(of: GlobalIndex(start)))), on: grid)
            try mirrored.replace(
                with: submatrix(rows: range, columns: 0..<columns), operation: .conjugateTranspose)
            let own = storage + layout.columns.localRange(range, on: grid.column).lowerBound * leadingDimension
            for j in 0..<mirrored.localColumns where isRefuted == 0 {
                if !areEqual(own + j * leadingDimension, mirrored.storage + j * mirrored.leadingDimension, localRows) {
                    isRefuted = 1
                }
            }
            guard try grid.communicator.allReduce(isRefuted, .maximum) == 0 else { return false }
        }
        return true
    }

    /// This rank's elements of the diagonal, by global index.
    borrowing func forEachOwnDiagonal(_ body: (Int, Scalar) -> Void) {
        for j in 0..<localColumns {
            let i = GlobalIndex(globalColumn(j))
            guard i.value < rows, layout.rows.owner(of: i) == grid.row else { continue }
            body(i.value, storage[layout.rows.local(i).value + j * leadingDimension])
        }
    }
}
