// A factored panel on its way along the process rows: a few words for every rank (pivots, verdicts) and, behind them, the
// rows of the panel that a process row owns, in one message that travels while the ranks update.
//
// Two buffers take turns: a panel arrives while the one before it is still in use. In a process row of one rank nothing
// travels, and the panel is read where it lies. On each rank h w scalars and the words: GridModel.columnPanel.

internal import DistributedArrays
internal import Failures
import LinearAlgebra
internal import MessagePassing

struct PanelBroadcast<Scalar: LinearScalar>: ~Copyable {
    private let grid: ProcessGrid
    private let layout: MatrixLayout
    /// Scalars before the panel in a buffer: room for the words, in whole cache lines.
    private let header: Int
    private let even: Workspace<Scalar>
    private let odd: Workspace<Scalar>
    private var isOdd = false
    private var ring: RingBroadcast
    /// The panel that was sent last.
    private var rows = 0..<0
    private var columns = 0..<0
    private var words: [Int] = []

    /// For panels of at most `depth` columns of the matrix, with at most `words` words each.
    init(depth: Int, words: Int, for a: borrowing DistributedMatrix<Scalar>) {
        grid = a.grid
        layout = a.layout
        header = (8 * words + 63) / 64 * (64 / MemoryLayout<Scalar>.stride)
        let capacity = grid.columns == 1 ? 0 : header + a.localRows * depth
        even = Workspace(capacity)
        odd = Workspace(capacity)
        ring = RingBroadcast(on: a.grid.rowCommunicator)
    }

    /// Begins to send A(rows, columns) and the words, which the process column that owns these columns knows; as many are
    /// expected elsewhere.
    mutating func send(
        _ rows: Range<Int>, _ columns: Range<Int>, _ words: [Int], of a: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        (self.rows, self.columns, self.words) = (rows, columns, words)
        guard grid.columns > 1 else { return }
        isOdd.toggle()
        let root = layout.columns.owner(of: GlobalIndex(columns.lowerBound))
        let (panel, message) = places()
        let height = layout.rows.localRange(rows, on: grid.row).count
        if root == grid.column {
            words.withUnsafeBytes { message.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
            let source = inPlace(a)
            for j in 0..<columns.count {
                (panel + j * height).update(from: source.base + j * source.leadingDimension, count: height)
            }
        }
        try ring.begin(
            message, bytes: 8 * words.count + height * columns.count * MemoryLayout<Scalar>.stride, from: root)
    }

    /// Drives the message under way.
    mutating func advance() throws(TesseraError) { try ring.advance() }

    /// The panel that was sent last, and its words. It is valid until the one after the next is sent.
    mutating func receive(
        of a: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) -> (panel: Panel<Scalar>, words: [Int]) {
        guard grid.columns > 1 else { return (inPlace(a), words) }
        try ring.wait()
        let (panel, message) = places()
        words.withUnsafeMutableBytes { $0.copyMemory(from: UnsafeRawBufferPointer(start: message, count: $0.count)) }
        let height = layout.rows.localRange(rows, on: grid.row).count
        return (Panel(base: panel, leadingDimension: max(1, height), count: height), words)
    }

    /// This rank's rows of the panel, where its owners have them.
    private func inPlace(_ a: borrowing DistributedMatrix<Scalar>) -> Panel<Scalar> {
        let own = layout.rows.localRange(rows, on: grid.row)
        let column = layout.columns.local(GlobalIndex(columns.lowerBound)).value
        return Panel(
            base: a.storage + own.lowerBound + column * a.leadingDimension, leadingDimension: a.leadingDimension,
            count: own.count)
    }

    /// Where the panel begins in the buffer in turn, aligned, and the message just before it.
    private func places() -> (panel: UnsafeMutablePointer<Scalar>, message: UnsafeMutableRawPointer) {
        let panel = (isOdd ? odd.base : even.base) + header
        return (panel, UnsafeMutableRawPointer(panel) - 8 * words.count)
    }
}
