// Scales that bring the rows and columns of A to one size: R A C, powers of two, so that scaling rounds nothing.
//
//     general     rᵢ = 1 / maxⱼ |aᵢⱼ|, then cⱼ = 1 / maxᵢ rᵢ |aᵢⱼ|      (LAPACK geequb, laqge)
//     Hermitian   rᵢ = cᵢ = 1 / √aᵢᵢ                                 (LAPACK poequb, laqhe)
//
// each rounded to a power of two, |x| being max(|Re x|, |Im x|). n² reads, twice where rows are scaled; 2 n or 3 n words a
// rank.

public import DistributedArrays
public import Failures
public import LinearAlgebra
internal import MessagePassing

/// Row and column scales of a matrix, the same on every rank.
public struct Equilibration<Scalar: LinearScalar>: Sendable {
    /// The factor of each row: a power of two.
    public let rows: [Scalar.Real]
    /// The factor of each column: a power of two.
    public let columns: [Scalar.Real]
    /// Whether all factors are one: the matrix is well scaled as it is.
    public let isIdentity: Bool

    init(rows: [Scalar.Real], columns: [Scalar.Real]) {
        self.rows = rows
        self.columns = columns
        isIdentity = rows.allSatisfy { $0 == 1 } && columns.allSatisfy { $0 == 1 }
    }
}

extension DistributedMatrix {
    /// The scales that equilibrate the matrix, as LAPACK's geequb and laqge choose them: rows are scaled where their
    /// largest elements differ by more than a factor of ten or come near the limits of the type's range, columns where
    /// theirs differ as much. A row or column of zeros keeps its scale. Collective.
    ///
    /// - Throws: `TesseraError.notFinite` on all ranks where an element is NaN or infinite.
    public borrowing func equilibration() throws(TesseraError) -> Equilibration<Scalar> {
        try grid.communicator.agree("equilibration", on: layout.words)
        guard let scales = findEquilibration(for: Scalar.Real.self) else {
            throw .notFinite(routine: "equilibration", name: "a")
        }
        return scales
    }

    /// A = R A C. Local.
    ///
    /// - Precondition: a factor for each row and each column.
    public mutating func scale(by scales: Equilibration<Scalar>) {
        precondition(scales.rows.count == rows && scales.columns.count == columns)
        if scales.isIdentity { return }
        scaleRows(localShare(of: scales.rows))
        for j in 0..<localColumns {
            scal(storage + j * leadingDimension, localRows, by: scales.columns[globalColumn(j)])
        }
    }

    /// The scales that make the matrix fit a type of this range; nil where an element is not finite. Collective.
    borrowing func findEquilibration<Range: LinearReal>(
        for range: Range.Type
    ) -> Equilibration<Scalar>? {
        let plain = lineMaxima(scaledBy: nil)
        let largest = plain.rows.reduce(0, largerOrNaN)
        guard largest.isFinite else { return nil }
        let ones = [Scalar.Real](repeating: 1, count: rows)
        let (rowScales, columnMaxima) =
            isUneven(plain.rows) || !isInside(range, largest)
            ? (plain.rows.map(reciprocalPowerOfTwo), [Scalar.Real]()) : (ones, plain.columns)
        let maxima =
            columnMaxima.isEmpty && columns > 0 ? lineMaxima(scaledBy: rowScales).columns : columnMaxima
        return Equilibration(
            rows: rowScales,
            columns: isUneven(maxima)
                ? maxima.map(reciprocalPowerOfTwo) : [Scalar.Real](repeating: 1, count: columns))
    }

