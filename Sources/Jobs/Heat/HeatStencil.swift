package import Tessera

/// One explicit step of du/dt = D (∂²u/∂y² + ∂²u/∂x²) with central differences: stable while ry + rx <= 1/2.
package struct HeatStencil: Stencil {
    /// D dt / dy².
    @usableFromInline let ry: Double
    /// D dt / dx².
    @usableFromInline let rx: Double

    package init(ry: Double, rx: Double) {
        self.ry = ry
        self.rx = rx
    }

    @inlinable
    package func update<L: Lane>(_ u: Taps<L>) -> L {
        let centre = u[0, 0]
        let down = u[-1, 0] + u[1, 0] - 2 * centre
        let across = u[0, -1] + u[0, 1] - 2 * centre
        return centre + ry * down + rx * across
    }
}
