// An array file that a job reads: found and its header understood before anything runs.

public import ArrayFormats
import Failures
import Foundation

/// An input file with its header. Of maps, grids and series the data has been looked through for missing values; other
/// files may hold NaN, which arithmetic carries on.
public struct InputArray: Hashable, Sendable {
    public enum Header: Hashable, Sendable {
        case npy(NpyHeader)
        case matrixMarket(MatrixMarketHeader)
    }

    /// The path that opens the file from the working directory.
    public let path: String
    public let header: Header
    /// The least and the greatest element; nil of matrices, vectors and empty arrays, whose data is not looked through.
    public var range: ClosedRange<Double>?

    /// Extents of the axes.
    public var shape: [Int] {
        switch header {
        case .npy(let header): header.shape
        case .matrixMarket(let header): [header.rows, header.columns]
        }
    }

    public var isComplex: Bool {
        switch header {
        case .npy(let header): header.elementType.isComplex
        case .matrixMarket(let header): header.field == .complex
        }
    }

    /// Elements of the array.
    public var count: Int { shape.reduce(1, *) }

    /// "344 x 403"
    var shapeText: String { shape.shapeText }

    /// What a job needs of the file.
    enum Requirement: Sendable {
        /// A real map of rows and columns, `.npy`, each cell a finite number.
        case field
        /// A real array of two or three axes, `.npy`, each element a finite number.
        case grid
        /// A real array of one axis, `.npy`, each element a finite number.
        case series
        case matrix
        case squareMatrix
        /// One right-hand side or several, side by side.
        case vectorOrMatrix

        var endings: [String] { isSearched ? [".npy"] : [".npy", ".mtx"] }

        /// Whether every element must be a finite number.
        var isSearched: Bool {
            switch self {
            case .field, .grid, .series: true
            case .matrix, .squareMatrix, .vectorOrMatrix: false
            }
        }

        var words: String {
            switch self {
            case .field: "a .npy file of a real two-dimensional array"
            case .grid: "a .npy file of a real array of two or three axes"
            case .series: "a .npy file of a real one-dimensional array"
            case .matrix: "a .npy or .mtx file of a matrix"
            case .squareMatrix: "a .npy or .mtx file of a square matrix"
            case .vectorOrMatrix: "a .npy or .mtx file of a vector or matrix"
            }
        }

        func accepts(_ array: InputArray) -> Bool {
            let shape = array.shape
            return switch self {
            case .field: shape.count == 2 && shape[0] > 0 && shape[1] > 0 && !array.isComplex
            case .grid: (2...3).contains(shape.count) && shape.allSatisfy { $0 > 0 } && !array.isComplex
            case .series: shape.count == 1 && shape[0] > 0 && !array.isComplex
            case .matrix: shape.count == 2
            case .squareMatrix: shape.count == 2 && shape[0] == shape[1]
            case .vectorOrMatrix: shape.count == 1 || shape.count == 2
            }
        }
    }

    /// Finds the file, reads its header and looks for missing cells; nil after a fault.
    ///
    /// Paths in a file are relative to its folder, those of the command line to the working directory.
    static func check(
        _ text: String, _ requirement: Requirement, key: String, _ location: JobLocation, folder: String,
        report: inout JobReport
    ) -> InputArray? {
        func refuse(_ found: String) -> InputArray? {
            report.add(location, key, expected: "the path of \(requirement.words)", found: found)
            return nil
        }
        guard !text.isEmpty, !text.utf8.contains(0) else { return refuse("an empty path") }
        var path = text
        if case .option = location {} else if !text.hasPrefix("/"), !folder.isEmpty { path = "\(folder)/\(text)" }
        guard let ending = requirement.endings.first(where: { path.lowercased().hasSuffix($0) }) else {
            return refuse(ConfigurationNode.quote(text))
        }
        do throws(TesseraError) {
            let header: Header =
                ending == ".npy"
                ? .npy(try NpyHeader.read(from: path)) : .matrixMarket(try MatrixMarketHeader.read(from: path))
            var array = InputArray(path: path, header: header)
            guard requirement.accepts(array) else {
                let shape = array.shape.isEmpty ? "one number" : array.shapeText
                return refuse("\(ConfigurationNode.quote(text)): \(array.isComplex ? "complex" : "real"), \(shape)")
            }
            guard requirement.isSearched, case .npy(let header) = header else { return array }
            if let (index, value) = try header.firstNonFinite(in: path) {
                let isMap = index.count == 2
                report.add(
                    location, key,
                    expected: isMap ? "a map without missing cells: fill them first" : "an array of finite numbers",
                    found: isMap
                        ? "\(value) in row \(index[0]), column \(index[1]) (counted from 0)"
                        : "\(value) at \(index) (counted from 0)")
                return nil
            }
            array.range = try header.finiteRange(in: path)
            return array
        } catch {
            guard case .file(_, let reason) = error else { return refuse("\(error)") }
            return refuse("\(ConfigurationNode.quote(text)): \(reason)")
        }
    }
}
