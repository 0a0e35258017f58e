public import Failures
internal import MessagePassing

extension DistributedMatrix {
    /// The matrix in a `.npy` or Matrix Market (`.mtx`) file; see ``MatrixFile`` for what they may hold. Collective.
    ///
    /// - Parameters:
    ///   - path: the file; all ranks must see it.
    ///   - block: rows and columns of a block; nil for a size that fits the shape.
    ///   - grid: the ranks.
    /// - Throws: as ``MatrixFile/init(_:on:)`` and ``MatrixFile/read(_:rows:columns:block:)``, on all ranks.
    public init(contentsOf path: String, block: Int? = nil, on grid: ProcessGrid) throws(TesseraError) {
        self = try MatrixFile(path, on: grid).read(block: block)
    }

    /// Writes the matrix as `.npy` (two axes, Fortran order, little endian; `<f4`, `<f8`, `<c8` or `<c16`) or as Matrix
    /// Market text (`.mtx`: array, general, real or complex), as the name says. Collective.
    ///
    /// The same matrix gives the same bytes on every grid and for every block size, and reads back as the same numbers.
    /// An existing file is replaced atomically or not at all.
    ///
    /// - Throws: `TesseraError.file` with the system's reason, on all ranks.
    public borrowing func write(to path: String) throws(TesseraError) {
        var format: MatrixFormat?
        try grid.communicator.agree("DistributedMatrix.write", on: layout.words + path.utf8.map(Int.init)) {
            () throws(TesseraError) in
            format = try MatrixFormat(path)
        }
        switch format! {
        case .npy: try writeNpy(to: path)
        case .matrixMarket: try writeMatrixMarket(to: path)
        }
    }
}
