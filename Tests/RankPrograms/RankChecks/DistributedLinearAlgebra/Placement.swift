// Where an operand of a check lies: its blocks, its source ranks, and its place in a larger matrix.

import DistributedArrays
import LinearAlgebra

struct Placement {
    var blocks: (Int, Int)
    var sources = (0, 0)
    /// Where the operand begins in a larger matrix, whose other elements are NaN; nil for a matrix of its own.
    var offset: (Int, Int)?

    /// The layout of a matrix that is an operand by itself.
    func layout(_ rows: Int, _ columns: Int, on grid: ProcessGrid) -> MatrixLayout {
        RankChecks.layout(rows, columns, blocks: blocks, sources: sources, on: grid)
    }
}

/// A matrix with an operand somewhere inside.
struct Placed<Scalar: LinearScalar>: ~Copyable {
    let whole: DistributedMatrix<Scalar>
    let rows: Range<Int>
    let columns: Range<Int>

    init(_ operand: borrowing Matrix<Scalar>, _ place: Placement, on grid: ProcessGrid) {
        let (row, column) = place.offset ?? (0, 0)
        rows = row..<row + operand.rows
        columns = column..<column + operand.columns
        let margin = place.offset == nil ? 0 : 2
        let larger = Matrix<Scalar>(rows: rows.upperBound + margin, columns: columns.upperBound + margin) { i, j in
            i >= row && i < row + operand.rows && j >= column && j < column + operand.columns
                ? operand[i - row, j - column] : Scalar(real: .nan)
        }
        whole = dealt(larger, place.layout(larger.rows, larger.columns, on: grid), on: grid)
    }

    var view: DistributedMatrixView<Scalar> {
        @_lifetime(borrow self)
        borrowing get { whole.submatrix(rows: rows, columns: columns) }
    }
}

/// Numbers of one trial, the same on all ranks.
struct Draws {
    let source: IndexedRandom
    let trial: Int
    private var index = 0

    init(seed: UInt64, trial: Int) {
        source = IndexedRandom(seed: seed)
        self.trial = trial
    }

    /// A number in `0 ..< limit`.
    mutating func next(_ limit: Int) -> Int {
        index += 1
        return Int(source.bits(trial, index) % UInt64(limit))
    }

    mutating func pick<T>(_ values: [T]) -> T { values[next(values.count)] }

    /// Blocks up to 9, any sources, and in half of the cases a part of a larger matrix.
    mutating func placement() -> Placement {
        let block = 1 + next(9)
        return Placement(
            blocks: (block, next(2) == 0 ? block : 1 + next(9)), sources: (next(6), next(6)),
            offset: next(2) == 0 ? nil : (next(12), next(12)))
    }

    /// A matrix that is written: not a part of one.
    mutating func target() -> Placement {
        var place = placement()
        place.offset = nil
        return place
    }

    mutating func factor<Scalar: LinearScalar>(_: Scalar.Type) -> Scalar {
        pick([Scalar.zero, 1, Scalar(real: -2, imaginary: 1), Scalar(real: 0.5, imaginary: -1), 1])
    }
}
