// Ghost layers from the neighbours and from the boundary: what a rank must hold before a sweep.
//
// Axis by axis: exchange the layers next to each face, then fill what the boundary rules give. Where a footprint reads
// corners, a layer includes the ghosts of the earlier axes, so that corners arrive without messages of their own. Words and
// messages: `HaloExchangeModel`.

import CostModels
import Failures
import MessagePassing

/// A field whose halo is exchanged.
struct HaloMember {
    let field: Int
    let halo: FieldHalo
    /// Along plane, row, column.
    let boundaries: [Boundary]
}

/// The exchange of the halos of some fields.
final class HaloExchange<Scalar: StencilScalar> {
    /// The halos exchanged, for the cost model.
    let halos: [FieldHalo]
    private let partition: GridPartition
    private let layout: GridLayout
    private let exchanges: [AxisExchange<Scalar>?]
    private let fills: [[(field: Int, fill: GhostFill)]]

    init(
        _ members: [HaloMember], partition: GridPartition, layout: GridLayout, on communicator: Communicator
    ) throws(TesseraError) {
        halos = members.map(\.halo)
        self.partition = partition
        self.layout = layout
        var exchanges: [AxisExchange<Scalar>?] = []
        for axis in 0..<3 {
            exchanges.append(
                partition.shape[axis] == 1
                    ? nil : try AxisExchange(axis, members, partition: partition, layout: layout, on: communicator))
        }
        self.exchanges = exchanges
        fills = (0..<3).map { axis in
            members.map { member in
                let boundary = member.boundaries[axis]
                return (
                    member.field,
                    GhostFill(axis: axis, halo: member.halo, boundary: boundary, partition: partition)
                )
            }
        }
    }

    /// Makes the ghosts of every member right, `ago` steps before the newest level; `table` gives the first interior
    /// cell of every slot.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func run(_ table: UnsafePointer<UnsafePointer<Scalar>>, ago: Int, time: Double) throws(TesseraError) {
        func origin(_ field: Int) -> UnsafeMutablePointer<Scalar> {
            UnsafeMutablePointer(mutating: table[LaneSlot.slot(field: field, ago: ago)])
        }
        for axis in 0..<3 {
            try exchanges[axis]?.run(origin)
            for (field, fill) in fills[axis] {
                fill.run(origin(field), layout: layout, partition: partition, time: time)
            }
        }
    }
}
