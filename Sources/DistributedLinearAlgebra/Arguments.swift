// What the routines ask of their arguments at entry, and what they compare between ranks.

internal import CostModels
internal import DistributedArrays
internal import Failures
import LinearAlgebra

extension LinearScalar {
    /// The bits of a scalar as words, for entry checks.
    var words: [Int] {
        [realPart, imaginaryPart].map { Int(bitPattern: UInt(Double($0).bitPattern)) }
    }
}

/// The operand `name` is not on the grid of the others.
func differentGrids(_ routine: String, _ name: String) -> TesseraError {
    .argument(routine: routine, name: name, expected: "a matrix on the same grid", found: "one on another grid")
}

extension DistributedMatrix {
    /// A = alpha A; alpha = 0 overwrites, NaN included. Local.
    mutating func scale(by alpha: Scalar) {
        guard alpha != 1, localRows > 0 else { return }
        for j in 0..<localColumns { Scalar.scal(localRows, alpha, storage + j * leadingDimension, 1) }
    }
}

extension DistributedMatrix {
    /// Runs what wants rows dealt by `rows`, on this matrix or on a copy of it in that layout. Collective.
    mutating func withRows(
        dealtBy rows: BlockCyclic, _ body: (inout DistributedMatrix) throws(TesseraError) -> Void
    ) throws(TesseraError) {
        guard layout.rows != rows else { return try body(&self) }
        var copy = try redistributed(to: MatrixLayout(rows: rows, columns: layout.columns))
        try body(&copy)
        try replace(with: copy.view)
    }
}

extension DistributedMatrixView {
    /// The layout and the place of the view as words, for entry checks.
    var words: [Int] { layout.words + [rowRange.lowerBound, rows, columnRange.lowerBound, columns] }
}

extension ProcessGrid {
    /// The grid as the cost models see it.
    func model(block: Int) -> GridModel { GridModel(rows: rows, columns: columns, block: block) }
}

/// Throws an argument error that names both shapes, unless `holds`.
func requireShape(
    _ routine: String, _ name: String, _ expected: @autoclosure () -> String, _ holds: Bool, _ rows: Int, _ columns: Int
) throws(TesseraError) {
    if !holds {
        throw .argument(routine: routine, name: name, expected: expected(), found: "\(rows)x\(columns)")
    }
}

/// Refuses blocks that are not square, and where `isSquare` a matrix that is not.
func requireSquareBlocks(
    _ routine: String, _ rows: BlockCyclic, _ columns: BlockCyclic, isSquare: Bool
) throws(TesseraError) {
    if isSquare {
        try requireShape(
            routine, "matrix", "a square matrix", rows.extent == columns.extent, rows.extent, columns.extent)
    }
    guard rows.block == columns.block else {
        throw .argument(
            routine: routine, name: "matrix", expected: "square blocks",
            found: "blocks of \(rows.block)x\(columns.block)")
    }
}
