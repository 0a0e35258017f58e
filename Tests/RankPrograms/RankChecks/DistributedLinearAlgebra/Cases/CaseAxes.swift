// The axes of cases, and what their values make of operands.

import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra

/// A block size, or the one that fits the shape.
struct BlockSize: CustomStringConvertible, Sendable {
    let size: Int?
    var description: String { size.map { "\($0)" } ?? "automatic" }

    func resolved(_ rows: Int, _ columns: Int, on grid: ProcessGrid) -> Int {
        size ?? MatrixLayout.automaticBlock(rows: rows, columns: columns, on: grid)
    }
}

/// Two numbers for rows and columns: a grid's shape, source ranks, where a part begins.
struct RowColumn: CustomStringConvertible, Hashable, Sendable {
    let row: Int
    let column: Int
    init(_ row: Int, _ column: Int) { (self.row, self.column) = (row, column) }
    var description: String { "(\(row) \(column))" }
    var pair: (Int, Int) { (row, column) }
}

/// Where an operand begins in a larger matrix, if it is a part of one.
struct PartOfMatrix: CustomStringConvertible, Sendable {
    let offset: RowColumn?
    var description: String { offset.map { "at \($0)" } ?? "whole" }
    static let levels = [nil, RowColumn(0, 0), RowColumn(1, 2), RowColumn(7, 3), RowColumn(33, 65)].map {
        PartOfMatrix(offset: $0)
    }
    @Sendable static func draw(_ draws: inout Draws) -> PartOfMatrix {
        PartOfMatrix(offset: draws.next(2) == 0 ? nil : RowColumn(draws.next(70), draws.next(70)))
    }
}

/// A factor alpha or beta.
enum Factor: CaseIterable, Sendable {
    case zero, one, other

    func value<Scalar: LinearScalar>(_ other: Scalar) -> Scalar {
        switch self {
        case .zero: .zero
        case .one: 1
        case .other: other
        }
    }
}

/// The shape of a matrix of about n x n.
enum Oblongness: CaseIterable, Sendable {
    case square, tall, wide

    func shape(_ n: Int) -> (rows: Int, columns: Int) {
        switch self {
        case .square: (n, n)
        case .tall: (n + n / 2 + 1, n)
        case .wide: (n, n + n / 2 + 1)
        }
    }
}

enum Axes {
    static let type = Axis("type", ScalarKind.allCases)
    static let kind = Axis("kind", MatrixKind.allCases)
    /// Kinds by which the operands of products differ.
    static let operandKind = Axis("kind", [MatrixKind.random, .graded, .illConditioned, .zeroColumns])

    private static let sizes = [0, 1, 2, 5, 17, 64, 97, 130, 193]
    @Sendable private static func drawSize(_ draws: inout Draws) -> Int { draws.next(draws.pick([4, 20, 70, 200])) }
    static let n = Axis("n", sizes, draw: drawSize)
    static let m = Axis("m", sizes, draw: drawSize)
    /// An inner dimension: from nothing to several panels and several chunks of a split one.
    static let inner = Axis("k", [0, 1, 3, 40, 130, 450, 1700]) { $0.next($0.pick([4, 70, 500, 1000])) }
    /// Right-hand sides: few, for which a triangle stays at rest, and many.
    static let columns = Axis("columns", [0, 1, 3, 9, 70]) { $0.next($0.pick([2, 12, 70])) }
    static let shape = Axis("shape", Oblongness.allCases)

    static let block = Axis("block", [1, 2, 3, 5, 32, 64, nil].map { BlockSize(size: $0) }) { draws in
        BlockSize(size: draws.next(8) == 0 ? nil : 1 + draws.next(draws.pick([4, 16, 70])))
    }
    /// Whether all operands lie in blocks and from source ranks of the same numbers.
    static let isAlike = Axis("alike", [true, false])
    static let source = Axis("source", [RowColumn(0, 0), RowColumn(1, 0), RowColumn(0, 1), RowColumn(2, 5)]) { draws in
        RowColumn(draws.next(6), draws.next(6))
    }
    static let partA = Axis("A", PartOfMatrix.levels, draw: PartOfMatrix.draw)
    static let partB = Axis("B", PartOfMatrix.levels, draw: PartOfMatrix.draw)
    /// Of the matrix that is written.
    static let target = Axis("target", PartOfMatrix.levels, draw: PartOfMatrix.draw)

