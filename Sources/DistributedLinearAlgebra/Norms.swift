// Norms of a distributed matrix, O(m n) work and a reduction of at most m + n words a rank: NormModel.
//
//     maximum max |aᵢⱼ|     one max over columns of Σ |aᵢⱼ|     infinity max over rows     frobenius (Σ |aᵢⱼ|²)^½
//
// The Frobenius norm scales by the largest part M: M (Σ (|aᵢⱼ| / M)²)^½ neither overflows nor underflows unduly. A NaN in
// the matrix makes every norm NaN.

public import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing

extension DistributedMatrix {
    /// A norm of the matrix, the same bits on all ranks. 0 for an empty matrix; NaN where an element is NaN. Collective.
    public borrowing func norm(_ kind: MatrixNorm) throws(TesseraError) -> Scalar.Real {
        try grid.communicator.agree("norm", on: layout.words + [Int(kind.letter)])
        return grid.communicator.collectively("norm") { () throws(TesseraError) in try agreedNorm(kind) }
    }

    private borrowing func agreedNorm(_ kind: MatrixNorm) throws(TesseraError) -> Scalar.Real {
        switch kind {
        case .maximum:
            return try grid.communicator.allReduce(
                largestModulus(storage, localRows, localColumns, leadingDimension), .orNaN)
        case .one:
            return try largest(of: localSums().columns, summedOver: grid.columnCommunicator)
        case .infinity:
            return try largest(of: localSums().rows, summedOver: grid.rowCommunicator)
        case .frobenius:
            let scale = try grid.communicator.allReduce(
                largestPart(storage, localRows, localColumns, leadingDimension), .orNaN)
            guard scale > 0, scale.isFinite else { return scale }
            let squares = try grid.communicator.allReduce(
                sumOfScaledSquares(storage, localRows, localColumns, leadingDimension, scale), .sum)
            return scale * squares.squareRoot()
        }
    }

    /// ‖A‖₁, ‖A‖∞ and max |aᵢⱼ| in one pass over the matrix. Collective.
    borrowing func norms() throws(TesseraError) -> MatrixNorms<Scalar.Real> {
        let sums = localSums()
        return grid.communicator.collectively("norm") { () throws(TesseraError) in
            MatrixNorms(
                one: try largest(of: sums.columns, summedOver: grid.columnCommunicator),
                infinity: try largest(of: sums.rows, summedOver: grid.rowCommunicator),
                maximum: try grid.communicator.allReduce(sums.maximum, .orNaN))
        }
    }

    /// Σᵢ |aᵢⱼ| for each local column, Σⱼ |aᵢⱼ| for each local row, and max |aᵢⱼ|, over this rank's share. Local; each of
    /// BLAS's threads sums some columns.
    borrowing func localSums() -> (columns: [Scalar.Real], rows: [Scalar.Real], maximum: Scalar.Real) {
        let (height, width, leadingDimension) = (localRows, localColumns, leadingDimension)
        let parts = max(1, min(OpenBLAS.threads, width))
        var rows = [Scalar.Real](repeating: 0, count: parts * height)
        var columns = [Scalar.Real](repeating: 0, count: width)
        var maxima = [Scalar.Real](repeating: 0, count: parts)
        guard height > 0 else { return (columns, rows, 0) }
        rows.withUnsafeMutableBufferPointer { rows in
            columns.withUnsafeMutableBufferPointer { columns in
                maxima.withUnsafeMutableBufferPointer { maxima in
                    nonisolated(unsafe) let (a, rows, columns, maxima) = (storage, rows, columns, maxima)
                    ThreadCrew.share(parts) { part, _ in
                        let sums = rows.baseAddress! + part * height
                        for j in width * part / parts..<width * (part + 1) / parts {
                            let (sum, largest) = addModuli(a + j * leadingDimension, height, to: sums)
                            columns[j] = sum
                            // A NaN shows in the sum.
                            maxima[part] = largerOrNaN(maxima[part], sum.isNaN ? sum : largest)
                        }
                    }
                }
            }
        }
        for part in 1..<parts { for i in 0..<height { rows[i] += rows[part * height + i] } }
        return (columns, Array(rows.prefix(height)), maxima.reduce(0, largerOrNaN))
    }

