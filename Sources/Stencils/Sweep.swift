// One sweep: the update at every cell of a box.
//
// The inner loop runs along the last axis in whole lanes. The last lane of a row may run over into the row's own right
// ghosts and padding, which are filled anew before anything reads them; where the cells beyond the box are done, too, the
// first one begins at a lane's boundary, with cells that nobody reads any more: so every lane of the point itself lies on a
// whole vector, which `loadBeside` in CLanes relies on. The update is called at one place, so that the compiler inlines it
// there; an update of many taps says `@inline(__always)` itself. No allocation, no exclusivity checks.

/// Everything that a sweep needs, by value.
@frozen
@usableFromInline
struct SweepPlan<Scalar> {
    /// The first interior cell of every slot and of every field's next level.
    @usableFromInline let inputs: UnsafePointer<UnsafePointer<Scalar>>
    @usableFromInline let outputs: UnsafePointer<UnsafeMutablePointer<Scalar>>
    @usableFromInline let planes: Range<Int>
    @usableFromInline let rows: Range<Int>
    @usableFromInline let columns: Range<Int>
    @usableFromInline let planeStride: Int
    @usableFromInline let rowStride: Int
    /// The global index of the first interior cell.
    @usableFromInline let firstPlane: Int
    @usableFromInline let firstRow: Int
    @usableFromInline let firstColumn: Int
    @usableFromInline let time: Double

    /// One box in one of the coming steps.
    @inline(__always)
    init(
        _ box: CellBox, inputs: UnsafePointer<UnsafePointer<Scalar>>,
        outputs: UnsafePointer<UnsafeMutablePointer<Scalar>>, layout: GridLayout, start: SIMD3<Int>, time: Double
    ) {
        self.inputs = inputs
        self.outputs = outputs
        planes = box[0]
        rows = box[1]
        columns = box[2]
        planeStride = layout.planeStride
        rowStride = layout.rowStride
        firstPlane = start.x
        firstRow = start.y
        firstColumn = start.z
        self.time = time
    }
}

/// Runs the update at every cell of the plan, with lanes of type `L`.
@inlinable
func sweep<S: MultiFieldStencil, L: MemoryLane>(
    _ stencil: S, _ plan: SweepPlan<S.Scalar>, with lane: L.Type
) where L.Scalar == S.Scalar {
    let tables = SweepTables(inputs: plan.inputs, outputs: plan.outputs)
    for plane in plan.planes {
        for row in plan.rows {
            let offset = plane &* plan.planeStride &+ row &* plan.rowStride
            var column = plan.columns.lowerBound
            while column < plan.columns.upperBound {
                let site = GridSite(
                    tables, offset: offset &+ column, planeStride: plan.planeStride, rowStride: plan.rowStride,
                    plane: plan.firstPlane &+ plane, row: plan.firstRow &+ row, column: plan.firstColumn &+ column,
                    time: plan.time)
                _ = stencil.update(Cell<L, S.Field>(site))
                column &+= L.width
            }
        }
    }
}
