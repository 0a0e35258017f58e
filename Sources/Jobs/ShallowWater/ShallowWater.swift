package import Tessera

/// The fields of ``ShallowWater``: the surface in the cells, velocities and depths on the faces to the next cell along the
/// last axis (east) and the first (south).
package enum ShallowWaterField: Int, FieldName { case surface, east, south, eastDepth, southDepth }

/// One step of linear shallow water on Arakawa's C grid, forward-backward: with D the differences between neighbours,
///
///     η⁺ = η - dt (Dx (H u) / dx + Dy (H v) / dy)
///     u⁺ = u - g dt Dx η⁺ / dx - f dt v̄            (u east, v south; means of the four faces around)
///     v⁺ = v - g dt Dy η⁺ / dy + f dt ū⁺
///
/// All three come from the level before: η⁺ is computed where a velocity needs it. A face of depth 0 is closed. What leaves
/// a cell through a face enters the next one, so that Σ η stays; without rotation so does
/// E = (g Σ η η⁺ + Σ H u² + Σ H v²) / 2.
package struct ShallowWater: MultiFieldStencil {
    package typealias Field = ShallowWaterField

    /// dt / dx and dt / dy.
    @usableFromInline let rx: Double
    @usableFromInline let ry: Double
    /// g dt / dx and g dt / dy.
    @usableFromInline let gx: Double
    @usableFromInline let gy: Double
    /// f dt / 4.
    @usableFromInline let turn: Double

    /// - Parameter spacing: metres from row to row and from column to column.
    package init(step: Double, spacing: [Double], gravity: Double, coriolis: Double) {
        (ry, rx) = (step / spacing[0], step / spacing[1])
        (gy, gx) = (gravity * step / spacing[0], gravity * step / spacing[1])
        turn = coriolis * step / 4
    }

    @inlinable
    package func update<L: Lane>(_ cell: Cell<L, ShallowWaterField>) -> Updates {
        let around = Surroundings(cell, self)
        return cell.next(
            (.surface, around.surface(0, 0)), (.east, around.east(0, 0)), (.south, around.south(0, 0)))
    }

    /// The next values around a point, by offset.
    @usableFromInline
    struct Surroundings<L: Lane> {
        @usableFromInline let eta: Taps<L>
        @usableFromInline let u: Taps<L>
        @usableFromInline let v: Taps<L>
        @usableFromInline let eastDepth: Taps<L>
        @usableFromInline let southDepth: Taps<L>
        @usableFromInline let water: ShallowWater

        @inlinable @inline(__always)
        init(_ cell: Cell<L, ShallowWaterField>, _ water: ShallowWater) {
            (eta, u, v) = (cell[.surface], cell[.east], cell[.south])
            (eastDepth, southDepth) = (cell[.eastDepth], cell[.southDepth])
            self.water = water
        }

        @inlinable @inline(__always)
        func surface(_ i: Int, _ j: Int) -> L {
            let across = eastDepth[i, j] * u[i, j] - eastDepth[i, j &- 1] * u[i, j &- 1]
            let down = southDepth[i, j] * v[i, j] - southDepth[i &- 1, j] * v[i &- 1, j]
            return eta[i, j] - (water.rx * across + water.ry * down)
        }

        @inlinable @inline(__always)
        func east(_ i: Int, _ j: Int) -> L {
            var next = u[i, j] - water.gx * (surface(i, j &+ 1) - surface(i, j))
            if water.turn != 0 {
                next = next - water.turn * ((v[i, j] + v[i &- 1, j]) + (v[i, j &+ 1] + v[i &- 1, j &+ 1]))
            }
            return select(eastDepth[i, j] > 0, next, 0)
        }

        @inlinable @inline(__always)
        func south(_ i: Int, _ j: Int) -> L {
            var next = v[i, j] - water.gy * (surface(i &+ 1, j) - surface(i, j))
            if water.turn != 0 {
                next = next + water.turn * ((east(i, j) + east(i, j &- 1)) + (east(i &+ 1, j) + east(i &+ 1, j &- 1)))
            }
            return select(southDepth[i, j] > 0, next, 0)
        }
    }
}