    static let pivoting = Axis("pivoting", [Pivoting.partial, .tournament, .threshold(), .randomButterflies()]) {
        draws in
        let others: [Pivoting] = [
            .threshold(Double(1 + draws.next(64)) / 64),
            .randomButterflies(depth: 1 + draws.next(9), seed: UInt64(draws.next(1000))),
        ]
        return draws.pick([.partial, .tournament] + others)
    }

    static let transposeA = Axis("op(A)", Transpose.allCases)
    static let transposeB = Axis("op(B)", Transpose.allCases)
    static let triangle = Axis("triangle", Triangle.allCases)
    static let side = Axis("side", Side.allCases)
    static let diagonal = Axis("diagonal", Diagonal.allCases)
    static let alpha = Axis("alpha", Factor.allCases)
    static let beta = Axis("beta", Factor.allCases)
    static let isTransposed = Axis("transposed", [false, true])
    static let isHermitian = Axis("Hermitian", [false, true])

    /// The grids that this many ranks can form.
    static func grid(ranks: Int) -> Axis<RowColumn> {
        Axis("grid", (1...ranks).filter(ranks.isMultiple).map { RowColumn($0, ranks / $0) })
    }
}

/// Which operand of a routine a matrix is.
enum Operand: Int { case a, b, target }

extension Case {
    /// Where an operand lies. Operands that are not alike differ in blocks, which are oblong, and in source ranks.
    func placement(_ operand: Operand, _ rows: Int, _ columns: Int, part: PartOfMatrix, on grid: ProcessGrid)
        -> Placement
    {
        let (block, source) = (self[Axes.block].resolved(rows, columns, on: grid), self[Axes.source])
        let change = self[Axes.isAlike] ? 0 : operand.rawValue
        return Placement(
            blocks: (block + change, block + (self[Axes.isAlike] ? 0 : 2 - change)),
            sources: (source.row + change, source.column + 2 * change), offset: part.offset?.pair)
    }

    /// A matrix in square blocks, as factorizations want them, copied out of the larger one that it is a part of.
    func inSquareBlocks<Scalar: LinearScalar>(
        _ matrix: borrowing Matrix<Scalar>, part: PartOfMatrix, on grid: ProcessGrid
    ) throws -> DistributedMatrix<Scalar> {
        let (m, n) = (matrix.rows, matrix.columns)
        let block = self[Axes.block].resolved(m, n, on: grid)
        let square = layout(m, n, blocks: (block, block), sources: self[Axes.source].pair, on: grid)
        if part.offset == nil { return dealt(matrix, square, on: grid) }
        let placed = Placed(matrix, placement(.a, m, n, part: part, on: grid), on: grid)
        var copy = try DistributedMatrix<Scalar>(zeros: square, on: grid)
        try copy.replace(with: placed.view)
        return copy
    }

    /// What a routine makes of a matrix that it writes, on the judge; nil on the other ranks. Where the matrix is a part
    /// of a larger one, the rest of that stays as it is.
    func result<Scalar: LinearScalar>(
        of initial: borrowing Matrix<Scalar>, part: PartOfMatrix, on grid: ProcessGrid,
        _ body: (inout DistributedMatrix<Scalar>) throws(TesseraError) -> Void
    ) throws -> Matrix<Scalar>? {
        let (m, n) = (initial.rows, initial.columns)
        let place = placement(.target, m, n, part: part, on: grid)
        guard let (row, column) = place.offset else {
            var target = dealt(initial, place.layout(m, n, on: grid), on: grid)
            try body(&target)
            return try target.gathered(to: judge(on: grid))
        }
        let source = IndexedRandom(seed: 70)
        let (rows, columns) = (row..<row + m, column..<column + n)
        let larger = Matrix<Scalar>(rows: row + m + 2, columns: column + n + 3) { i, j in
            rows.contains(i) && columns.contains(j) ? initial[i - row, j - column] : source.element(i, j)
        }
        var target = dealt(larger, place.layout(larger.rows, larger.columns, on: grid), on: grid)
        try target.updateSubmatrix(rows: rows, columns: columns, body)
        guard let found = try target.gathered(to: judge(on: grid)) else { return nil }
        for j in 0..<larger.columns {
            for i in 0..<larger.rows where !(rows.contains(i) && columns.contains(j)) {
                expect(found[i, j] == larger[i, j], "\(self): (\(i), \(j)) beside the part has changed")
            }
        }
        return Matrix(rows: m, columns: n) { found[row + $0, column + $1] }
    }

    /// Notes a failure unless a measure is below its limit.
    func expectBelow(_ limit: Double, _ measure: Double, _ what: String, line: Int = #line) {
        expect(measure < limit, "\(self): \(what) \(measure)", line: line)
    }
}
