// Moving a field between a fine and a coarse grid of one domain: linear interpolation P, and restriction R = Pᵀ / (fine cells
// in the volume of a coarse one), which keeps sums.
//
// Both grids are uniform; neither need the extents be even nor the boxes match. A fine cell at place t among the coarse ones
// (`GridTransferAxis`) takes (1 - w) u(floor t) + w u(floor t + 1), w = t - floor t, along each axis; a coarse cell beyond the
// edge follows the boundary rule with zero values. Along each axis the weights of a cell are added in one order, that of the
// source's index, and the axes in one order: no bit depends on how the grids are dealt.
//
// A rank fetches the source cells around its own target cells (words: `GridTransferModel`), then works axis by axis; its
// threads share the cells that each axis gives.

import CostModels
import Failures
import MessagePassing

/// The weights of one axis: for each target cell, the source cells and what they are multiplied with.
struct TransferAxis {
    let geometry: GridTransferAxis
    let toCoarse: Bool
    /// By global target index; source indices go beyond the extent around a periodic axis.
    let weights: [[(source: Int, weight: Double)]]

    /// - Parameter boundary: with zero values.
    init(_ geometry: GridTransferAxis, boundary: Boundary, toCoarse: Bool) {
        self.geometry = geometry
        self.toCoarse = toCoarse
        let (fine, coarse) = (geometry.fine, geometry.coarse)
        var interpolation: [[(source: Int, weight: Double)]] = []
        for i in 0..<fine {
            let place = geometry.place(i)
            let below = Int(place.rounded(.down))
            let weight = place - Double(below)
            var entries: [(source: Int, weight: Double)] = []
            for (index, weight) in [(below, 1 - weight), (below + 1, weight)] where weight != 0 {
                var (source, factor) = (index, weight)
                if !boundary.isPeriodic {
                    let rule = GhostRule(index: index, extent: coarse, boundary: boundary)
                    guard case .layer(let layer) = rule.origin else { continue }
                    (source, factor) = (layer, weight * rule.sign)
                }
                if let known = entries.firstIndex(where: { $0.source == source }) {
                    entries[known].weight += factor
                } else {
                    entries.append((source, factor))
                }
            }
            interpolation.append(entries.sorted { $0.source < $1.source })
        }
        guard toCoarse else {
            weights = interpolation
            return
        }
        var restriction = [[(source: Int, weight: Double)]](repeating: [], count: coarse)
        for (i, entries) in interpolation.enumerated() {
            for (index, weight) in entries {
                let image = Int((Double(index) / Double(coarse)).rounded(.down))
                restriction[index - image * coarse].append((i - image * fine, weight / geometry.ratio))
            }
        }
        weights = restriction.map { $0.sorted { $0.source < $1.source } }
    }

    /// The source cells that a range of target cells needs.
    func needed(_ range: Range<Int>) -> Range<Int> {
        toCoarse ? geometry.fineCells(around: range) : geometry.coarseCells(around: range)
    }
}

/// The same weights in three flat arrays: those of target cell k are from `starts[k]` to `starts[k + 1]`.
final class FlatWeights<Scalar: StencilScalar> {
    let starts: UnsafeMutablePointer<Int>
    let sources: UnsafeMutablePointer<Int>
    let weights: UnsafeMutablePointer<Scalar>

    init(_ axis: TransferAxis) {
        let entries = axis.weights.flatMap { $0 }
        starts = .allocate(capacity: axis.weights.count + 1)
        sources = .allocate(capacity: Swift.max(1, entries.count))
        weights = .allocate(capacity: Swift.max(1, entries.count))
        starts.initialize(to: 0)
        for (cell, own) in axis.weights.enumerated() { (starts + cell + 1).initialize(to: starts[cell] + own.count) }
        for (k, entry) in entries.enumerated() {
            (sources + k).initialize(to: entry.source)
            (weights + k).initialize(to: Scalar(entry.weight))
        }
    }

    deinit {
        starts.deallocate()
        sources.deallocate()
        weights.deallocate()
    }
}

