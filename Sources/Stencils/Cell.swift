// What an update sees of the grid, and how it gives values back: written where they belong, since a returned struct of
// eight lanes would pass through memory.

/// The point, or the points side by side, that an update stands at.
@frozen
public struct Cell<L: Lane, Field: FieldName> {
    @usableFromInline let site: L.Site

    /// For sweeps, and for tests with lanes of their own.
    @inlinable @inline(__always)
    public init(_ site: L.Site) { self.site = site }

    /// The values of a field around this point, `ago` steps before the current level (0, 1 or 2).
    @inlinable @inline(__always)
    public subscript(field: Field, ago ago: Int = 0) -> Taps<L> {
        Taps(L.source(at: site, slot: LaneSlot.slot(field: field.rawValue, ago: ago)))
    }

    /// The global index of the point along an axis; exact below 2⁵³ (`Double`) or 2²⁴ (`Float`).
    @inlinable @inline(__always)
    public func position(_ axis: Int) -> L { L.position(at: site, axis: axis) }

    /// The time of the current level: the number of steps done times the simulation's time step.
    @inlinable @inline(__always)
    public var time: L { L.time(at: site) }

    /// The next values of the fields that the update writes, each named once: what an update ends with.
    @inlinable @inline(__always)
    public func next(
        _ a: (Field, L), _ b: (Field, L)? = nil, _ c: (Field, L)? = nil, _ d: (Field, L)? = nil,
        _ e: (Field, L)? = nil, _ f: (Field, L)? = nil, _ g: (Field, L)? = nil, _ h: (Field, L)? = nil
    ) -> Updates {
        L.write(a.1, at: site, field: a.0.rawValue)
        if let b { L.write(b.1, at: site, field: b.0.rawValue) }
        if let c { L.write(c.1, at: site, field: c.0.rawValue) }
        if let d { L.write(d.1, at: site, field: d.0.rawValue) }
        if let e { L.write(e.1, at: site, field: e.0.rawValue) }
        if let f { L.write(f.1, at: site, field: f.0.rawValue) }
        if let g { L.write(g.1, at: site, field: g.0.rawValue) }
        if let h { L.write(h.1, at: site, field: h.0.rawValue) }
        return Updates()
    }
}

/// The proof that an update has given its next values: only ``Cell/next(_:_:_:_:_:_:_:_:)`` makes one.
@frozen
public struct Updates {
    @inlinable @inline(__always)
    init() {}
}
