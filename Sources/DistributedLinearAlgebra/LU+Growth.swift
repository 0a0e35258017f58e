// Wilkinson's growth factor: how much larger than A's elements those of U have become.

internal import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing

extension LU {
    /// max |uᵢⱼ| / max |aᵢⱼ|, by which the backward error of a solution may exceed a few eps: near n^(2/3) as a rule, 2ⁿ⁻¹
    /// at worst; without a bound for random butterflies, whose mixing it includes. 0 for a matrix of zeros, NaN where U holds one. Collective; n m / 2 reads.
    public borrowing func growthFactor() throws(TesseraError) -> Scalar.Real {
        var largest: Scalar.Real = 0
        for j in 0..<factors.localColumns {
            let height = factors.layout.rows.count(
                below: GlobalIndex(factors.globalColumn(j) + 1), on: factors.grid.row)
            largest = largerOrNaN(
                largest, largestModulus(factors.storage + j * factors.leadingDimension, height, 1, max(1, height)))
        }
        let grid = factors.grid
        largest = grid.communicator.collectively("growthFactor") { () throws(TesseraError) in
            try grid.communicator.allReduce(largest, .orNaN)
        }
        return largest == 0 ? 0 : largest / norms.maximum
    }
}
