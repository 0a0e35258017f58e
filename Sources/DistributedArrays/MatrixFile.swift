// A matrix in a file, read by all ranks together: the whole of it, or panels of it, so that a solver can look at A again
// without holding it twice.
//
// The header is read once. Each read opens the file, moves its bytes in rounds of bounded size (``LinePanels`` for .npy,
// byte ranges cut at line ends for Matrix Market) and closes it; nothing stays open between reads.

internal import ArrayFormats
public import Failures
public import LinearAlgebra
internal import MessagePassing

/// A matrix in a file: `.npy` or Matrix Market (`.mtx`).
///
/// ```swift
/// let file = try MatrixFile("a.npy", on: grid)
/// var panel = try DistributedMatrix<Double>(rows: file.rows, columns: 512, on: grid)
/// try file.read(into: &panel, columns: 1024..<1536)
/// ```
/// A `.npy` array may be of version 1 to 3, in C or Fortran order, little or big endian, of real, complex, integer or
/// boolean elements, which are converted to the matrix's scalars; one axis counts as a column. A Matrix Market file may
/// be array or coordinate, of any field and symmetry; entries of the same coordinates are added up in the file's order
/// (the format is silent about them; this is the custom).
public struct MatrixFile {
    public let path: String
    /// Global rows and columns.
    public let rows: Int
    public let columns: Int
    /// Whether the elements are complex: then only complex matrices can be read.
    public let isComplex: Bool
    let grid: ProcessGrid
    let content: Content

    enum Content {
        case npy(NpyHeader)
        case matrixMarket(MatrixMarketHeader)
    }

    /// Reads a file's header. Collective.
    ///
    /// - Throws: `TesseraError.file` on all ranks where the file cannot be read, is of another kind, is
    ///   shorter or longer than its header says, or holds an array of other than one or two axes.
    public init(_ path: String, on grid: ProcessGrid) throws(TesseraError) {
        var found: (Content, rows: Int, columns: Int, isComplex: Bool)?
        try grid.communicator.agree("MatrixFile", on: path.utf8.map(Int.init)) { () throws(TesseraError) in
            found =
                switch try MatrixFormat(path) {
                case .npy: try MatrixFile.npy(path)
                case .matrixMarket: try MatrixFile.matrixMarket(path)
                }
        }
        let (content, rows, columns, isComplex) = found!
        try grid.communicator.agree("MatrixFile", on: MatrixFile.words(content))
        self.path = path
        self.grid = grid
        self.content = content
        self.rows = rows
        self.columns = columns
        self.isComplex = isComplex
    }

    private static func npy(_ path: String) throws(TesseraError) -> (Content, rows: Int, columns: Int, isComplex: Bool)
    {
        let header = try NpyHeader.read(from: path)
        guard (1...2).contains(header.shape.count) else {
            throw .file(path: path, reason: "expected an array of 1 or 2 axes, found \(header.shape.count)")
        }
        return (
            .npy(header), header.shape[0], header.shape.count == 2 ? header.shape[1] : 1, header.elementType.isComplex
        )
    }

    private static func matrixMarket(
        _ path: String
    ) throws(TesseraError) -> (Content, rows: Int, columns: Int, isComplex: Bool) {
        let header = try MatrixMarketHeader.read(from: path)
        return (.matrixMarket(header), header.rows, header.columns, header.field == .complex)
    }

    /// What must be the same on all ranks, which may see different files under one name.
    private static func words(_ content: Content) -> [Int] {
        switch content {
        case .npy(let header):
            let order = [header.isLittleEndian, header.isFortranOrder].map { $0 ? 1 : 0 }
            return [header.dataOffset] + order + header.elementType.rawValue.utf8.map(Int.init) + header.shape
        case .matrixMarket(let header):
            return [header.dataOffset, header.rows, header.columns, header.storedEntries]
                + [header.format.rawValue, header.field.rawValue, header.symmetry.rawValue].flatMap {
                    $0.utf8.map(Int.init)
                }
        }
    }
}

// MARK: Reading

