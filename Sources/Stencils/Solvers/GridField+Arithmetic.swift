// The vector operations of the solvers, cell by cell, shared by the rank's threads: none depends on how the grid is dealt.
// Local. Ghosts keep what they had.

extension GridField {
    /// Calls `body` with each row of each thread's part of the box: the offset of its first cell, and the cells.
    @inline(__always)
    private func shareRows(_ body: (_ offset: Int, _ count: Int) -> Void) {
        let layout = self.layout
        box.share { (part: CellBox) in
            let count = part[2].count
            for plane in part[0] {
                for row in part[1] {
                    body(plane &* layout.planeStride &+ row &* layout.rowStride &+ part.first.z, count)
                }
            }
        }
    }

    /// self = value
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func set(_ value: Scalar) {
        let y = origin
        shareRows { (y + $0).update(repeating: value, count: $1) }
    }

    /// self = a
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func copy(_ a: GridField) {
        let (y, a) = (origin, a.origin)
        shareRows { (y + $0).update(from: a + $0, count: $1) }
    }

    /// self += value
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func add(_ value: Scalar) {
        let y = origin
        shareRows { first, count in
            let y = y + first
            for k in 0..<count { y[k] += value }
        }
    }

    /// self += factor * a
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func add(_ factor: Scalar, times a: GridField) {
        let (y, a) = (origin, a.origin)
        shareRows { first, count in
            let (y, a) = (y + first, a + first)
            for k in 0..<count { y[k] += factor * a[k] }
        }
    }

    /// self = a + factor * self
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func scale(_ factor: Scalar, adding a: GridField) {
        let (y, a) = (origin, a.origin)
        shareRows { first, count in
            let (y, a) = (y + first, a + first)
            for k in 0..<count { y[k] = a[k] + factor * y[k] }
        }
    }

    /// self = a - self
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func subtract(from a: GridField) {
        let (y, a) = (origin, a.origin)
        shareRows { first, count in
            let (y, a) = (y + first, a + first)
            for k in 0..<count { y[k] = a[k] - y[k] }
        }
    }

    /// self = a * b, cell by cell
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func setProduct(_ a: GridField, _ b: GridField) {
        let (y, a, b) = (origin, a.origin, b.origin)
        shareRows { first, count in
            let (y, a, b) = (y + first, a + first, b + first)
            for k in 0..<count { y[k] = a[k] * b[k] }
        }
    }

    /// self = scale * self + factor * (a * b), cell by cell, and x += self: a step of Chebyshev's recurrence.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func step(_ scale: Scalar, _ factor: Scalar, _ a: GridField, _ b: GridField, to x: GridField) {
        let (d, a, b, x) = (origin, a.origin, b.origin, x.origin)
        shareRows { first, count in
            let (d, a, b, x) = (d + first, a + first, b + first, x + first)
            // What d held before a first step, NaN perhaps, is no part of it.
            if scale == 0 {
                for k in 0..<count { d[k] = factor * (a[k] * b[k]) }
            } else {
                for k in 0..<count { d[k] = scale * d[k] + factor * (a[k] * b[k]) }
            }
            for k in 0..<count { x[k] += d[k] }
        }
    }
}
