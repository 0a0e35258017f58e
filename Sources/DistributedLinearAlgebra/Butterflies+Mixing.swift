// Butterflies on the rows and columns of a distributed matrix, by panels: what a rank mixes and does not own visits it.
//
//     rows      Uᵀ X (transposed) or V X, a panel of this rank's columns at a time
//     columns   X V, a panel of this rank's rows at a time
//
// Words: all but the first leaf's rows of X come and go once, whatever the depth, in two messages a panel:
// ButterflyModel. Where a process column (row) is one rank, they are mixed where they lie.

internal import CostModels
internal import DistributedArrays
internal import Failures
import LinearAlgebra
internal import MessagePassing

extension Butterflies {
    /// A = Uᵀ A V. Collective.
    func mix<Scalar: LinearScalar>(
        _ a: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) where Scalar.Real == Real {
        try Trace.span("butterflies") { () throws(TesseraError) in
            try mixRows(of: a, .left, isTransposed: true)
            try mixColumns(of: a)
        }
    }

    /// X = Fᵀ X, or F X, for the F of one side. Collective on the process column.
    func mixRows<Scalar: LinearScalar>(
        of x: borrowing DistributedMatrix<Scalar>, _ side: ButterflySide, isTransposed: Bool
    ) throws(TesseraError) where Scalar.Real == Real {
        guard depth > 0 else { return }
        let share = ButterflyShare(self, side == .left ? left : right, x.layout.rows, on: x.grid.row)
        var leaves = [UnsafeMutablePointer<Scalar>](repeating: x.storage, count: share.leaves.count)
        if x.grid.rows == 1 {
            for j in 0..<x.localColumns {
                for k in leaves.indices { leaves[k] = x.storage + k * share.leaves.length + j * x.leadingDimension }
                share.mixRows(leaves, isTransposed: isTransposed)
            }
            return
        }
        let visit = ButterflyVisit<Scalar>(
            share, x.layout.rows, min(ButterflyModel.panel, x.localColumns), on: x.grid.columnCommunicator)
        let height = max(1, visit.places)
        for first in stride(from: 0, to: x.localColumns, by: ButterflyModel.panel) {
            let panel = first..<min(first + ButterflyModel.panel, x.localColumns)
            try visit.begin(panel.count) { rows, packed in
                packRows(rows, panel, of: x.storage, x.leadingDimension, into: packed)
            } unpack: { places, packed in
                unpackRows(places, 0..<panel.count, of: visit.base, height, from: packed)
            }
            for j in panel {
                leaves[0] = x.storage + j * x.leadingDimension
                for k in leaves.indices.dropFirst() {
                    leaves[k] = visit.base + (k - 1) * share.places + (j - first) * height
                }
                share.mixRows(leaves, isTransposed: isTransposed)
            }
            try visit.end(panel.count) { places, packed in
                packRows(places, 0..<panel.count, of: visit.base, height, into: packed)
            } unpack: { rows, packed in
                unpackRows(rows, panel, of: x.storage, x.leadingDimension, from: packed)
            }
        }
    }

    /// X = X V. Collective on the process row.
    private func mixColumns<Scalar: LinearScalar>(
        of x: borrowing DistributedMatrix<Scalar>
    ) throws(TesseraError) where Scalar.Real == Real {
        guard depth > 0 else { return }
        let share = ButterflyShare(self, right, x.layout.columns, on: x.grid.column)
        var leaves = [UnsafeMutablePointer<Scalar>](repeating: x.storage, count: share.leaves.count)
        if x.grid.columns == 1 {
            for place in 0..<share.places {
                for k in leaves.indices {
                    leaves[k] = x.storage + (k * share.leaves.length + place) * x.leadingDimension
                }
                share.mixColumns(leaves, place, x.localRows)
            }
            return
        }
        let visit = ButterflyVisit<Scalar>(
            share, x.layout.columns, min(ButterflyModel.panel, x.localRows), on: x.grid.rowCommunicator)
        for first in stride(from: 0, to: x.localRows, by: ButterflyModel.panel) {
            let height = min(ButterflyModel.panel, x.localRows - first)
            try visit.begin(height) { columns, packed in
                for (i, j) in columns.enumerated() {
                    (packed + i * height).update(from: x.storage + first + j * x.leadingDimension, count: height)
                }
            } unpack: { places, packed in
                for (i, place) in places.enumerated() {
                    (visit.base + place * height).update(from: packed + i * height, count: height)
                }
            }
            for place in 0..<share.places {
                leaves[0] = x.storage + first + place * x.leadingDimension
                for k in leaves.indices.dropFirst() {
                    leaves[k] = visit.base + ((k - 1) * share.places + place) * height
                }
                share.mixColumns(leaves, place, height)
            }
            try visit.end(height) { places, packed in
                for (i, place) in places.enumerated() {
                    (packed + i * height).update(from: visit.base + place * height, count: height)
                }
            } unpack: { columns, packed in
                for (i, j) in columns.enumerated() {
                    (x.storage + first + j * x.leadingDimension).update(from: packed + i * height, count: height)
                }
            }
        }
    }
}

/// What one part of a dimension mixes: the places of the first leaf that it owns, with those of the other leaves.
private struct ButterflyShare<Real: LinearReal> {
    let leaves: ButterflyLeaves
    /// Places of the first leaf: this part's first indices.
    let places: Int
    /// For each leaf, how many of the places it has.
    private let counts: [Int]
    /// By level, leaf and place.
    private let factors: [Real]