/// A transfer in one direction, with its messages and memory prepared.
final class GridTransfer<Scalar: StencilScalar> {
    private let weights: [FlatWeights<Scalar>]
    private let order: [Int]
    private let target: GridPartition
    /// The source box around this rank's target cells, by global index.
    private let first: SIMD3<Int>
    private let extent: SIMD3<Int>
    /// Boxes of the source that this rank holds: where they lie there, and in a message or in the box of this rank.
    private let outgoing: [Block]
    private let incoming: [Block]
    private let own: [Block]
    private let sendBuffer: UnsafeMutablePointer<Scalar>
    private let receiveBuffer: UnsafeMutablePointer<Scalar>
    private var messages: PersistentExchange
    /// The source box, and what each axis but the last made of it.
    private let stages: [UnsafeMutablePointer<Scalar>]

    /// A box of cells: by local index of the source's owner, and by index of the box of who needs it.
    private struct Block {
        let source: SIMD3<Int>
        let target: SIMD3<Int>
        let count: SIMD3<Int>
    }

    /// - Parameter axes: plane, row, column.
    init(
        _ axes: [TransferAxis], from source: GridPartition, to target: GridPartition, on communicator: Communicator
    ) throws(TesseraError) {
        weights = axes.map { FlatWeights($0) }
        // To coarse the last axis comes last, from coarse first: its passes along rows are slower than those across them.
        let order = axes[0].toCoarse ? [0, 1, 2] : [2, 1, 0]
        self.order = order
        self.target = target
        func needed(_ box: GridPartition) -> [Range<Int>] {
            (0..<3).map { axes[$0].needed(box.start[$0]..<box.start[$0] + box.count[$0]) }
        }
        /// What a rank that needs `cells` gets from a rank that holds `box`, image by image.
        func blocks(_ box: GridPartition, _ cells: [Range<Int>]) -> [Block] {
            guard !box.isIdle, cells.allSatisfy({ !$0.isEmpty }) else { return [] }
            var blocks: [Block] = []
            let images = (0..<3).map { axes[$0].geometry.images(cells[$0], of: source.extents[$0]) }
            for x in images[0] {
                for y in images[1] {
                    for z in images[2] {
                        let shift = SIMD3(x, y, z)
                        let ranges = (0..<3).map { axis in
                            let start = box.start[axis] + shift[axis]
                            return (start..<start + box.count[axis]).clamped(to: cells[axis])
                        }
                        if ranges.contains(where: \.isEmpty) { continue }
                        let start = SIMD3(ranges.map(\.lowerBound))
                        blocks.append(
                            Block(
                                source: start &- shift &- box.start, target: start &- SIMD3(cells.map(\.lowerBound)),
                                count: SIMD3(ranges.map(\.count))))
                    }
                }
            }
            return blocks
        }
        let cells = needed(target)
        let extent = SIMD3(cells.map(\.count))
        first = SIMD3(cells.map(\.lowerBound))
        self.extent = extent

        let rank = communicator.rank
        var (outgoing, incoming): ([Block], [Block]) = ([], [])
        var (sent, received): ([(rank: Int, range: Range<Int>)], [(rank: Int, range: Range<Int>)]) = ([], [])
        var (sentCells, receivedCells) = (0, 0)
        for other in 0..<communicator.size where other != rank {
            let out = other < target.shape.product ? blocks(source, needed(target.box(of: other))) : []
            let into = other < source.shape.product ? blocks(source.box(of: other), cells) : []
            let (outCells, intoCells) = (
                out.reduce(0) { $0 + $1.count.product }, into.reduce(0) { $0 + $1.count.product }
            )
            if outCells > 0 { sent.append((other, sentCells..<sentCells + outCells)) }
            if intoCells > 0 { received.append((other, receivedCells..<receivedCells + intoCells)) }
            sentCells += outCells
            receivedCells += intoCells
            outgoing += out
            incoming += into
        }
        self.outgoing = outgoing
        self.incoming = incoming
        own = blocks(source, cells)
        let (sendBuffer, receiveBuffer) = (
            allocateAligned(sentCells, of: Scalar.self), allocateAligned(receivedCells, of: Scalar.self)
        )
        sendBuffer.initialize(repeating: 0, count: sentCells)
        receiveBuffer.initialize(repeating: 0, count: receivedCells)
        self.sendBuffer = sendBuffer
        self.receiveBuffer = receiveBuffer
        func prepared(
            _ buffer: UnsafeMutablePointer<Scalar>, _ parts: [(rank: Int, range: Range<Int>)]
        ) -> [PersistentExchange.Message] {
            parts.map {
                .init(buffer + $0.range.lowerBound, $0.range.count, Scalar.datatype, rank: $0.rank, tag: 0x5458)
            }
        }
        messages = try PersistentExchange(
            on: communicator, sends: prepared(sendBuffer, sent), receives: prepared(receiveBuffer, received))
        // The sizes of the box while the axes are worked off, in the order of `run`.
        var size = extent
        var stages: [UnsafeMutablePointer<Scalar>] = []
        for axis in order {
            let memory = allocateAligned(size.product, of: Scalar.self)
            memory.initialize(repeating: 0, count: size.product)
            stages.append(memory)
            size[axis] = target.count[axis]
        }
        self.stages = stages
    }