    /// The scales by the diagonal of a Hermitian matrix, which keep it Hermitian; nil where an element of the diagonal
    /// is not finite. Collective.
    borrowing func findHermitianEquilibration<Range: LinearReal>(
        for range: Range.Type
    ) -> Equilibration<Scalar>? {
        var diagonal = [Scalar.Real](repeating: 0, count: rows)
        forEachOwnDiagonal { i, element in diagonal[i] = element.realPart }
        grid.communicator.collectively("equilibration") { () throws(TesseraError) in
            try grid.communicator.allReduce(&diagonal, .sum)
        }
        let largest = diagonal.reduce(0) { largerOrNaN($0, $1.magnitude) }
        guard largest.isFinite else { return nil }
        let roots = diagonal.map { ($0.magnitude).squareRoot() }
        let scales =
            isUneven(roots) || !isInside(range, largest)
            ? roots.map(reciprocalPowerOfTwo) : [Scalar.Real](repeating: 1, count: rows)
        return Equilibration(rows: scales, columns: scales)
    }

    /// max |aᵢⱼ| of each row and each column, rows scaled first, on every rank. Collective.
    private borrowing func lineMaxima(
        scaledBy rowScales: [Scalar.Real]?
    ) -> (rows: [Scalar.Real], columns: [Scalar.Real]) {
        let scales = rowScales.map { localShare(of: $0) }
        var inRows = [Scalar.Real](repeating: 0, count: localRows)
        var maxima = [Scalar.Real](repeating: 0, count: rows + columns)
        for j in 0..<localColumns where localRows > 0 {
            let column = storage + j * leadingDimension
            maxima[rows + globalColumn(j)] =
                if let scales { largestScaledPart(column, localRows, scales) } else {
                    raiseToParts(column, localRows, &inRows)
                }
        }
        for i in 0..<localRows { maxima[globalRow(i)] = inRows[i] }
        grid.communicator.collectively("equilibration") { () throws(TesseraError) in
            try grid.communicator.allReduce(&maxima, .orNaN)
        }
        return (Array(maxima[..<rows]), Array(maxima[rows...]))
    }

    /// The elements of a vector over all rows that belong to this rank's rows.
    borrowing func localShare(of values: [Scalar.Real]) -> [Scalar.Real] {
        (0..<localRows).map { values[globalRow($0)] }
    }

    /// aᵢⱼ = dᵢ aᵢⱼ for this rank's rows. Local.
    mutating func scaleRows(_ factors: [Scalar.Real]) {
        for j in 0..<localColumns { scaleElements(storage + j * leadingDimension, localRows, by: factors) }
    }
}

/// x = c x; a factor of one leaves x alone.
private func scal<Scalar: LinearScalar>(_ x: UnsafeMutablePointer<Scalar>, _ count: Int, by c: Scalar.Real) {
    if c != 1 { Scalar.scal(count, Scalar(real: c), x, 1) }
}

/// Whether sizes differ by more than LAPACK's threshold of a factor of ten; zeros aside.
private func isUneven<Real: LinearReal>(_ sizes: [Real]) -> Bool {
    let smallest = sizes.reduce(Real.infinity) { $1 > 0 ? min($0, $1) : $0 }
    return smallest.isFinite && smallest < sizes.reduce(0, max) / 10
}

/// Whether a number lies well inside a type's range.
private func isInside<Real: LinearReal, Range: LinearReal>(_: Range.Type, _ size: Real) -> Bool {
    let small = Double(Range.leastNormalMagnitude) / Double(Range.ulpOfOne)
    return size == 0 || (small...1 / small).contains(Double(size))
}

/// 2⁻ᵉ for a size in 2ᵉ ..< 2ᵉ⁺¹; 1 for zero.
func reciprocalPowerOfTwo<Real: LinearReal>(_ size: Real) -> Real {
    guard size > 0, size.isFinite else { return 1 }
    let limit = Real.greatestFiniteMagnitude.exponent - 3
    return Real(sign: .plus, exponent: -max(-limit, min(limit, size.exponent)), significand: 1)
}

extension Communicator {
    /// Combines the arrays of all ranks element by element. Collective.
    func allReduce<T: MessageElement>(_ values: inout [T], _ reduction: Reduction<T>) throws(TesseraError) {
        var span = values.mutableSpan
        try allReduce(&span, reduction)
    }
}
