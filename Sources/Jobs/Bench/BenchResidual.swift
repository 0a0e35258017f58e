// Products of matrices and vectors for residuals, by plain loops that share nothing with the routines under test.

internal import Tessera

/// Which elements of a matrix count.
enum MatrixPart {
    case whole, lower, strictlyLower, upper
    /// Below the diagonal, and ones on it.
    case unitLower

    /// What stands at (i, j) where the matrix has `value`.
    func element(_ i: Int, _ j: Int, _ value: Double) -> Double {
        switch self {
        case .whole: value
        case .lower: i >= j ? value : 0
        case .strictlyLower: i > j ? value : 0
        case .upper: i <= j ? value : 0
        case .unitLower: i > j ? value : i == j ? 1 : 0
        }
    }
}

/// ‖x - y‖∞ in units of rounding of `scale`; NaN where an element is.
func scaledError(_ x: [Double], _ y: [Double], scale: Double) -> Double {
    maximumNorm(zip(x, y).map { $0 - $1 }) / (scale * Double.unitRoundoff)
}

/// The same on every rank, run after run.
func randomVector(_ n: Int) -> [Double] {
    let random = IndexedRandom(seed: 4)
    return (0..<n).map { random.element($0, 0) }
}

/// The largest magnitude; NaN where any element is.
func maximumNorm(_ x: [Double]) -> Double {
    x.reduce(0) { $0.isNaN || $1.isNaN ? .nan : max($0, abs($1)) }
}

extension DistributedMatrix<Double> {
    /// T x or Tᵀ x for a part T of the matrix, with x and the result on every rank. Collective.
    borrowing func product(
        with x: [Double], part: MatrixPart = .whole, transposed: Bool = false
    ) throws(TesseraError) -> [Double] {
        transposed
            ? try sums(ofColumns: true) { i, j, value in part.element(i, j, value) * x[i] }
            : try sums(ofColumns: false) { i, j, value in part.element(i, j, value) * x[j] }
    }

    /// ‖T‖∞ or ‖Tᵀ‖∞ of a part T of the matrix. Collective.
    borrowing func infinityNorm(part: MatrixPart = .whole, transposed: Bool = false) throws(TesseraError) -> Double {
        maximumNorm(try sums(ofColumns: transposed) { i, j, value in abs(part.element(i, j, value)) })
    }

    /// The sums of term(i, j, A(i, j)) over each row, or each column; on every rank. Collective.
    private borrowing func sums(
        ofColumns: Bool, _ term: (Int, Int, Double) -> Double
    ) throws(TesseraError) -> [Double] {
        var sums = [Double](repeating: 0, count: ofColumns ? columns : rows)
        for localColumn in 0..<localColumns {
            let j = globalColumn(localColumn)
            let column = storage + localColumn * leadingDimension
            forEachRowRun { first, local, count in
                for i in first..<first + count {
                    sums[ofColumns ? j : i] += term(i, j, column[local + i - first])
                }
            }
        }
        var span = sums.mutableSpan
        try grid.communicator.allReduce(&span, .sum)
        return sums
    }
}
