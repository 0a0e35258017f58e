package import Tessera

/// The fields of ``AcousticWave``.
package enum WaveJobField: Int, FieldName {
    case pressure
    /// Metres a second.
    case velocity
}

/// One step of d²u/dt² + 2 s/dt du/dt = c² Δu: a leapfrog of second order in time and `order` in space. With C = (c dt / h)²
/// and the sponge's s = σ dt / 2,
///
///     u⁺ (1 + s) = 2 u - (1 - s) u⁻ + h² C Δu
///
/// u⁺ replaces u⁻: two buffers and the velocity, 32 bytes a point.
package struct AcousticWave<let order: Int>: MultiFieldStencil {
    package typealias Field = WaveJobField

    /// dt / h.
    @usableFromInline let courant: Double
    /// s; nil where no side absorbs.
    @usableFromInline let sponge: Sponge?

    package init(courant: Double, sponge: Sponge?) {
        self.courant = courant
        self.sponge = sponge
    }

    @inlinable
    package func update<L: Lane>(_ cell: Cell<L, WaveJobField>) -> Updates {
        let u = cell[.pressure]
        let before = cell[.pressure, ago: 1].center
        let c = courant * cell[.velocity].center
        let pull = (c * c) * u.laplacian(order: order)
        guard let sponge else { return cell.next((.pressure, (2 * u.center - before) + pull)) }
        let s = sponge.damping(at: cell)
        return cell.next((.pressure, ((2 * u.center - (1 - s) * before) + pull) / (1 + s)))
    }
}
