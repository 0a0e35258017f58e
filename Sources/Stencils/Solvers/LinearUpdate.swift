// The user's linear update with its type left behind: what the solvers work with.

public import Failures

/// A linear update that can be given for a coarser grid, so that multigrid can use it.
///
/// ```swift
/// struct Poisson: CoarsenableStencil {
///     var spacing: Double
///     @inlinable func update<L: Lane>(_ u: Taps<L>) -> L { (-1 / (spacing * spacing)) * u.laplacian() }
///     func coarsened(by factors: [Double]) -> Poisson { Poisson(spacing: spacing * factors[0]) }
/// }
/// ```
public protocol CoarsenableStencil: MultiFieldStencil where Field == SingleField {
    /// The same operator, in the same units, on a grid whose cells are `factors[axis]` times as long along each axis;
    /// 1 along an axis that is not coarsened. Factors are near 2, not whole numbers where the extents are odd.
    func coarsened(by factors: [Double]) -> Self
}

/// A linear update of one field, in production lanes.
public struct LinearUpdate<Scalar: StencilScalar> {
    @usableFromInline let footprint: (_ axes: Int) throws(TesseraError) -> Footprint
    @usableFromInline let linearity: (_ axes: Int) -> LinearityRecord
    /// The formula and the constants, for checkpoints.
    @usableFromInline let formula: (_ axes: Int) -> UpdateFormula
    @usableFromInline let sweep: (SweepPlan<Scalar>, _ axes: Int) -> Void
    @usableFromInline let coarsened: ((_ factors: [Double]) -> LinearUpdate)?

    @inlinable
    init<S: MultiFieldStencil>(_ stencil: S, coarsened: ((_ factors: [Double]) -> LinearUpdate)?)
    where S.Field == SingleField, S.Scalar == Scalar {
        footprint = { (axes: Int) throws(TesseraError) -> Footprint in try Footprint(of: stencil, axes: axes) }
        linearity = { axes in
            let record = LinearityRecord()
            _ = stencil.update(Cell<LinearityLane, SingleField>(LinearityLane.Site(record: record, axes: axes)))
            return record
        }
        formula = { axes in UpdateFormula(of: stencil, axes: axes) }
        sweep = { plan, axes in
            switch axes {
            case 1: Stencils.sweep(stencil, plan, with: Scalar.LineVector.self)
            case 2: Stencils.sweep(stencil, plan, with: Scalar.PlaneVector.self)
            default: Stencils.sweep(stencil, plan, with: Scalar.SpaceVector.self)
            }
        }
        self.coarsened = coarsened
    }

    /// An update that multigrid cannot coarsen.
    @inlinable
    public init<S: MultiFieldStencil>(_ stencil: S) where S.Field == SingleField, S.Scalar == Scalar {
        self.init(stencil, coarsened: nil)
    }

    /// An update that multigrid can coarsen.
    @inlinable
    public init<S: CoarsenableStencil>(_ stencil: S) where S.Scalar == Scalar {
        self.init(stencil) { LinearUpdate(stencil.coarsened(by: $0)) }
    }
}
