// The panel of LU without exchanges: L11 U11 of the diagonal block on its rank, from there to the process column, where each
// rank makes L21 = A21 U11⁻¹ of its own rows. Below a pivot that is zero L is zero, too.
//
// Flops m w² over the ranks. On each rank w² scalars and one message.

internal import DistributedArrays
internal import Failures
import LinearAlgebra
internal import MessagePassing

/// Factors the panel in place, and returns its first zero pivot. Collective on the process column.
///
/// - Parameter corner: room for w² scalars.
func factorWithoutExchanges<Scalar: LinearScalar>(
    _ panel: Range<Int>, of a: borrowing DistributedMatrix<Scalar>, corner: UnsafeMutablePointer<Scalar>
) throws(TesseraError) -> Int? {
    let (grid, rows, width) = (a.grid, a.layout.rows, panel.count)
    let root = rows.owner(of: GlobalIndex(panel.lowerBound))
    let columns = a.storage + a.layout.columns.local(GlobalIndex(panel.lowerBound)).value * a.leadingDimension
    if root == grid.row {
        let block = columns + rows.local(GlobalIndex(panel.lowerBound)).value
        var diagonal = LocalPanel(width, width, block, a.leadingDimension, isPivoting: false)
        diagonal.factor()
        for j in 0..<width { (corner + j * width).update(from: block + j * a.leadingDimension, count: width) }
    }
    if grid.rows > 1 {
        try grid.columnCommunicator.broadcast(corner, width * width, Scalar.datatype, from: root)
    }
    let zeros = (0..<width).filter { corner[$0 + $0 * width] == .zero }
    // x / ∞ = 0
    for j in zeros { corner[j + j * width] = Scalar(real: .infinity) }
    let below = rows.localRange(panel.upperBound..<rows.extent, on: grid.row)
    if !below.isEmpty {
        Scalar.trsm(
            .right, .upper, .none, .nonUnit, below.count, width, 1, corner, width, columns + below.lowerBound,
            a.leadingDimension)
    }
    return zeros.first.map { panel.lowerBound + $0 }
}
