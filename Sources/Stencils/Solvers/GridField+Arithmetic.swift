// The vector operations of the solvers, cell by cell: none depends on how the grid is dealt. Local. Ghosts keep what they had.

extension GridField {
    /// Calls `body` with each row's cells in this field and in another of the same layout.
    @inline(__always)
    private func withRows(
        _ a: GridField, _ body: (UnsafeMutablePointer<Scalar>, UnsafeMutablePointer<Scalar>, Int) -> Void
    ) {
        for row in 0..<rows { body(self.row(row), a.row(row), columns) }
    }

    /// self = value
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func set(_ value: Scalar) {
        for row in 0..<rows {
            let y = self.row(row)
            for k in 0..<columns { y[k] = value }
        }
    }

    /// self = a
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func copy(_ a: GridField) {
        withRows(a) { y, a, n in y.update(from: a, count: n) }
    }

    /// self += value
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func add(_ value: Scalar) {
        for row in 0..<rows {
            let y = self.row(row)
            for k in 0..<columns { y[k] += value }
        }
    }

    /// self += factor * a
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func add(_ factor: Scalar, times a: GridField) {
        withRows(a) { y, a, n in
            for k in 0..<n { y[k] += factor * a[k] }
        }
    }

    /// self = a + factor * self
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func scale(_ factor: Scalar, adding a: GridField) {
        withRows(a) { y, a, n in
            for k in 0..<n { y[k] = a[k] + factor * y[k] }
        }
    }

    /// self = a - self
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func subtract(from a: GridField) {
        withRows(a) { y, a, n in
            for k in 0..<n { y[k] = a[k] - y[k] }
        }
    }

    /// self = a * b, cell by cell
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func setProduct(_ a: GridField, _ b: GridField) {
        for row in 0..<rows {
            let (y, a, b) = (self.row(row), a.row(row), b.row(row))
            for k in 0..<columns { y[k] = a[k] * b[k] }
        }
    }

    /// self = scale * self + factor * (a * b), cell by cell, and x += self: a step of Chebyshev's recurrence.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func step(_ scale: Scalar, _ factor: Scalar, _ a: GridField, _ b: GridField, to x: GridField) {
        for row in 0..<rows {
            let (d, a, b, x) = (self.row(row), a.row(row), b.row(row), x.row(row))
            // What d held before a first step, NaN perhaps, is no part of it.
            if scale == 0 {
                for k in 0..<columns { d[k] = factor * (a[k] * b[k]) }
            } else {
                for k in 0..<columns { d[k] = scale * d[k] + factor * (a[k] * b[k]) }
            }
            for k in 0..<columns { x[k] += d[k] }
        }
    }
}
