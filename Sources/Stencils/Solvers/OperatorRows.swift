// The diagonal of a matrix-free operator, and the sums of its rows, by probing (Curtis, Powell and Reid, IMA J. Appl. Math.
// 13, 1974): cells of one colour are so far apart that no cell reads two of them, so that A applied to the ones of a colour
// shows one entry of every row. Boundary rules are in it, since the entries come from the ordinary sweep.
//
// An operator whose weights do not depend on the cell is probed on a small grid with the same sides: a cell near an edge has
// the row of the cell at the same distance there, all others that of one in the middle. Cost: with reach r, (2r + 1)^axes
// sweeps of a grid of at most (4r + 3)^axes cells, on every rank alike and without a message; of the whole grid where the
// update reads the position.

import Failures
import MessagePassing

/// What is known of an operator's rows.
struct OperatorRows<Scalar: StencilScalar> {
    /// 1 / a_ii; 1 where a_ii is not positive.
    let inverseDiagonal: GridField<Scalar>
    /// Whether all a_ii > 0.
    let hasPositiveDiagonal: Bool
    /// The largest Σ_j |a_ij| / a_ii: no eigenvalue of D⁻¹A is larger (Gershgorin).
    let bound: Double
    /// Whether all rows add up to zero, so that A maps constants to zero.
    let annihilatesConstants: Bool
    /// The largest Σ |a_ij| over the j at another place along each axis: how strongly A couples cells along it.
    let strengths: SIMD3<Double>

    init(_ grid: GridOperator<Scalar>) throws(TesseraError) {
        let whole = grid.partition.extents
        let reach = grid.footprint.reach(of: 0)
        let radius = pointwiseMax(reach.lower, reach.upper)
        let proxy =
            try grid.readsPosition
            ? grid
            : GridOperator(
                grid.update, extents: pointwiseMin(whole, 4 &* radius &+ 3).array.suffix(grid.partition.axes),
                boundary: Array(grid.boundary.suffix(grid.partition.axes)), workers: nil, on: grid.communicator)
        let probed = proxy.partition.extents
        let colours = SIMD3(
            (0..<3).map { axis in
                Self.colours(extent: probed[axis], radius: radius[axis], isPeriodic: grid.partition.periodic[axis])
            })
        let (ones, entries) = (proxy.field(), proxy.field())
        let (diagonal, sums, magnitudes) = (proxy.field(), proxy.field(), proxy.field())
        var strengths = SIMD3<Double>.zero
        // Σ |a_ij| along each axis, of the probed rows one after another.
        var coupling = [SIMD3<Double>](repeating: .zero, count: proxy.partition.count.product)
        for colour in 0..<colours.product {
            let own = SIMD3(colour / (colours.y * colours.z), colour / colours.z % colours.y, colour % colours.z)
            func isOwn(_ index: GridIndex) -> Bool { index.canonical % colours == own }
            ones.fill { isOwn($0) ? 1 : 0 }
            try proxy.apply(ones, into: entries)
            for row in 0..<entries.rows {
                let (a, sum, size) = (entries.row(row), sums.row(row), magnitudes.row(row))
                let (mark, center) = (ones.row(row), diagonal.row(row))
                let place = entries.firstIndex(ofRow: row).canonical
                for k in 0..<entries.columns {
                    sum[k] += a[k]
                    size[k] += a[k].magnitude
                    if mark[k] == 1 { center[k] = a[k] }
                    let cell = row * entries.columns + k
                    let colourHere = (place &+ SIMD3(0, 0, k)) % colours
                    for axis in 0..<3 where colourHere[axis] != own[axis] {
                        coupling[cell][axis] += Double(a[k].magnitude)
                    }
                }
            }
        }
        // NaN in the weights is no positive diagonal.
        var isPositive = true
        var bound = 0.0
        var isZero = true
        for row in 0..<diagonal.rows {
            let (center, sum, size) = (diagonal.row(row), sums.row(row), magnitudes.row(row))
            for k in 0..<diagonal.columns {
                isPositive = isPositive && center[k] > 0 && size[k].isFinite
                bound = Swift.max(bound, Double(size[k] / center[k]))
                isZero = isZero && sum[k].magnitude <= 32 * Scalar.ulpOfOne * size[k]
            }
        }
        for cell in coupling { strengths = pointwiseMax(strengths, cell) }
        if grid.readsPosition {
            let communicator = grid.communicator
            isPositive = try communicator.allReduce(isPositive ? 1 : 0, .minimum) == 1
            isZero = try communicator.allReduce(isZero ? 1 : 0, .minimum) == 1
            bound = try communicator.allReduce(bound, .maximum)
            for axis in 0..<3 { strengths[axis] = try communicator.allReduce(strengths[axis], .maximum) }
        }
        let inverse = grid.field()
        inverse.fill { index in
            let place = grid.readsPosition ? index.canonical : Self.proxy(of: index.canonical, whole, probed)
            let local = place &- proxy.partition.start
            let center = diagonal.row(local.x * proxy.partition.count.y + local.y)[local.z]
            return center > 0 ? 1 / center : 1
        }
        inverseDiagonal = inverse
        hasPositiveDiagonal = isPositive
        self.bound = bound
        annihilatesConstants = isZero
        self.strengths = strengths
    }

    /// The fewest colours along an axis with no two cells of one colour within 2r, around a periodic axis neither.
    private static func colours(extent: Int, radius: Int, isPeriodic: Bool) -> Int {
        let apart = Swift.min(extent, 2 * radius + 1)
        guard isPeriodic else { return apart }
        return (apart...extent).first { extent % $0 == 0 || extent % $0 >= 2 * radius + 1 } ?? extent
    }

    /// The cell of the small grid whose row a cell of the whole one has.
    private static func proxy(of cell: SIMD3<Int>, _ whole: SIMD3<Int>, _ small: SIMD3<Int>) -> SIMD3<Int> {
        SIMD3(
            (0..<3).map { axis in
                let middle = small[axis] / 2
                let fromEnd = whole[axis] - 1 - cell[axis]
                return cell[axis] <= middle ? cell[axis] : fromEnd <= middle ? small[axis] - 1 - fromEnd : middle
            })
    }
}
