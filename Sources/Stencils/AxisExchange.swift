// The exchange along one axis: pack, both directions at once, unpack. All fields travel in one message a direction.
//
// Messages and buffers are prepared once; a step allocates nothing. The rank's threads pack and unpack large layers together.

import CostModels
import Failures
import MessagePassing

/// Ghost layers of some fields along one axis that is split between ranks.
final class AxisExchange<Scalar: StencilScalar> {
    /// A box of one field in local indices.
    private struct Block {
        let field: Int
        let first: SIMD3<Int>
        let count: SIMD3<Int>
    }

    /// The layers shared with the neighbour on one side: those sent there, and the ghosts that come from it.
    private struct Side {
        let outgoing: [Block]
        let incoming: [Block]
        let sendBuffer: UnsafeMutableBufferPointer<Scalar>
        let receiveBuffer: UnsafeMutableBufferPointer<Scalar>
    }

    private let layout: GridLayout
    private var sides: [Side] = []
    private var messages: PersistentExchange

    init(
        _ axis: Int, _ members: [HaloMember], partition: GridPartition, layout: GridLayout,
        on communicator: Communicator
    ) throws(TesseraError) {
        var sides: [Side] = []
        var sends: [PersistentExchange.Message] = []
        var receives: [PersistentExchange.Message] = []
        for step in [-1, 1] {
            guard let neighbour = partition.neighbour(axis: axis, step: step) else { continue }
            let side = Self.side(axis, step, members, partition)
            // A message upwards and one downwards may meet the same neighbour: the tag tells them apart.
            func tag(upwards: Bool) -> Int { 0x5354 + 2 * axis + (upwards ? 0 : 1) }
            let isSkipped = HaloSabotage.fault == .messages(axis: axis)
            if side.sendBuffer.count > 0 && !isSkipped {
                sends.append(
                    .init(
                        side.sendBuffer.baseAddress, side.sendBuffer.count, Scalar.datatype, rank: neighbour,
                        tag: tag(upwards: step > 0)))
            }
            if side.receiveBuffer.count > 0 && !isSkipped {
                receives.append(
                    .init(
                        side.receiveBuffer.baseAddress, side.receiveBuffer.count, Scalar.datatype, rank: neighbour,
                        tag: tag(upwards: step < 0)))
            }
            sides.append(side)
        }
        self.layout = layout
        self.sides = sides
        messages = try PersistentExchange(on: communicator, sends: sends, receives: receives)
    }

    deinit {
        for side in sides {
            side.sendBuffer.deallocate()
            side.receiveBuffer.deallocate()
        }
    }

    /// Upwards go the topmost layers, which the neighbour keeps as lower ghosts; downwards the lowest.
    private static func side(_ axis: Int, _ step: Int, _ members: [HaloMember], _ partition: GridPartition) -> Side {
        let cells = partition.count[axis]
        func blocks(_ layers: (FieldHalo) -> Range<Int>) -> [Block] {
            members.compactMap { member in
                let range = layers(member.halo)
                if range.isEmpty { return nil }
                var (first, count) = haloLayer(axis: axis, halo: member.halo, cells: partition.count)
                first[axis] = range.lowerBound
                count[axis] = range.count
                return Block(field: member.field, first: first, count: count)
            }
        }
        let outgoing = blocks { step > 0 ? cells - $0.lower[axis]..<cells : 0..<$0.upper[axis] }
        let incoming = blocks { step > 0 ? cells..<cells + $0.upper[axis] : -$0.lower[axis]..<0 }
        func buffer(_ blocks: [Block]) -> UnsafeMutableBufferPointer<Scalar> {
            let buffer = UnsafeMutableBufferPointer<Scalar>.allocate(
                capacity: blocks.reduce(0) { $0 + $1.count.product })
            buffer.initialize(repeating: 0)
            return buffer
        }
        return Side(
            outgoing: outgoing, incoming: incoming, sendBuffer: buffer(outgoing), receiveBuffer: buffer(incoming))
    }

    /// Exchanges the layers of fields whose first interior cells `origin` gives.
    @inline(__always)
    func run(_ origin: (Int) -> UnsafeMutablePointer<Scalar>) throws(TesseraError) {
        for side in sides {
            copy(side.outgoing, side.sendBuffer.baseAddress!, origin) { packed, cells, count in
                packed.update(from: cells, count: count)
            }
        }
        try messages.start()
        try messages.finish()
        for side in sides {
            copy(side.incoming, side.receiveBuffer.baseAddress!, origin) { packed, cells, count in
                cells.update(from: packed, count: count)
            }
        }
    }

    /// Calls `body` with each row's place in a message, its first cell and its cells: the blocks follow each other in the
    /// message, each in C order. Threads share a large block.
    @inline(__always)
    private func copy(
        _ blocks: [Block], _ message: UnsafeMutablePointer<Scalar>, _ origin: (Int) -> UnsafeMutablePointer<Scalar>,
        _ body: (UnsafeMutablePointer<Scalar>, UnsafeMutablePointer<Scalar>, Int) -> Void
    ) {
        var packed = message
        for block in blocks {
            let (first, count) = (block.first, block.count)
            let interior = origin(block.field)
            CellBox(first: first, end: first &+ count).share { part in
                for plane in part[0] {
                    for row in part[1] {
                        let place = ((plane &- first.x) &* count.y &+ (row &- first.y)) &* count.z
                        body(
                            packed + (place &+ part.first.z &- first.z),
                            interior + layout.offset(SIMD3(plane, row, part.first.z)), part[2].count)
                    }
                }
            }
            packed += count.product
        }
    }
}

/// A fault on purpose: the tests have new simulations leave something out, and must notice.
package enum HaloSabotage {
    /// Axes are plane, row, column; `step` is -1 for the lower end and 1 for the upper.
    package enum Fault: Equatable {
        /// The messages along an axis.
        case messages(axis: Int)
        /// The ghosts that follow from the boundary at one end.
        case boundary(axis: Int, step: Int)
        /// The ghosts of earlier axes in the layers of later ones.
        case corners
    }

    nonisolated(unsafe) package static var fault: Fault?
}
