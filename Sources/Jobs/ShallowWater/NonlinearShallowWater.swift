// The equations of shallow water in conservative form, with momentum q = h u (east) and p = h v (south) over a bed z:
//
//     dh/dt + dq/dx + dp/dy = 0
//     dq/dt + d(q²/h + g h²/2)/dx + d(q p/h)/dy = -g h dz/dx - f p      (p likewise, + f q)
//
// by finite volumes of first order. A face sees both cells' water above the higher bed (hydrostatic reconstruction; Audusse,
// Bouchut, Bristeau, Klein and Perthame, SIAM J. Sci. Comput. 25, 2004), the flux is Harten, Lax and van Leer's with Davis'
// speeds (SIAM J. Sci. Stat. Comput. 9, 1988), and momentum along the face goes with the water. Depths stay at 0 or above
// while dt (a/dx + b/dy) <= 1, a and b being the largest |u| + sqrt(g h) and |v| + sqrt(g h); water at rest at the level 0
// stays so to the bit, with dry islands too. About 150 flops a cell, 8 square roots and 14 divisions.

package import Tessera

/// The fields of ``NonlinearShallowWater``: metres of water, momenta along the last axis (east) and the first (south), the
/// surface's elevation, and the bed's.
package enum NonlinearShallowWaterField: Int, FieldName { case depth, east, south, surface, bed }

/// One step of the nonlinear equations of shallow water, wetting and drying.
package struct NonlinearShallowWater: MultiFieldStencil {
    package typealias Field = NonlinearShallowWaterField

    /// dt / dx and dt / dy.
    @usableFromInline let rx: Double
    @usableFromInline let ry: Double
    @usableFromInline let gravity: Double
    /// Depths at which water does not move.
    @usableFromInline let dry: Double
    /// cos and sin of f dt: what rotation turns momentum by in a step.
    @usableFromInline let cosine: Double
    @usableFromInline let sine: Double

    /// - Parameters:
    ///   - spacing: metres from row to row and from column to column.
    ///   - dry: metres of water that do not move.
    ///   - turn: the Coriolis parameter times the step, as cosine and sine.
    package init(
        step: Double, spacing: [Double], gravity: Double, dry: Double, turn: (cosine: Double, sine: Double) = (1, 0)
    ) {
        (ry, rx) = (step / spacing[0], step / spacing[1])
        self.gravity = gravity
        self.dry = dry
        (cosine, sine) = turn
    }

    @inlinable @inline(__always)
    package func update<L: Lane>(_ cell: Cell<L, NonlinearShallowWaterField>) -> Updates {
        let (h, q, p, z) = (cell[.depth], cell[.east], cell[.south], cell[.bed])
        let still = L(dry)
        func water(_ i: Int, _ j: Int) -> Water<L> {
            let depth = h[i, j]
            let (isWet, safe) = (depth > still, max(depth, still))
            return Water(
                depth: depth, bed: z[i, j], across: select(isWet, q[i, j] / safe, 0),
                along: select(isWet, p[i, j] / safe, 0))
        }
        let here = water(0, 0)
        let toEast = flux(here, water(0, 1))
        let fromWest = flux(water(0, -1), here)
        let toSouth = flux(here.turned, water(1, 0).turned)
        let fromNorth = flux(water(-1, 0).turned, here.turned)

        let depth = h.center - (rx * (toEast.mass - fromWest.mass) + ry * (toSouth.mass - fromNorth.mass))
        let pushedEast = rx * (toEast.first - fromWest.second) + ry * (toSouth.along - fromNorth.along)
        let pushedSouth = ry * (toSouth.first - fromNorth.second) + rx * (toEast.along - fromWest.along)
        var (east, south) = (q.center - pushedEast, p.center - pushedSouth)
        if sine != 0 { (east, south) = (cosine * east - sine * south, sine * east + cosine * south) }
        let isWet = depth > still
        return cell.next(
            (.depth, depth), (.east, select(isWet, east, 0)), (.south, select(isWet, south, 0)),
            // Dry ground lies at the level of rest at most.
            (.surface, select(isWet, depth + here.bed, min(here.bed, 0))))
    }

    /// A cell's water: its depth, its bed, and its velocities across a face and along it.
    @usableFromInline
    struct Water<L: Lane> {
        @usableFromInline let depth: L
        @usableFromInline let bed: L
        @usableFromInline let across: L
        @usableFromInline let along: L

        @inlinable @inline(__always)
        init(depth: L, bed: L, across: L, along: L) {
            (self.depth, self.bed, self.across, self.along) = (depth, bed, across, along)
        }

        /// As a face of the other axis sees it.
        @inlinable @inline(__always)
        var turned: Water { Water(depth: depth, bed: bed, across: along, along: across) }
    }

    /// What passes a face in a unit of time and length: water, momentum along the face, and momentum across it less the
    /// pressure g h²/2 of the water that the face sees of the first cell, and of the second.
    @usableFromInline
    struct Flux<L: Lane> {
        @usableFromInline let mass: L
        @usableFromInline let along: L
        @usableFromInline let first: L
        @usableFromInline let second: L

        @inlinable @inline(__always)
        init(mass: L, along: L, first: L, second: L) {
            (self.mass, self.along, self.first, self.second) = (mass, along, first, second)
        }
    }

    /// The flux from the cell a to the next one, b: with s = -S⁻ / (S⁺ - S⁻), the speeds S of the outer waves,
    /// F = Fa + s (Fb - Fa - S⁺ (Ub - Ua)). Where both are at rest and as deep, Fb = Fa and Ub = Ua to the bit.
    @inlinable @inline(__always)
    func flux<L: Lane>(_ a: Water<L>, _ b: Water<L>) -> Flux<L> {
        // The water of each above the higher bed: exact where a surface is flat, and never more than there is.
        let bed = max(a.bed, b.bed)
        let ha = max(min(a.depth, a.depth + a.bed - bed), 0)
        let hb = max(min(b.depth, b.depth + b.bed - bed), 0)
        let (qa, qb) = (ha * a.across, hb * b.across)
        let (ca, cb) = (sqrt(gravity * ha), sqrt(gravity * hb))
        let slowest = min(min(a.across - ca, b.across - cb), 0)
        let fastest = max(max(a.across + ca, b.across + cb), 0)
        // Both are zero where no water is.
        let share = -slowest / max(fastest - slowest, L(Double.leastNormalMagnitude))
        let mass = qa + share * (qb - qa - fastest * (hb - ha))
        let thrust = qb * b.across - qa * a.across
        let pressure = 0.5 * gravity * ((hb - ha) * (hb + ha))
        let first = qa * a.across + share * (thrust + pressure - fastest * (qb - qa))
        return Flux(
            mass: mass, along: mass * select(mass > 0, a.along, b.along), first: first, second: first - pressure)
    }
}