    init(_ butterflies: Butterflies<Real>, _ factors: [[Real]], _ map: BlockCyclic, on part: Int) {
        let leaves = ButterflyLeaves(order: butterflies.order, depth: butterflies.depth)
        let own = (0..<map.count(below: GlobalIndex(leaves.length), on: part)).map {
            map.global(LocalIndex($0), on: part).value
        }
        self.leaves = leaves
        places = own.count
        counts = (0..<leaves.count).map { map.count(below: GlobalIndex(leaves.indices($0).count), on: part) }
        self.factors = factors.flatMap { level in
            (0..<leaves.count).flatMap { k in
                own.map { k * leaves.length + $0 < level.count ? level[k * leaves.length + $0] : 1 }
            }
        }
    }

    /// Mixes the rows of one column, of whose leaves these are the first.
    func mixRows<Scalar: LinearScalar>(
        _ x: [UnsafeMutablePointer<Scalar>], isTransposed: Bool
    ) where Scalar.Real == Real {
        factors.withUnsafeBufferPointer { factors in
            guard let factors = factors.baseAddress else { return }
            for turn in 0..<leaves.depth {
                let level = isTransposed ? leaves.depth - 1 - turn : turn
                let distance = leaves.distance(level: level)
                for k in 0..<leaves.count where k & distance == 0 {
                    let paired = counts[k + distance]
                    let a = factors + (level * leaves.count + k) * places
                    mixPairs(x[k], x[k + distance], paired, a, a + distance * places, isTransposed: isTransposed)
                    scaleElements(x[k] + paired, counts[k] - paired, by: a + paired)
                }
            }
        }
    }

    /// Mixes the columns of one place, of which these are parts of this height.
    func mixColumns<Scalar: LinearScalar>(
        _ x: [UnsafeMutablePointer<Scalar>], _ place: Int, _ height: Int
    ) where Scalar.Real == Real {
        for level in (0..<leaves.depth).reversed() {
            let distance = leaves.distance(level: level)
            for k in 0..<leaves.count where k & distance == 0 && place < counts[k] {
                let a = factors[(level * leaves.count + k) * places + place]
                if place < counts[k + distance] {
                    let b = factors[(level * leaves.count + k + distance) * places + place]
                    mixPair(x[k], x[k + distance], height, a, b)
                } else {
                    Scalar.scal(height, Scalar(real: a), x[k], 1)
                }
            }
        }
    }
}

/// The rows or columns of the leaves behind the first on their way to the ranks that mix them, and back.
private struct ButterflyVisit<Scalar: LinearScalar>: ~Copyable {
    /// Where the visitors are; place by place of the second leaf, then of the third.
    let base: UnsafeMutablePointer<Scalar>
    /// Places of all leaves behind the first.
    let places: Int
    private let communicator: Communicator
    /// This rank's indices that leave, by the rank they go to, and the places of those that come, by the rank they come from.
    private let leaving: [[Int]]
    private let arriving: [[Int]]
    private let visitors: Workspace<Scalar>
    private let outgoing: Workspace<Scalar>
    private let incoming: Workspace<Scalar>

    /// - Parameter width: the most elements of a row or column that travel at once.
    init(
        _ share: ButterflyShare<Scalar.Real>, _ map: BlockCyclic, _ width: Int, on communicator: Communicator
    ) {
        let (part, leaves) = (communicator.rank, share.leaves)
        var leaving = [[Int]](repeating: [], count: map.parts)
        var arriving = leaving
        for k in 1..<leaves.count {
            for i in leaves.indices(k) {
                let place = GlobalIndex(i - k * leaves.length)
                let (from, to) = (map.owner(of: GlobalIndex(i)), map.owner(of: place))
                if from == part { leaving[to].append(map.local(GlobalIndex(i)).value) }
                if to == part { arriving[from].append((k - 1) * share.places + map.local(place).value) }
            }
        }
        (self.leaving, self.arriving) = (leaving, arriving)
        self.communicator = communicator
        places = (leaves.count - 1) * share.places
        let most = max(leaving.reduce(0) { $0 + $1.count }, arriving.reduce(0) { $0 + $1.count })
        visitors = Workspace(places * width)
        outgoing = Workspace(most * width)
        incoming = Workspace(most * width)
        base = visitors.base
    }

    /// They come, `width` elements each.
    func begin(
        _ width: Int, pack: ([Int], UnsafeMutablePointer<Scalar>) -> Void,
        unpack: ([Int], UnsafePointer<Scalar>) -> Void
    ) throws(TesseraError) {
        try carry(leaving, arriving, width, pack, unpack)
    }

    /// They go home.
    func end(
        _ width: Int, pack: ([Int], UnsafeMutablePointer<Scalar>) -> Void,
        unpack: ([Int], UnsafePointer<Scalar>) -> Void
    ) throws(TesseraError) {
        try carry(arriving, leaving, width, pack, unpack)
    }

    private func carry(
        _ sources: [[Int]], _ targets: [[Int]], _ width: Int, _ pack: ([Int], UnsafeMutablePointer<Scalar>) -> Void,
        _ unpack: ([Int], UnsafePointer<Scalar>) -> Void
    ) throws(TesseraError) {
        let (sendCounts, receiveCounts) = (sources.map { $0.count * width }, targets.map { $0.count * width })
        for (list, start) in zip(sources, exclusiveSums(sendCounts)) { pack(list, outgoing.base + start) }
        try communicator.allToAll(
            outgoing.base, sendCounts, exclusiveSums(sendCounts), incoming.base, receiveCounts,
            exclusiveSums(receiveCounts), Scalar.datatype)
        for (list, start) in zip(targets, exclusiveSums(receiveCounts)) { unpack(list, incoming.base + start) }
    }
}
