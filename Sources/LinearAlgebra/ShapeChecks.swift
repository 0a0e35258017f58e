// What every checked routine asks of its arguments before it calls the library.

public import Failures

/// Throws an argument error that names what was expected and found, unless `holds`.
@usableFromInline
func require(
    _ holds: Bool, _ routine: String, _ name: String, expected: @autoclosure () -> String,
    found: @autoclosure () -> String
) throws(TesseraError) {
    if !holds { throw .argument(routine: routine, name: name, expected: expected(), found: found()) }
}

/// The matrix `name` must be `rows` x `columns`.
@usableFromInline
func requireShape(
    _ routine: String, _ name: String, _ foundRows: Int, _ foundColumns: Int, _ rows: Int, _ columns: Int
) throws(TesseraError) {
    try require(
        foundRows == rows && foundColumns == columns, routine, name, expected: "\(rows) x \(columns)",
        found: "\(foundRows) x \(foundColumns)")
}

/// The matrix `name` must be square.
func requireSquare(_ routine: String, _ name: String, _ rows: Int, _ columns: Int) throws(TesseraError) {
    try require(rows == columns, routine, name, expected: "a square matrix", found: "\(rows) x \(columns)")
}

/// The vector `name` must have `count` elements.
func requireCount(_ routine: String, _ name: String, _ found: Int, _ count: Int) throws(TesseraError) {
    try require(found == count, routine, name, expected: "\(count) elements", found: "\(found)")
}

/// OpenBLAS counts rows, columns, leading dimensions and vector lengths in 32 bits.
func requireIndexable(_ routine: String, _ name: String, _ sizes: Int...) throws(TesseraError) {
    let largest = sizes.max() ?? 0
    try require(
        largest <= Int(Int32.max), routine, name, expected: "sizes of at most \(Int32.max)", found: "\(largest)")
}

extension MatrixView {
    func requireIndexable(_ routine: String, _ name: String) throws(TesseraError) {
        try LinearAlgebra.requireIndexable(routine, name, columns, leadingDimension)
    }

    /// The number of rows and columns of op(A).
    func shape(_ transpose: Transpose) -> (rows: Int, columns: Int) {
        transpose == .none ? (rows, columns) : (columns, rows)
    }
}

extension MutableMatrixView {
    func requireIndexable(_ routine: String, _ name: String) throws(TesseraError) {
        try LinearAlgebra.requireIndexable(routine, name, columns, leadingDimension)
    }
}
