// Panels of an operand, brought to the ranks that need them.
//
// A stationary-C algorithm (SUMMA: van de Geijn and Watts, Concurrency: Practice and Experience 9, 1997) updates each
// rank's share of C from two panels: the rows of op(A)(:, K) that C's rows deal to its process row, and the columns of
// op(B)(K, :) that C's columns deal to its process column. Where the operand is dealt like C, a panel is one broadcast, or
// one all-gather where it spans blocks of several owners. Otherwise (transposed, other blocks, an offset view) the panel
// alone is first redistributed, so that no copy of a whole matrix exists:
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

/// Room for one panel, and for its parts on their way. A panel is valid until the next one is gathered.
struct PanelBuffers<Scalar: LinearScalar>: ~Copyable {
    /// The panel, column by column without gaps.
    private let panel: Workspace<Scalar>
    private let outgoing: Workspace<Scalar>
    private let incoming: Workspace<Scalar>

    /// Room for panels of at most this many scalars on this rank.
    init(capacity: Int) {
        panel = Workspace(capacity)
        outgoing = Workspace(capacity)
        incoming = Workspace(capacity)
    }

    /// Brings op(A)(rows, inner) to every process column: each process row gets the rows that `target` deals to it.
    ///
    /// - Parameters:
    ///   - rows: rows of op(A), which stand for the same indices of `target`; from the start of one of its blocks.
    /// - Returns: the panel of h x w.
    func gatherColumns(
        _ inner: Range<Int>, rows: Range<Int>, of a: DistributedMatrixView<Scalar>, _ operation: Transpose,
        dealtLike target: BlockCyclic
    ) throws(TesseraError) -> Panel<Scalar> {
        let height = target.localRange(rows, on: a.grid.row).count
        let isAligned =
            operation == .none
            && a.layout.rows.deals(
                rows.count, from: a.rowRange.lowerBound + rows.lowerBound, like: target, from: rows.lowerBound)
        if isAligned {
            let view = a.submatrix(rows: rows, columns: inner)
            if a.grid.columns == 1 {
                return Panel(base: view.localBase, leadingDimension: a.leadingDimension, count: height)
            }
            try assembleColumns(of: view, height)
        } else {
            let layout = MatrixLayout(
                rows: target.tail(from: rows.lowerBound, count: rows.count),
                columns: evenly(inner.count, over: a.grid.columns))
            var strip = DistributedMatrix<Scalar>(workspace: layout, on: a.grid)
            try strip.replace(with: a.rectangle(operation, rows, inner), operation: operation)
            try assembleColumns(of: strip.view, height)
        }
        return Panel(base: panel.base, leadingDimension: max(1, height), count: height)
    }

    /// Brings op(B)(inner, columns) to every process row: each process column gets the columns that `target` deals to it.
    ///
    /// - Returns: the panel of w x n.
    func gatherRows(
        _ inner: Range<Int>, columns: Range<Int>, of b: DistributedMatrixView<Scalar>, _ operation: Transpose,
        dealtLike target: BlockCyclic
    ) throws(TesseraError) -> Panel<Scalar> {
        let width = target.localRange(columns, on: b.grid.column).count
        let isAligned =
            operation == .none
            && b.layout.columns.deals(
                columns.count, from: b.columnRange.lowerBound + columns.lowerBound, like: target,
                from: columns.lowerBound)
        if isAligned {
            let view = b.submatrix(rows: inner, columns: columns)
            if b.grid.rows == 1 {
                return Panel(base: view.localBase, leadingDimension: b.leadingDimension, count: width)
            }
            try assembleRows(of: view, width)
        } else {
            let layout = MatrixLayout(
                rows: evenly(inner.count, over: b.grid.rows),
                columns: target.tail(from: columns.lowerBound, count: columns.count))
            var strip = DistributedMatrix<Scalar>(workspace: layout, on: b.grid)
            try strip.replace(with: b.rectangle(operation, inner, columns), operation: operation)
            try assembleRows(of: strip.view, width)
        }
        return Panel(base: panel.base, leadingDimension: max(1, inner.count), count: width)
    }