    /// The largest of the sums over all ranks of a process column (row) for each local column (row).
    private borrowing func largest(
        of sums: [Scalar.Real], summedOver communicator: Communicator
    ) throws(TesseraError) -> Scalar.Real {
        var sums = sums
        var span = sums.mutableSpan
        try communicator.allReduce(&span, .sum)
        return try grid.communicator.allReduce(sums.reduce(0, largerOrNaN), .orNaN)
    }

    /// ‖A‖₁ = ‖A‖∞ of the Hermitian matrix whose lower triangle this is. Collective; n words a rank.
    borrowing func hermitianNorm() throws(TesseraError) -> Scalar.Real {
        try largestSum(lowerTriangleSums(isHermitian: true).sums)
    }

    /// ‖A‖₁ = ‖A‖∞ and max |aᵢⱼ| of the Hermitian or symmetric matrix whose lower triangle this is. Collective.
    borrowing func symmetricNorms(isHermitian: Bool) -> MatrixNorms<Scalar.Real> {
        let (sums, maximum) = lowerTriangleSums(isHermitian: isHermitian)
        return grid.communicator.collectively("norm") { () throws(TesseraError) in
            let norm = try largestSum(sums)
            return MatrixNorms(one: norm, infinity: norm, maximum: try grid.communicator.allReduce(maximum, .orNaN))
        }
    }

    private borrowing func largestSum(_ sums: [Scalar.Real]) throws(TesseraError) -> Scalar.Real {
        var sums = sums
        var span = sums.mutableSpan
        try grid.communicator.allReduce(&span, .sum)
        return sums.reduce(0, largerOrNaN)
    }

    /// This rank's part of the row sums of |A|, by global row, and of max |aᵢⱼ|, from the lower triangle. Local.
    private borrowing func lowerTriangleSums(isHermitian: Bool) -> (sums: [Scalar.Real], maximum: Scalar.Real) {
        // |aᵢⱼ|, i > j, counts for row i and, as |aⱼᵢ|, for row j.
        var local = [Scalar.Real](repeating: 0, count: localRows)
        var sums = [Scalar.Real](repeating: 0, count: rows)
        var maximum: Scalar.Real = 0
        local.withUnsafeMutableBufferPointer { local in
            guard let first = local.baseAddress else { return }
            for j in 0..<localColumns {
                let column = globalColumn(j)
                let diagonal = layout.rows.count(below: GlobalIndex(column), on: grid.row)
                let below = layout.rows.count(below: GlobalIndex(column + 1), on: grid.row)
                let elements = storage + j * leadingDimension
                if diagonal < below {
                    let element = elements[diagonal]
                    let size = isHermitian ? element.realPart.magnitude : element.absoluteValue
                    first[diagonal] += size
                    maximum = largerOrNaN(maximum, size)
                }
                let (sum, largest) = addModuli(elements + below, localRows - below, to: first + below)
                sums[column] += sum
                // A NaN shows in the sum.
                maximum = largerOrNaN(maximum, sum.isNaN ? sum : largest)
            }
        }
        for i in 0..<localRows { sums[globalRow(i)] += local[i] }
        return (sums, maximum)
    }

    /// max |xᵢⱼ| of each column, on every rank. Collective.
    borrowing func columnMaxima() throws(TesseraError) -> [Scalar.Real] {
        var maxima = [Scalar.Real](repeating: 0, count: columns)
        for j in 0..<localColumns {
            maxima[globalColumn(j)] = largestModulus(storage + j * leadingDimension, localRows, 1, leadingDimension)
        }
        var span = maxima.mutableSpan
        try grid.communicator.allReduce(&span, .orNaN)
        return maxima
    }
}

/// The norms of a matrix that its factors are judged by.
struct MatrixNorms<Real: LinearReal> {
    let one: Real
    let infinity: Real
    let maximum: Real
}

extension Reduction where Element: BinaryFloatingPoint {
    /// The maximum, or NaN where there is one: MPI's own leaves that open.
    static var orNaN: Reduction { .custom(largerOrNaN) }
}

/// The larger number, or NaN where one is.
@inlinable
func largerOrNaN<Real: BinaryFloatingPoint>(_ a: Real, _ b: Real) -> Real { a >= b || a.isNaN ? a : b }
