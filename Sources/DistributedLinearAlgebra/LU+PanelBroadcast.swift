// A panel of LU on its way along the process rows: the row exchanges of the panel and, behind them, the rows of L11 and
// L21 that a process row owns, in one message that travels while the ranks update.
//
// Two buffers take turns: a panel arrives while the one before it is still in use. In a process row of one rank nothing
// travels, and L is read where it lies.

internal import DistributedArrays
internal import Failures
import LinearAlgebra
internal import MessagePassing

/// A factored panel on this rank.
struct LUPanel<Scalar: LinearScalar> {
    /// This rank's rows of L, from the panel's first row on.
    let base: UnsafePointer<Scalar>
    let leadingDimension: Int
    let count: Int
    /// Row start + j has changed places with row `pivots[j]`.
    let pivots: [Int]
    /// The first j with U(j, j) = 0 in the panel.
    let firstZero: Int?
}

struct LUPanelBroadcast<Scalar: LinearScalar>: ~Copyable {
    private let grid: ProcessGrid
    private let rows: BlockCyclic
    private let columns: BlockCyclic
    /// Scalars before L in a buffer: room for the exchanges, in whole cache lines.
    private let header: Int
    private let even: Workspace<Scalar>
    private let odd: Workspace<Scalar>
    private var isOdd = false
    private var ring: RingBroadcast?
    /// What the panel's process column knows already.
    private var found: (pivots: [Int], firstZero: Int?)?

    /// For panels of at most `depth` columns of the matrix.
    init(depth: Int, for a: borrowing DistributedMatrix<Scalar>) {
        grid = a.grid
        rows = a.layout.rows
        columns = a.layout.columns
        let line = 64 / MemoryLayout<Scalar>.stride
        header = ((depth + 1) * 8 + 63) / 64 * line
        let capacity = grid.columns == 1 ? 0 : header + a.localRows * depth
        even = Workspace(capacity)
        odd = Workspace(capacity)
        ring = nil
    }

    /// Begins to send a panel, on its process column with what was found there.
    mutating func send(
        _ panel: Range<Int>, _ found: (pivots: [Int], firstZero: Int?)?, of a: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        self.found = found
        guard grid.columns > 1 else { return }
        isOdd.toggle()
        let own = rows.localRange(panel.lowerBound..<rows.extent, on: grid.row)
        let (l, message) = places(panel.count)
        if let found {
            let words = message.bindMemory(to: Int.self, capacity: panel.count + 1)
            for j in 0..<panel.count { words[j] = found.pivots[j] }
            words[panel.count] = found.firstZero ?? -1
            let source = a.storage + own.lowerBound + columns.local(GlobalIndex(panel.lowerBound)).value * a.leadingDimension
            for j in 0..<panel.count {
                (l + j * own.count).update(from: source + j * a.leadingDimension, count: own.count)
            }
        }
        ring = try RingBroadcast(
            message, bytes: 8 * (panel.count + 1) + own.count * panel.count * MemoryLayout<Scalar>.stride,
            from: columns.owner(of: GlobalIndex(panel.lowerBound)), on: grid.rowCommunicator)
    }

    /// Drives the message under way.
    mutating func advance() throws(TesseraError) { _ = try ring?.advance() }

    /// The panel that was sent last. It is valid until the one after the next is sent.
    mutating func receive(
        _ panel: Range<Int>, of a: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) -> LUPanel<Scalar> {
        let own = rows.localRange(panel.lowerBound..<rows.extent, on: grid.row)
        guard let ring = ring.take() else {
            let (pivots, firstZero) = found ?? ([], nil)
            return LUPanel(
                base: a.storage + own.lowerBound
                    + columns.local(GlobalIndex(panel.lowerBound)).value * a.leadingDimension,
                leadingDimension: a.leadingDimension, count: own.count, pivots: pivots, firstZero: firstZero)
        }
        try ring.wait()
        let (l, message) = places(panel.count)
        let words = message.bindMemory(to: Int.self, capacity: panel.count + 1)
        let firstZero = words[panel.count]
        return LUPanel(
            base: l, leadingDimension: max(1, own.count), count: own.count, pivots: (0..<panel.count).map { words[$0] },
            firstZero: firstZero < 0 ? nil : firstZero)
    }

    /// Where L begins in the buffer in turn, aligned, and the message before it.
    private func places(_ width: Int) -> (l: UnsafeMutablePointer<Scalar>, message: UnsafeMutableRawPointer) {
        let l = (isOdd ? odd.base : even.base) + header
        return (l, UnsafeMutableRawPointer(l) - 8 * (width + 1))
    }
}
