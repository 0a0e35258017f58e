// A level of a field, where it lies: what files, pictures and checkpoints do with it is the same for fields that are stepped
// explicitly and for those of solvers.

import Failures
import MessagePassing

/// One level of a field as a rank holds it: its box of the grid, in memory with ghosts around it.
struct FieldView<Scalar: StencilScalar> {
    /// The first interior cell.
    let origin: UnsafeMutablePointer<Scalar>
    let partition: GridPartition
    let layout: GridLayout
    let communicator: Communicator

    var extents: [Int] { partition.extents.array.suffix(partition.axes) }
    /// Rows of this rank along the last axis, and cells of a row.
    var rows: Int { partition.count.x * partition.count.y }
    var columns: Int { partition.count.z }
    /// Scalars between neighbours along each axis.
    var strides: [Int] { [layout.planeStride, layout.rowStride, 1].suffix(partition.axes) }
    /// Where the box begins in the grid, and its cells along each axis.
    var boxOrigin: [Int] { partition.start.array.suffix(partition.axes) }
    var boxExtents: [Int] { partition.count.array.suffix(partition.axes) }

    func place(ofRow row: Int) -> SIMD3<Int> { SIMD3(row / partition.count.y, row % partition.count.y, 0) }
    func row(_ row: Int) -> UnsafeMutablePointer<Scalar> { origin + layout.offset(place(ofRow: row)) }
    func firstIndex(ofRow row: Int) -> GridIndex {
        GridIndex(canonical: partition.start &+ place(ofRow: row), axes: partition.axes)
    }

    /// Sets every cell to zero. Local.
    func clear() {
        for row in 0..<rows { self.row(row).update(repeating: 0, count: columns) }
    }

    /// The first cell in C order whose value is NaN or infinite; nil where all are finite. Collective.
    func firstNonFinite() throws(TesseraError) -> GridIndex? {
        let whole = partition.extents
        var first = Int.max
        for row in 0..<rows where first == .max {
            guard let column = firstNonFiniteCell(self.row(row), count: columns) else { continue }
            let place = firstIndex(ofRow: row).canonical
            first = (place.x * whole.y + place.y) * whole.z + place.z + column
        }
        let position = try communicator.allReduce(first, .minimum)
        guard position != .max else { return nil }
        let row = position / whole.z
        return GridIndex(canonical: SIMD3(row / whole.y, row % whole.y, position % whole.z), axes: partition.axes)
    }
}

@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
private func firstNonFiniteCell<Scalar: StencilScalar>(_ cells: UnsafeMutablePointer<Scalar>, count: Int) -> Int? {
    for k in 0..<count where !cells[k].isFinite { return k }
    return nil
}

extension Simulation {
    func view(_ field: S.Field, ago: Int = 0) -> FieldView<S.Scalar> {
        FieldView(
            origin: storage.origin(field.rawValue, ago: ago), partition: partition, layout: storage.layout,
            communicator: communicator)
    }
}

extension GridField {
    var view: FieldView<Scalar> {
        FieldView(origin: origin, partition: partition, layout: layout, communicator: communicator)
    }
}
