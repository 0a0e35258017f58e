// The panel of Aasen's factorization P A Pᵀ = L T Lᴴ: columns s ..< e, left-looking, its rows dealt over all ranks.
//
// With H = T Lᴴ, upper Hessenberg, and A' what the panels before this one have left of A, column j gives T(j, j),
// T(j + 1, j) and column j + 1 of L:
//
//     H(k, j) = T(k, k-1) conj L(j, k-1) + T(k, k) conj L(j, k) + T(k, k+1) conj L(j, k+1)        s <= k < j
//     H(j, j) = A'(j, j) - Σ L(j, k) H(k, j)           T(j, j) = H(j, j) - T(j, j-1) conj L(j, j-1)
//     v = A'(:, j) - L(:, s...j) H(s...j, j)           its largest element, T(j + 1, j), is exchanged to row j + 1
//     L(:, j + 1) = v / T(j + 1, j)
//
// (the first of the terms of H(s, j) is in A' already). No row moves meanwhile: rows keep the places where A' is stored,
// and those that are chosen drop out of the search. Aasen, BIT 11, 1971; Rozložník, Shklarski and Toledo, ACM TOMS 37,
// 2011; LAPACK's lasyf_aa and lahef_aa.
//
// Flops (n - s) w² over all ranks. Messages on each rank: for each column one record of the pivot and its row of L, and the two
// of SymmetricColumn.

import ComplexModule
internal import DistributedArrays
internal import Failures
import LinearAlgebra
internal import MessagePassing

/// T: its diagonal and what stands below it.
struct Tridiagonal<Scalar: LinearScalar> {
    var diagonal: [Scalar]
    /// T(j + 1, j).
    var subdiagonal: [Scalar]
}

struct TridiagonalPanel<Scalar: LinearScalar>: ~Copyable {
    let grid: ProcessGrid
    let panelRows: PanelRows
    let order: Int
    let isHermitian: Bool
    /// L(:, s...e) for this rank's rows from s on, column after column, and room for as many columns of the matrix.
    let l: Workspace<Scalar>
    /// Rows s ..< e of L, columns s ..< e, row after row, on every rank.
    let top: Workspace<Scalar>
    private let coefficients: Workspace<Scalar>
    private let column: SymmetricColumn<Scalar>
    private let pivotRow: PivotRow<Scalar>
    /// The rows of L that a panel has chosen among this rank's.
    private var chosen: [Int] = []

    /// For panels of at most `width` columns.
    init(for a: borrowing DistributedMatrix<Scalar>, width: Int, isHermitian: Bool) {
        grid = a.grid
        order = a.rows
        self.isHermitian = isHermitian
        panelRows = PanelRows(a.layout.rows, on: a.grid)
        let own = panelRows.own(0..<order)
        l = Workspace(own.count * (width + 1) + a.localRows * width)
        top = Workspace(width * width)
        coefficients = Workspace(width)
        column = SymmetricColumn(for: a, panelRows, isHermitian: isHermitian)
        pivotRow = PivotRow(width: width + 1, on: a.grid.communicator)
        // The first column of L is that of the identity.
        l.base.update(repeating: .zero, count: own.count)
        if order > 0, panelRows.owns(0) { l.base[0] = 1 }
    }

    /// Computes L and T of a panel whose first column of L is there, and chooses its rows and the one behind it.
    mutating func factor(
        _ panel: Range<Int>, of a: borrowing DistributedMatrix<Scalar>, _ interchanges: inout Interchanges,
        _ t: inout Tridiagonal<Scalar>
    ) throws(TesseraError) {
        let own = panelRows.own(panel.lowerBound..<order)
        chosen = []
        choose(interchanges.stored(panel.lowerBound), own)
        for j in panel {
            let k = j - panel.lowerBound
            let v = l.base + (k + 1) * own.count
            let diagonal = try column.fetch(interchanges.stored(j), from: panel.lowerBound, of: a, to: v)
            let alpha = findCoefficients(
                k, diagonal, top.base + k * panel.count, t, panel.lowerBound, isHermitian, coefficients.base)
            t.diagonal.append(alpha)
            guard j + 1 < order else { return }
            Scalar.gemv(
                .none, own.count, k + 1, -1, l.base, max(1, own.count), coefficients.base, 1, 1, v, 1)
            for row in chosen { v[row] = .zero }
            offerPivot(k, v, own, home: interchanges.stored(j + 1))
            try pivotRow.agree(count: k + 2)
            if j + 1 < panel.upperBound {
                (top.base + (k + 1) * panel.count).update(from: pivotRow.elements, count: k + 1)
            }
            let pivot = pivotRow.elements[k + 1]
            t.subdiagonal.append(pivot)
            if pivot != .zero { divide(v, own.count, by: pivot) }
            interchanges.choose(pivotRow.index)
            if let row = choose(pivotRow.index, own) { v[row] = 1 }
        }
    }

