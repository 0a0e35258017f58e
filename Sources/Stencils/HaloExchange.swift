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
    /// Layers below and above along each axis that follow from the boundary: as far as the update reads.
    let reach: (lower: SIMD3<Int>, upper: SIMD3<Int>)
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
    private let fills: [[(field: Int, across: CellBox, lower: GhostFill, upper: GhostFill)]]

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
                let (boundary, halo) = (member.boundaries[axis], member.halo)
                // Around a periodic axis the halo is this rank's own, as deep as a neighbour's.
                func fill(_ step: Int, _ halo: [Int], _ reach: SIMD3<Int>) -> GhostFill {
                    GhostFill(
                        axis: axis, step: step, count: boundary.isPeriodic ? halo[axis] : reach[axis],
                        boundary: boundary, partition: partition)
                }
                let (first, count) = haloLayer(axis: axis, halo: halo, cells: partition.count)
                return (
                    member.field, CellBox(first: first, end: first &+ count),
                    fill(-1, halo.lower, member.reach.lower), fill(1, halo.upper, member.reach.upper)
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
            for (field, across, lower, upper) in fills[axis] where !(lower.layers.isEmpty && upper.layers.isEmpty) {
                // No thickness along the axis: the box of one layer is what threads share.
                var layer = across
                layer.end[axis] = layer.first[axis] + 1
                layer.share { part in
                    lower.run(origin(field), part, layout: layout, partition: partition, time: time)
                    upper.run(origin(field), part, layout: layout, partition: partition, time: time)
                }
            }
        }
    }
}
