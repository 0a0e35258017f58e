// One grid of multigrid: its operator, its vectors, its smoother and the way to the next coarser grid.
//
// The smoother is Chebyshev's iteration on D⁻¹A over the part of the spectrum that the coarser grid does not see: a polynomial
// in D⁻¹A, the same before and after the coarser grid, so that the whole cycle is symmetric (Adams, Brezina, Hu and Tuminaro,
// J. Comp. Phys. 188, 2003). Along an axis that is halved the shortest wave that the coarser grid holds has the length of four
// cells; of the eigenvalues up to the bound β these lie above β s / 2, s the axis' share in the coupling.

import CostModels
import Failures
import MessagePassing

/// A grid between the finest and the coarsest.
final class MultigridLevel<Scalar: StencilScalar> {
    let grid: GridOperator<Scalar>
    let rows: OperatorRows<Scalar>
    /// Right-hand side and solution; of the finest grid they are the solver's.
    let b: GridField<Scalar>?
    let x: GridField<Scalar>?
    private let r: GridField<Scalar>
    private let d: GridField<Scalar>
    private let q: GridField<Scalar>
    private let smoothed: (lower: Double, upper: Double)
    let toCoarse: GridTransfer<Scalar>
    let fromCoarse: GridTransfer<Scalar>
    /// Plane, row, column.
    let axes: [GridTransferAxis]

    /// Steps of the smoother before the coarser grid, and after it.
    static var steps: Int { 2 }

    /// - Parameter isFinest: the solver brings b and x.
    init(
        _ grid: GridOperator<Scalar>, _ rows: OperatorRows<Scalar>, isFinest: Bool, coarse: GridOperator<Scalar>
    ) throws(TesseraError) {
        self.grid = grid
        self.rows = rows
        b = isFinest ? nil : grid.field()
        x = isFinest ? nil : grid.field()
        r = grid.field()
        d = grid.field()
        q = grid.field()
        let axes = Self.axes(grid, coarse: coarse.partition.extents)
        self.axes = axes
        let halved = (0..<3).filter { axes[$0].fine != axes[$0].coarse }
        let total = rows.strengths.x + rows.strengths.y + rows.strengths.z
        let share = halved.map { rows.strengths[$0] / total }.min() ?? 1
        let upper = rows.bound.isFinite ? rows.bound : 2
        smoothed = (upper * Swift.max(0.02, share.isNaN ? 1 : share) / 2, upper)
        func transfer(toCoarse: Bool) throws(TesseraError) -> GridTransfer<Scalar> {
            try GridTransfer(
                (0..<3).map { TransferAxis(axes[$0], boundary: coarse.boundary[$0], toCoarse: toCoarse) },
                from: (toCoarse ? grid : coarse).partition, to: (toCoarse ? coarse : grid).partition,
                on: grid.communicator)
        }
        toCoarse = try transfer(toCoarse: true)
        fromCoarse = try transfer(toCoarse: false)
    }

    static func axes(_ grid: GridOperator<Scalar>, coarse: SIMD3<Int>) -> [GridTransferAxis] {
        (0..<3).map { axis in
            GridTransferAxis(
                fine: grid.partition.extents[axis], coarse: coarse[axis], ends: grid.boundary[axis].ends)
        }
    }

    /// Some steps towards A x = b; with `isFromZero` as if x were zero.
    ///
    /// Leaves b - A x in `r` but for what the last step changed.
    private func smooth(
        _ x: GridField<Scalar>, _ b: GridField<Scalar>, isFromZero: Bool
    ) throws(TesseraError) {
        if isFromZero {
            x.set(0)
            r.copy(b)
        } else {
            try grid.apply(x, into: r)
            r.subtract(from: b)
        }
        var recurrence = ChebyshevRecurrence(lower: smoothed.lower, upper: smoothed.upper)
        for step in 0..<Self.steps {
            if step > 0 { try updateResidual() }
            let (scale, factor) = recurrence.next()
            d.step(Scalar(scale), Scalar(factor), rows.inverseDiagonal, r, to: x)
        }
    }

    /// r -= A d
    private func updateResidual() throws(TesseraError) {
        try grid.apply(d, into: q)
        r.add(-1, times: q)
    }

    /// The smoother, and the residual that is left on the coarser grid.
    func descend(
        _ x: GridField<Scalar>, _ b: GridField<Scalar>, isFromZero: Bool, to coarse: GridField<Scalar>
    ) throws(TesseraError) {
        try smooth(x, b, isFromZero: isFromZero)
        try updateResidual()
        try toCoarse.run(r, into: coarse, isAdding: false)
    }

    /// The coarser grid's correction, and the smoother again.
    func ascend(
        _ x: GridField<Scalar>, _ b: GridField<Scalar>, from coarse: GridField<Scalar>
    ) throws(TesseraError) {
        try fromCoarse.run(coarse, into: x, isAdding: true)
        try smooth(x, b, isFromZero: false)
    }
}

extension Boundary {
    /// How far the outermost cells are from the ends of the domain, in cells; nil around a periodic axis.
    var ends: (lower: Double, upper: Double)? {
        guard case .sides(let lower, let upper) = self else { return nil }
        return (lower.distance, upper.distance)
    }
}

// The same condition where cells are `factor` times as long. A mixed one is, in units of length,
//
//     α u + β ∂u/∂n = 0   at the face,   ∂u/∂n = (1/h) × (slope a cell),
//
// so that `value` = α and `slope` = β / h: with h' = factor h the slope's weight is slope / factor, and the ghost that faces
// cell m follows cell m times
//
//     (slope / (factor (2m + 1)) - value / 2) / (slope / (factor (2m + 1)) + value / 2),
//
// between 1, a face without flux, and -1, a face held at zero, which is what every mixed condition but α = 0 becomes on
// grids coarse enough. The other rules, with zero values and slopes, hold for cells of any length.
extension Boundary {
    /// The same condition, with zero values, on cells `factor` times as long.
    func coarsened(by factor: Double) -> Boundary {
        switch self {
        case .periodic: .periodic
        case .sides(let lower, let upper): .sides(lower.coarsened(by: factor), upper.coarsened(by: factor))
        }
    }
}

extension BoundarySide {
    func coarsened(by factor: Double) -> BoundarySide {
        guard case .robin(let value, let slope, _) = rule else { return self }
        return .robin(value: value, slope: slope / factor)
    }

    /// A value is held at the centre of the first cell beyond the edge; mirrors and mixed conditions stand at the face.
    fileprivate var distance: Double {
        switch rule {
        case .mirror, .robin: 0.5
        case .constant, .function, .custom: 1
        }
    }
}