extension MatrixFile {
    /// Reads the rectangle of these rows and columns (nil: all) as a matrix of its own. Collective.
    ///
    /// The cost of a panel of a `.npy` file is that of its bytes; Matrix Market text has to be read whole each time.
    ///
    /// - Throws: on all ranks, `TesseraError.file` with the line number of bad text, or where the file
    ///   has changed or is complex and the scalars are not; `TesseraError.memory`;
    ///   `TesseraError.argument` for ranges outside the matrix.
    public func read<Scalar: LinearScalar>(
        _ type: Scalar.Type = Scalar.self, rows: Range<Int>? = nil, columns: Range<Int>? = nil, block: Int? = nil
    ) throws(TesseraError) -> DistributedMatrix<Scalar> {
        try requireReadable(type)
        let rows = rows ?? 0..<self.rows
        let columns = columns ?? 0..<self.columns
        var matrix = try DistributedMatrix<Scalar>(rows: rows.count, columns: columns.count, block: block, on: grid)
        try read(into: &matrix, rows: rows, columns: columns)
        return matrix
    }

    /// Replaces all elements of `matrix` by the rectangle of these rows and columns (nil: all) of the file. Collective.
    ///
    /// After an error the elements are unspecified.
    ///
    /// - Parameters:
    ///   - matrix: of the rectangle's shape, on the ranks on which the file was opened.
    ///   - rows: rows of the file; nil for all.
    ///   - columns: columns of the file; nil for all.
    /// - Throws: as ``read(_:rows:columns:block:)``.
    public func read<Scalar: LinearScalar>(
        into matrix: inout DistributedMatrix<Scalar>, rows: Range<Int>? = nil, columns: Range<Int>? = nil
    ) throws(TesseraError) {
        let rows = rows ?? 0..<self.rows
        let columns = columns ?? 0..<self.columns
        let (shape, ranks) = ((matrix.rows, matrix.columns), matrix.grid.size)
        try grid.communicator.agree(
            "MatrixFile.read",
            on: [rows.lowerBound, rows.upperBound, columns.lowerBound, columns.upperBound] + matrix.layout.words
        ) { () throws(TesseraError) in
            func require(_ holds: Bool, _ name: String, _ expected: String, _ found: String) throws(TesseraError) {
                if !holds {
                    throw .argument(routine: "MatrixFile.read", name: name, expected: expected, found: found)
                }
            }
            try require(
                rows.lowerBound >= 0 && rows.upperBound <= self.rows, "rows", "a range in 0..<\(self.rows)", "\(rows)")
            try require(
                columns.lowerBound >= 0 && columns.upperBound <= self.columns, "columns",
                "a range in 0..<\(self.columns)", "\(columns)")
            try require(
                shape == (rows.count, columns.count), "matrix", "\(rows.count)x\(columns.count)",
                "\(shape.0)x\(shape.1)")
            try require(ranks == grid.size, "matrix", "a matrix on the file's \(grid.size) ranks", "a grid of \(ranks)")
        }
        try requireReadable(Scalar.self)
        switch content {
        case .npy(let header): try readNpy(header, rows, columns, into: &matrix)
        case .matrixMarket(let header): try readMatrixMarket(header, rows, columns, into: &matrix)
        }
    }

    /// No part of a complex number is dropped silently. The same on all ranks.
    private func requireReadable<Scalar: LinearScalar>(_ type: Scalar.Type) throws(TesseraError) {
        if isComplex, !Scalar.isComplex {
            throw .file(
                path: path, reason: "expected real elements for a \(Scalar.typeName) matrix, found complex ones")
        }
    }
}

/// What a file's name says of its format.
enum MatrixFormat {
    case npy
    case matrixMarket

    init(_ path: String) throws(TesseraError) {
        let name = path.lowercased()
        if name.hasSuffix(".npy") {
            self = .npy
        } else if name.hasSuffix(".mtx") {
            self = .matrixMarket
        } else {
            throw .file(path: path, reason: "expected a matrix in a file named .npy or .mtx")
        }
    }
}
