// Panels of an operand, brought to the ranks that need them while these compute.
//
// A stationary-C algorithm (SUMMA: van de Geijn and Watts, Concurrency: Practice and Experience 9, 1997) updates each
// rank's share of C from two panels: the rows of op(A)(:, K) that C's rows deal to its process row, and the columns of
// op(B)(K, :) that C's columns deal to its process column. Where the operand is dealt like C, each block of K travels from
// its owner round a ring. Otherwise (transposed, other blocks, an offset view) the panel alone is first redistributed, so
// that no copy of a whole matrix exists:
//   words of a panel of h rows and w columns: h w for each rank of a process row, and h w over all ranks to redistribute it.
// A process row (column) of one rank reads an operand that is dealt like C where it lies.

internal import DistributedArrays
internal import Failures
import LinearAlgebra
internal import MessagePassing

/// A panel on this rank: its first scalar, and the distance of its columns.
struct Panel<Scalar: LinearScalar> {
    let base: UnsafePointer<Scalar>
    let leadingDimension: Int
    /// Rows of a panel of columns, columns of a panel of rows.
    let count: Int
}

/// The panels of one operand, one after the other: one arrives while the one before it is still in use.
struct OperandPanels<Scalar: LinearScalar>: ~Copyable {
    /// Which operand of the product it is.
    enum Place {
        /// Panels of columns, op(A)(:, K), along the process rows.
        case left
        /// Panels of rows, op(B)(K, :), down the process columns.
        case right
    }

    let place: Place
    private let grid: ProcessGrid
    private let even: Workspace<Scalar>
    private let odd: Workspace<Scalar>
    /// Rows of a right operand, block by block, until all blocks of the panel are here.
    private let staging: Workspace<Scalar>
    private var isOdd = false
    private var ring: RingBroadcast
    /// The panel that was begun last.
    private var current: Panel<Scalar>
    /// How many rows each block of a right operand's panel has, where there are several.
    private var pieces: [Int] = []

    /// Room for panels of at most this many scalars on this rank.
    init(_ place: Place, capacity: Int, on grid: ProcessGrid) {
        self.place = place
        self.grid = grid
        even = Workspace(capacity)
        odd = Workspace(capacity)
        staging = Workspace(place == .right ? capacity : 0)
        ring = RingBroadcast(on: place == .left ? grid.rowCommunicator : grid.columnCommunicator)
        current = Panel(base: even.base, leadingDimension: 1, count: 0)
    }

    /// Begins to bring a panel to its ranks: of a left operand op(A)(range, inner), each process row the rows that `target`
    /// deals to it; of a right one op(B)(inner, range), each process column the columns that `target` deals to it.
    ///
    /// - Parameter range: stands for the same indices of `target`; from the start of one of its blocks.
    mutating func begin(
        _ inner: Range<Int>, _ range: Range<Int>, of a: DistributedMatrixView<Scalar>, _ operation: Transpose,
        dealtLike target: BlockCyclic
    ) throws(TesseraError) {
        let (map, offset) =
            place == .left
            ? (a.layout.rows, a.rowRange.lowerBound) : (a.layout.columns, a.columnRange.lowerBound)
        let isAligned =
            operation == .none
            && map.deals(range.count, from: offset + range.lowerBound, like: target, from: range.lowerBound)
        let view = a.rectangle(place == .left ? (range, inner) : (inner, range), operation)
        if !isAligned {
            var strip = strip(inner, range, dealtLike: target)
            try strip.replace(with: view, operation: operation)
            try send(strip.view)
        } else if parts == 1 {
            let count = target.localRange(range, on: place == .left ? grid.row : grid.column).count
            pieces = []
            current = Panel(base: view.localBase, leadingDimension: a.leadingDimension, count: count)
        } else {
            try send(view)
        }
    }

    /// A panel of zeros, dealt as it is sent: the range like `target`, the inner dimension in shares of nearly one size.
    func strip(
        _ inner: Range<Int>, _ range: Range<Int>, dealtLike target: BlockCyclic
    ) -> DistributedMatrix<Scalar> {
        let (own, across) =
            (target.tail(from: range.lowerBound, count: range.count), BlockCyclic(evenly: inner.count, over: parts))
        return DistributedMatrix<Scalar>(
            workspace: place == .left
                ? MatrixLayout(rows: own, columns: across) : MatrixLayout(rows: across, columns: own), on: grid)
    }

