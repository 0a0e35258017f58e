// The rounds in which the ranks move a rectangle of a matrix between its distributed home and a file.
//
// A file stores a matrix line by line: its columns in Fortran order, its rows in C order. In each round every rank takes
// some whole lines that are neighbours in the file; where a single line is too long for that, the ranks share one line
// and each takes a piece of it. The round's panel is a distributed matrix whose columns are the lines (for a shared line
// one row), so that both orders, whole lines and pieces come down to one redistribution, transposed or not.
//
// Cost: each element crosses once; each rank holds a few buffers of `limit` bytes at a time, whatever the matrix's size.

internal import Failures
internal import LinearAlgebra
internal import MessagePassing

/// A rectangle of a matrix, cut into rounds.
package struct LinePanels {
    /// Bytes of a rank's share of one round.
    nonisolated(unsafe) package static var limit = 4 << 20
    /// Lines of a rank's share of one round: short lines cost bookkeeping of their own.
    private static let mostLines = 1 << 17

    /// Whether the lines are the matrix's columns.
    let areColumns: Bool
    /// The rectangle in the matrix: its lines, and the elements of each.
    let lines: Range<Int>
    let elements: Range<Int>
    private let ranks: Int
    /// Lines that a rank takes in a round; 0 where a line is shared.
    private let linesEach: Int
    /// Elements of a shared line that a rank takes in a round.
    private let elementsEach: Int

    /// - Parameter elementSize: bytes that a rank holds of one element.
    init(
        rows: Range<Int>, columns: Range<Int>, areColumns: Bool, elementSize: Int, ranks: Int,
        limit: Int = LinePanels.limit
    ) {
        self.areColumns = areColumns
        lines = areColumns ? columns : rows
        elements = areColumns ? rows : columns
        self.ranks = ranks
        elementsEach = max(1, limit / elementSize)
        linesEach = min(LinePanels.mostLines, elementsEach / max(1, elements.count))
    }

    var roundCount: Int {
        if elements.isEmpty { return 0 }
        return linesEach > 0 ? lines.count.dividedUp(by: linesEach * ranks) : lines.count * roundsPerLine
    }

    private var roundsPerLine: Int { elements.count.dividedUp(by: elementsEach * ranks) }

    func round(_ index: Int) -> LineRound {
        if linesEach > 0 {
            let first = lines.lowerBound + index * linesEach * ranks
            let range = first..<min(lines.upperBound, first + linesEach * ranks)
            return LineRound(lines: range, elements: elements, areColumns: areColumns, isShared: false, ranks: ranks)
        }
        let (line, piece) = index.quotientAndRemainder(dividingBy: roundsPerLine)
        let first = elements.lowerBound + piece * elementsEach * ranks
        return LineRound(
            lines: lines.lowerBound + line..<lines.lowerBound + line + 1,
            elements: first..<min(elements.upperBound, first + elementsEach * ranks), areColumns: areColumns,
            isShared: true, ranks: ranks)
    }
}

/// One round: a rectangle, and which part of it each rank takes.
struct LineRound {
    let lines: Range<Int>
    let elements: Range<Int>
    private let areColumns: Bool
    private let isShared: Bool
    /// How the panel's columns are dealt: one block to each rank, so that a rank's share is contiguous in the file.
    private let dealt: BlockCyclic

    fileprivate init(lines: Range<Int>, elements: Range<Int>, areColumns: Bool, isShared: Bool, ranks: Int) {
        self.lines = lines
        self.elements = elements
        self.areColumns = areColumns
        self.isShared = isShared
        let extent = isShared ? elements.count : lines.count
        dealt = BlockCyclic(extent: extent, block: max(1, extent.dividedUp(by: ranks)), parts: ranks)
    }

    /// The panel's layout on a grid of one row.
    var layout: MatrixLayout {
        let height = isShared ? 1 : elements.count
        return MatrixLayout(rows: BlockCyclic(extent: height, block: max(1, height), parts: 1), columns: dealt)
    }

    /// The lines and elements that a rank takes.
    func share(of rank: Int) -> (lines: Range<Int>, elements: Range<Int>) {
        let part = min(dealt.extent, rank * dealt.block)..<min(dealt.extent, (rank + 1) * dealt.block)
        func shifted(_ range: Range<Int>) -> Range<Int> {
            range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound
        }
        return isShared ? (lines, shifted(elements)) : (shifted(lines), elements)
    }

    /// The rectangle in the matrix.
    var rows: Range<Int> { areColumns ? elements : lines }
    var columns: Range<Int> { areColumns ? lines : elements }
    /// How the panel turns into the rectangle, and back.
    var operation: Transpose { areColumns != isShared ? .none : .transpose }
}

/// Calls `body` with a grid of one row over these ranks, on which panels live. Collective.
func withLineGrid<R>(
    _ communicator: Communicator, _ body: (ProcessGrid) throws(TesseraError) -> R
) throws(TesseraError) -> R {
    let grid = try ProcessGrid(communicator, rows: 1, columns: communicator.size)
    let result: R
    do throws(TesseraError) {
        result = try body(grid)
    } catch {
        try grid.close()
        throw error
    }
    try grid.close()
    return result
}

extension Int {
    /// The quotient of non-negative numbers, rounded up.
    func dividedUp(by divisor: Int) -> Int { (self + divisor - 1) / divisor }
}