    /// All columns of the view on every process column, in order; each process row keeps its own rows.
    private func assembleColumns(of view: DistributedMatrixView<Scalar>, _ height: Int) throws(TesseraError) {
        let (map, grid) = (view.layout.columns, view.grid)
        let own = map.localRange(view.columnRange, on: grid.column)
        let source = view.storage + view.layout.rows.localRange(view.rowRange, on: grid.row).lowerBound
        func pack(into target: UnsafeMutablePointer<Scalar>) {
            for (j, local) in own.enumerated() {
                (target + j * height).update(from: source + local * view.leadingDimension, count: height)
            }
        }
        if let root = map.soleOwner(of: view.columnRange) {
            if root == grid.column { pack(into: panel.base) }
            let count = height * view.columns
            return try grid.rowCommunicator.broadcast(panel.base, count, Scalar.datatype, from: root)
        }
        pack(into: outgoing.base)
        let shares = (0..<grid.columns).map { map.localRange(view.columnRange, on: $0) }
        let counts = shares.map { $0.count * height }
        try grid.rowCommunicator.allGather(
            outgoing.base, incoming.base, counts, exclusiveSums(counts), Scalar.datatype)
        var part = incoming.base
        for (owner, share) in shares.enumerated() {
            map.forEachRun(share, on: owner) { global, count in
                let column = panel.base + (global - view.columnRange.lowerBound) * height
                column.update(from: part, count: count * height)
                part += count * height
            }
        }
    }

    /// All rows of the view on every process row, in order; each process column keeps its own columns.
    private func assembleRows(of view: DistributedMatrixView<Scalar>, _ width: Int) throws(TesseraError) {
        let (map, grid) = (view.layout.rows, view.grid)
        let own = map.localRange(view.rowRange, on: grid.row)
        let firstColumn = view.layout.columns.localRange(view.columnRange, on: grid.column).lowerBound
        let source = view.storage + own.lowerBound + firstColumn * view.leadingDimension
        let depth = view.rows
        func pack(into target: UnsafeMutablePointer<Scalar>) {
            for j in 0..<width {
                (target + j * own.count).update(from: source + j * view.leadingDimension, count: own.count)
            }
        }
        if let root = map.soleOwner(of: view.rowRange) {
            if root == grid.row { pack(into: panel.base) }
            return try grid.columnCommunicator.broadcast(panel.base, depth * width, Scalar.datatype, from: root)
        }
        pack(into: outgoing.base)
        let shares = (0..<grid.rows).map { map.localRange(view.rowRange, on: $0) }
        let counts = shares.map { $0.count * width }
        try grid.columnCommunicator.allGather(
            outgoing.base, incoming.base, counts, exclusiveSums(counts), Scalar.datatype)
        var part = incoming.base
        for (owner, share) in shares.enumerated() {
            var row = 0
            map.forEachRun(share, on: owner) { global, count in
                let target = panel.base + (global - view.rowRange.lowerBound)
                for j in 0..<width {
                    (target + j * depth).update(from: part + row + j * share.count, count: count)
                }
                row += count
            }
            part += share.count * width
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
    fileprivate func rectangle(_ operation: Transpose, _ rows: Range<Int>, _ columns: Range<Int>) -> Self {
        operation == .none ? submatrix(rows: rows, columns: columns) : submatrix(rows: columns, columns: rows)
    }
}

/// Consecutive shares of nearly one size.
private func evenly(_ count: Int, over parts: Int) -> BlockCyclic {
    BlockCyclic(extent: count, block: max(1, (count + parts - 1) / parts), parts: parts)
}

extension BlockCyclic {
    /// The part that owns all of a range, nil where there are several.
    func soleOwner(of range: Range<Int>) -> Int? {
        guard !range.isEmpty, parts > 1 else { return 0 }
        return range.lowerBound / block == (range.upperBound - 1) / block
            ? owner(of: GlobalIndex(range.lowerBound)) : nil
    }

    /// The runs of a part's local indices that are consecutive globally: (first global index, count).
    func forEachRun(_ locals: Range<Int>, on part: Int, _ body: (_ global: Int, _ count: Int) -> Void) {
        var local = locals.lowerBound
        while local < locals.upperBound {
            let count = min(block - local % block, locals.upperBound - local)
            body(global(LocalIndex(local), on: part).value, count)
            local += count
        }
    }
}