    /// Drives the messages under way.
    mutating func advance() throws(TesseraError) { try ring.advance() }

    /// The panel that was begun last. It is valid until the one after the next is begun.
    mutating func finish() throws(TesseraError) -> Panel<Scalar> {
        try ring.wait()
        guard pieces.count > 1 else { return current }
        var (part, row) = (staging.base, 0)
        let target = UnsafeMutablePointer(mutating: current.base)
        for rows in pieces {
            for j in 0..<current.count {
                (target + row + j * current.leadingDimension).update(from: part + j * rows, count: rows)
            }
            part += rows * current.count
            row += rows
        }
        pieces = []
        return current
    }

    /// A panel at once.
    mutating func gather(
        _ inner: Range<Int>, _ range: Range<Int>, of a: DistributedMatrixView<Scalar>, _ operation: Transpose,
        dealtLike target: BlockCyclic
    ) throws(TesseraError) -> Panel<Scalar> {
        try begin(inner, range, of: a, operation, dealtLike: target)
        return try finish()
    }

    /// The ranks among which the inner dimension is dealt.
    private var parts: Int { place == .left ? grid.columns : grid.rows }

    /// Sends each block of the inner dimension from its owner.
    mutating func send(_ view: DistributedMatrixView<Scalar>) throws(TesseraError) {
        isOdd.toggle()
        let buffer = isOdd ? odd.base : even.base
        let rows = view.layout.rows.localRange(view.rowRange, on: grid.row)
        let columns = view.layout.columns.localRange(view.columnRange, on: grid.column)
        let (map, range, part) =
            place == .left
            ? (view.layout.columns, view.columnRange, grid.column) : (view.layout.rows, view.rowRange, grid.row)
        let count = place == .left ? rows.count : columns.count
        let blocks = map.blocks(of: range)
        current = Panel(base: buffer, leadingDimension: max(1, place == .left ? count : range.count), count: count)
        pieces = place == .right ? blocks.map(\.count) : []
        var target = place == .right && blocks.count > 1 ? staging.base : buffer
        for block in blocks {
            let root = map.owner(of: GlobalIndex(block.lowerBound))
            if root == part {
                let first = map.local(GlobalIndex(block.lowerBound)).value
                let source =
                    view.storage
                    + (place == .left
                        ? rows.lowerBound + first * view.leadingDimension
                        : first + columns.lowerBound * view.leadingDimension)
                let (height, width) = place == .left ? (count, block.count) : (block.count, count)
                for j in 0..<width {
                    (target + j * height).update(from: source + j * view.leadingDimension, count: height)
                }
            }
            if parts > 1 {
                try ring.begin(target, bytes: count * block.count * MemoryLayout<Scalar>.stride, from: root)
            }
            target += count * block.count
        }
    }
}

extension DistributedMatrixView {
    /// This rank's first row and column of the view.
    var localBase: UnsafePointer<Scalar> {
        let row = layout.rows.localRange(rowRange, on: grid.row).lowerBound
        let column = layout.columns.localRange(columnRange, on: grid.column).lowerBound
        return storage + row + column * leadingDimension
    }

    /// The part of A that is op(A)(rows, columns).
    @_lifetime(copy self)
    func rectangle(_ part: (rows: Range<Int>, columns: Range<Int>), _ operation: Transpose) -> Self {
        operation == .none
            ? submatrix(rows: part.rows, columns: part.columns) : submatrix(rows: part.columns, columns: part.rows)
    }
}

extension BlockCyclic {
    /// Consecutive shares of nearly one size.
    init(evenly count: Int, over parts: Int) {
        self.init(extent: count, block: max(1, (count + parts - 1) / parts), parts: parts)
    }

    /// A range, cut at the bounds of blocks.
    func blocks(of range: Range<Int>) -> [Range<Int>] {
        guard parts > 1 else { return range.isEmpty ? [] : [range] }
        var blocks: [Range<Int>] = []
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(range.upperBound, (start / block + 1) * block)
            blocks.append(start..<end)
            start = end
        }
        return blocks
    }
}