    /// Keeps a row out of the search; where it is this rank's, its place among those of the panel.
    @discardableResult
    private mutating func choose(_ index: Int, _ own: Range<Int>) -> Int? {
        guard panelRows.owns(index) else { return nil }
        let row = panelRows.map.local(GlobalIndex(index)).value - own.lowerBound
        chosen.append(row)
        return row
    }

    /// This rank's largest element of v with its row of L; of a column of zeros the element that is on the diagonal as it
    /// is.
    private func offerPivot(_ k: Int, _ v: UnsafePointer<Scalar>, _ own: Range<Int>, home: Int) {
        let found = pivotCandidate(v, 0..<own.count)
        if let found, found.magnitude != 0 {
            let index = panelRows.map.global(LocalIndex(own.lowerBound + found.row), on: panelRows.part).value
            pivotRow.offer(Double(found.magnitude), index, l.base + found.row, own.count, count: k + 2)
        } else if panelRows.owns(home) {
            let row = panelRows.map.local(GlobalIndex(home)).value - own.lowerBound
            pivotRow.offer(0, home, l.base + row, own.count, count: k + 2)
        } else {
            pivotRow.offerNothing()
        }
    }

    /// Makes the last column of a panel, of which this process row has all rows from `wide` on, the first of the next.
    func carry(_ panel: Range<Int>, _ rows: BlockCyclic, from wide: UnsafePointer<Scalar>) {
        var place = 0
        let start = rows.count(below: GlobalIndex(panel.lowerBound), on: grid.row)
        panelRows.map.forEachBlock(in: panel.upperBound..<order, on: panelRows.part) { _, indices in
            let row = rows.local(GlobalIndex(indices.lowerBound)).value - start
            (l.base + place).update(from: wide + row, count: indices.count)
            place += indices.count
        }
    }
}

/// H(s...j, j) with k = j - s, from row j of L and A'(j, j); returns T(j, j).
@_specialize(where Scalar == Float)
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Complex<Float>)
@_specialize(where Scalar == Complex<Double>)
private func findCoefficients<Scalar: LinearScalar>(
    _ k: Int, _ diagonal: Scalar, _ row: UnsafePointer<Scalar>, _ t: Tridiagonal<Scalar>, _ start: Int,
    _ isHermitian: Bool, _ h: UnsafeMutablePointer<Scalar>
) -> Scalar {
    func dual(_ x: Scalar) -> Scalar { isHermitian ? x.conjugate : x }
    var rest = isHermitian ? Scalar(real: diagonal.realPart) : diagonal
    var before = Scalar.zero
    for i in 0..<k {
        let next = i + 1 < k ? dual(row[i + 1]) : 1
        h[i] = before + t.diagonal[start + i] * dual(row[i]) + dual(t.subdiagonal[start + i]) * next
        before = t.subdiagonal[start + i] * dual(row[i])
        rest -= row[i] * h[i]
    }
    let alpha = rest - before
    let own = isHermitian ? Scalar(real: alpha.realPart) : alpha
    h[k] = before + own
    return own
}

/// The largest element of a column that is dealt over ranks, and its row of a panel, on all of them: a record of
/// | modulus | index | row |.
private struct PivotRow<Scalar: LinearScalar>: ~Copyable {
    private let communicator: Communicator
    private let record: UnsafeMutableRawPointer

    init(width: Int, on communicator: Communicator) {
        self.communicator = communicator
        let bytes = Self.header + width * MemoryLayout<Scalar>.stride
        record = .allocate(byteCount: bytes, alignment: 64)
        record.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    }

    deinit { record.deallocate() }

    private static var header: Int { 16 }

    /// Puts this rank's candidate in, and `count` elements of its row.
    func offer(
        _ modulus: Double, _ index: Int, _ row: UnsafePointer<Scalar>, _ leadingDimension: Int, count: Int
    ) {
        record.storeBytes(of: modulus, as: Double.self)
        record.storeBytes(of: index, toByteOffset: 8, as: Int.self)
        Scalar.copy(count, row, leadingDimension, elements, 1)
    }

    func offerNothing() {
        record.storeBytes(of: -1, as: Double.self)
        record.storeBytes(of: Int.max, toByteOffset: 8, as: Int.self)
    }

    /// The largest candidate with `count` elements of its row, on every rank. Collective.
    func agree(count: Int) throws(TesseraError) {
        guard communicator.size > 1 else { return }
        let bytes = Self.header + count * MemoryLayout<Scalar>.stride
        try communicator.allReduceRecord(record, bytes: bytes) { theirs, ours in
            func candidate(_ record: UnsafeRawPointer) -> Located<Double> {
                Located(record.load(as: Double.self), at: record.load(fromByteOffset: 8, as: Int.self))
            }
            if Located.maximum(candidate(theirs), candidate(ours)).location != candidate(ours).location {
                ours.copyMemory(from: theirs, byteCount: bytes)
            }
        }
    }

    var index: Int { record.load(fromByteOffset: 8, as: Int.self) }
    var elements: UnsafeMutablePointer<Scalar> { (record + Self.header).assumingMemoryBound(to: Scalar.self) }
}
