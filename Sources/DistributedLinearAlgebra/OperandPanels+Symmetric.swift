// Panels of a symmetric or Hermitian operand, of which one triangle is stored: put together from the panel itself and from
// the mirror image of the other direction's panel. With the lower triangle stored and K the panel's columns,
//
//     A(:, K) = | A(K, above)ᵀ |     above K: stored in the rows of K
//               | A(K, K)      |     the lower triangle, and its mirror image
//               | A(below, K)  |     below K: stored
//
// Each scalar of a panel of n x w is redistributed once, the diagonal block twice: (n + w) w words beside those that
// spread the panel.

internal import DistributedArrays
internal import Failures
internal import LinearAlgebra

extension OperandPanels {
    /// Begins to bring a panel to its ranks: op(A)(range, inner) or op(A)(inner, range) of an operand in its form.
    mutating func begin(
        _ inner: Range<Int>, _ range: Range<Int>, of a: DistributedMatrixView<Scalar>, _ form: OperandForm,
        dealtLike target: BlockCyclic
    ) throws(TesseraError) {
        switch form {
        case .general(let operation): try begin(inner, range, of: a, operation, dealtLike: target)
        case .symmetric(let triangle): try begin(inner, of: a, triangle, .transpose, dealtLike: target)
        case .hermitian(let triangle): try begin(inner, of: a, triangle, .conjugateTranspose, dealtLike: target)
        }
    }

    private mutating func begin(
        _ inner: Range<Int>, of a: DistributedMatrixView<Scalar>, _ triangle: Triangle, _ mirror: Transpose,
        dealtLike target: BlockCyclic
    ) throws(TesseraError) {
        let (head, tail) = (0..<inner.upperBound, inner.lowerBound..<a.rows)
        let stored = (place == .left) == (triangle == .lower) ? tail : head
        let image = (place == .left) == (triangle == .lower) ? head : tail
        var panel = strip(inner, 0..<a.rows, dealtLike: target)
        var mirrored = strip(inner, 0..<a.rows, dealtLike: target)
        switch place {
        case .left:
            try panel.replace(with: a.submatrix(rows: stored, columns: inner), atRow: stored.lowerBound)
            try mirrored.replace(
                with: a.submatrix(rows: inner, columns: image), operation: mirror, atRow: image.lowerBound)
        case .right:
            try panel.replace(with: a.submatrix(rows: inner, columns: stored), column: stored.lowerBound)
            try mirrored.replace(
                with: a.submatrix(rows: image, columns: inner), operation: mirror, column: image.lowerBound)
        }
        // The panel's row i and column j are A's i + shift and j + shift, of the one that is cut.
        let shift = place == .left ? inner.lowerBound : -inner.lowerBound
        panel.complete(triangle, from: mirrored, shift: shift, isHermitian: mirror == .conjugateTranspose)
        try send(panel.view)
    }
}

extension DistributedMatrix {
    /// Takes what lies outside the triangle whose diagonal is (j + shift, j) from a matrix that is dealt alike. Local.
    fileprivate mutating func complete(
        _ triangle: Triangle, from mirrored: borrowing DistributedMatrix, shift: Int, isHermitian: Bool
    ) {
        let local = LocalTriangle(triangle, of: layout, on: grid, shift: shift, leaf: 1)
        let all = 0..<localRows
        for column in 0..<localColumns {
            let inside = local.rows(inColumn: column, of: all)
            let outside = triangle == .lower ? 0..<inside.lowerBound : inside.upperBound..<localRows
            (storage + outside.lowerBound + column * leadingDimension).update(
                from: mirrored.storage + outside.lowerBound + column * mirrored.leadingDimension, count: outside.count)
            if isHermitian, let row = local.diagonalRow(inColumn: column, of: all) {
                let element = storage + row + column * leadingDimension
                element.pointee = Scalar(real: element.pointee.realPart)
            }
        }
    }
}
