package import Tessera

/// The two substances of ``GrayScott``.
package enum GrayScottJobField: Int, FieldName { case u, v }

/// One step of Euler of Gray and Scott's reaction:
///
///     u⁺ = u + dt (Du ∇²u - u v² + F (1 - u))        v⁺ = v + dt (Dv ∇²v + u v² - (F + k) v)
package struct GrayScott: MultiFieldStencil {
    package typealias Field = GrayScottJobField

    @usableFromInline let step: Double
    @usableFromInline let feed: Double
    @usableFromInline let kill: Double
    @usableFromInline let diffusionU: Double
    @usableFromInline let diffusionV: Double

    package init(step: Double, feed: Double, kill: Double, diffusionU: Double, diffusionV: Double) {
        self.step = step
        self.feed = feed
        self.kill = kill
        self.diffusionU = diffusionU
        self.diffusionV = diffusionV
    }

    @inlinable
    package func update<L: Lane>(_ cell: Cell<L, GrayScottJobField>) -> Updates {
        let (u, v) = (cell[.u], cell[.v])
        let reaction = u.center * (v.center * v.center)
        let gainU = diffusionU * u.laplacian() - reaction + feed * (1 - u.center)
        let gainV = diffusionV * v.laplacian() + reaction - (feed + kill) * v.center
        return cell.next((.u, u.center + step * gainU), (.v, v.center + step * gainV))
    }
}
