package import Tessera

/// The speed of the fastest wave along an axis: |u| + sqrt(g h), in metres a second.
package struct WaterSpeed: CellMeasure {
    @usableFromInline let momentum: NonlinearShallowWaterField
    @usableFromInline let gravity: Double
    @usableFromInline let dry: Double

    /// - Parameter momentum: `.east` or `.south`.
    package init(_ momentum: NonlinearShallowWaterField, gravity: Double, dry: Double) {
        (self.momentum, self.gravity, self.dry) = (momentum, gravity, dry)
    }

    @inlinable
    package func value<L: Lane>(at cell: Cell<L, NonlinearShallowWaterField>) -> L {
        let (depth, still) = (cell[.depth].center, L(dry))
        let speed: L = abs(cell[momentum].center) / max(depth, still)
        return select(depth > still, speed, 0) + sqrt(gravity * max(depth, 0))
    }
}

/// The energy of a cell's water above that of water at rest at the level 0, in units of the water's density times a cell:
/// g (h + z)² / 2 + (q² + p²) / (2 h), and over land, z > 0, g h (h + 2 z) / 2 in place of the first.
package struct WaterEnergy: CellMeasure {
    @usableFromInline let gravity: Double
    @usableFromInline let dry: Double

    package init(gravity: Double, dry: Double) { (self.gravity, self.dry) = (gravity, dry) }

    @inlinable
    package func value<L: Lane>(at cell: Cell<L, NonlinearShallowWaterField>) -> L {
        let (h, z) = (cell[.depth].center, cell[.bed].center)
        let (q, p) = (cell[.east].center, cell[.south].center)
        let (surface, still) = (h + z, L(dry))
        let potential: L = select(z > 0, h * (surface + z), surface * surface)
        let kinetic: L = (q * q + p * p) / max(h, still)
        return 0.5 * (gravity * potential + select(h > still, kinetic, 0))
    }
}