    deinit {
        freeAligned(sendBuffer)
        freeAligned(receiveBuffer)
        for stage in stages { freeAligned(stage) }
    }

    /// target = the source transferred, or target += it.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func run(_ source: GridField<Scalar>, into field: GridField<Scalar>, isAdding: Bool) throws(TesseraError) {
        let (extent, receiveBuffer, sendBuffer) = (self.extent, self.receiveBuffer, self.sendBuffer)
        var sent = 0
        for block in outgoing {
            for run in 0..<(block.count.x * block.count.y) {
                let cell = block.source &+ SIMD3(run / block.count.y, run % block.count.y, 0)
                (sendBuffer + sent).update(
                    from: source.origin + source.layout.offset(cell), count: block.count.z)
                sent += block.count.z
            }
        }
        try messages.start()
        let box = stages[0]
        for block in own {
            let from = source.origin + source.layout.offset(block.source)
            CellBox(first: .zero, end: block.count).share { (part: CellBox) in
                for x in part[0] {
                    for y in part[1] {
                        let place = SIMD3(x, y, part.first.z)
                        (box + offset(block.target &+ place, extent)).update(
                            from: from + source.layout.offset(place), count: part[2].count)
                    }
                }
            }
        }
        try messages.finish()
        var position = 0
        for block in incoming {
            for run in 0..<(block.count.x * block.count.y) {
                let place = block.target &+ SIMD3(run / block.count.y, run % block.count.y, 0)
                (box + offset(place, extent)).update(from: receiveBuffer + position, count: block.count.z)
                position += block.count.z
            }
        }
        guard !target.isIdle else { return }
        var size = extent
        for (number, axis) in order.enumerated() {
            let from = stages[number]
            let last = number == 2
            var after = size
            after[axis] = target.count[axis]
            let before = size
            CellBox(first: .zero, end: after).share { (part: CellBox) in
                for x in part[0] {
                    for y in part[1] {
                        // Rows of the field where this is the last axis.
                        let row = last ? field.row(x * after.y + y) : stages[number + 1] + offset(SIMD3(x, y, 0), after)
                        pass(
                            axis, SIMD3(x, y, 0), from, before, into: row, columns: part[2],
                            isAdding: last && isAdding)
                    }
                }
            }
            size = after
        }
    }

    /// Some columns of one row of the target, along `axis`.
    @inline(__always)
    private func pass(
        _ axis: Int, _ place: SIMD3<Int>, _ source: UnsafeMutablePointer<Scalar>, _ size: SIMD3<Int>,
        into row: UnsafeMutablePointer<Scalar>, columns: Range<Int>, isAdding: Bool
    ) {
        let flat = weights[axis]
        let (starts, sources, weights) = (flat.starts + target.start[axis], flat.sources, flat.weights)
        if axis == 2 {
            let from = source + (offset(place, size) - first.z)
            for k in columns {
                var sum: Scalar = isAdding ? row[k] : 0
                var entry = starts[k]
                while entry < starts[k &+ 1] {
                    sum += weights[entry] * from[sources[entry]]
                    entry &+= 1
                }
                row[k] = sum
            }
            return
        }
        if !isAdding { (row + columns.lowerBound).update(repeating: 0, count: columns.count) }
        for entry in starts[place[axis]]..<starts[place[axis] + 1] {
            var start = place
            start[axis] = sources[entry] - first[axis]
            let from = source + offset(start, size)
            let factor = weights[entry]
            for k in columns { row[k] += factor * from[k] }
        }
    }
}

/// The offset of a place in a box in C order.
private func offset(_ place: SIMD3<Int>, _ size: SIMD3<Int>) -> Int {
    (place.x &* size.y &+ place.y) &* size.z &+ place.z
}
