// One sweep: the update at every cell of a box.
//
// The inner loop runs along the last axis in whole lanes. The last lane of a row may run over into the row's own right
// ghosts and padding, which are filled anew before anything reads them. The update is called at one place, so that the
// compiler inlines it there. No allocation, no exclusivity checks.

/// Everything that a sweep needs, by value.
@frozen
@usableFromInline
struct SweepPlan<Scalar> {
    /// The first interior cell of every slot and of every field's next level.
    @usableFromInline let inputs: UnsafePointer<UnsafePointer<Scalar>>
    @usableFromInline let outputs: UnsafePointer<UnsafeMutablePointer<Scalar>>
    @usableFromInline let planes: Range<Int>
    @usableFromInline let rows: Range<Int>
    @usableFromInline let columns: Int
    @usableFromInline let planeStride: Int
    @usableFromInline let rowStride: Int
    /// The global index of the first interior cell.
    @usableFromInline let firstPlane: Int
    @usableFromInline let firstRow: Int
    @usableFromInline let firstColumn: Int
    @usableFromInline let time: Double

    /// The whole of a rank's box.
    init(_ storage: borrowing FieldStorage<Scalar>, partition: GridPartition, time: Double)
    where Scalar: BitwiseCopyable {
        inputs = UnsafePointer(storage.inputs)
        outputs = UnsafePointer(storage.outputs)
        planes = 0..<partition.count.x
        rows = 0..<partition.count.y
        columns = partition.count.z
        planeStride = storage.layout.planeStride
        rowStride = storage.layout.rowStride
        firstPlane = partition.start.x
        firstRow = partition.start.y
        firstColumn = partition.start.z
        self.time = time
    }
}

/// Runs the update at every cell of the plan, with lanes of type `L`.
@inlinable
func sweep<S: MultiFieldStencil, L: MemoryLane>(
    _ stencil: S, _ plan: SweepPlan<S.Scalar>, with lane: L.Type
) where L.Scalar == S.Scalar {
    for plane in plan.planes {
        for row in plan.rows {
            let offset = plane &* plan.planeStride &+ row &* plan.rowStride
            var column = 0
            while column < plan.columns {
                let site = GridSite(
                    inputs: plan.inputs, outputs: plan.outputs, offset: offset &+ column,
                    planeStride: plan.planeStride, rowStride: plan.rowStride, plane: plan.firstPlane &+ plane,
                    row: plan.firstRow &+ row, column: plan.firstColumn &+ column, time: plan.time)
                _ = stencil.update(Cell<L, S.Field>(site))
                column &+= L.width
            }
        }
    }
}
