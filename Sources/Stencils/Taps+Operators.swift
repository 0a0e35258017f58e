// Wide stencils without wide expressions: difference operators and weighted stars, on a grid of any number of axes.
//
// Coefficients are the classical central differences (Fornberg, Math. Comp. 51, 1988, tables 1 and 2). Each operator adds
// in a fixed order: the centre, then axis by axis, then outwards.

extension Taps {
    /// The sum of the two values `offset` cells before and after the point along one axis.
    @inlinable @inline(__always)
    public func pair(_ axis: Int, _ offset: Int) -> L { along(axis, -offset) + along(axis, offset) }

    /// The sum over all axes of the values `offset` cells away: 2 on a line, 4 in a plane, 6 in space.
    @inlinable @inline(__always)
    public func ring(_ offset: Int) -> L {
        switch axes {
        case 1: pair(0, offset)
        case 2: pair(0, offset) + pair(1, offset)
        default: (pair(0, offset) + pair(1, offset)) + pair(2, offset)
        }
    }

    /// `center` times the value at the point, plus `weights[m - 1]` times each value `m` cells away along an axis.
    @inlinable @inline(__always)
    public func star<let radius: Int>(center: Double, weights: InlineArray<radius, Double>) -> L {
        var sum = center * self.center
        for m in 0..<radius { sum = sum + weights[m] * ring(m &+ 1) }
        return sum
    }

    /// The sum of all values at most `radius` cells away along every axis, the point itself included.
    @inlinable @inline(__always)
    public func boxSum(radius: Int) -> L {
        let planes = axes > 2 ? radius : 0
        let rows = axes > 1 ? radius : 0
        var sum: L = 0
        for plane in -planes...planes {
            for row in -rows...rows {
                for column in -radius...radius {
                    sum = sum + L.tap(source, plane: plane, row: row, column: column, axes: axes)
                }
            }
        }
        return sum
    }

    /// The Laplacian on a grid of unit spacing, of order 2, 4, 6 or 8: a star of radius `order / 2`.
    @inlinable @inline(__always)
    public func laplacian(order: Int = 2) -> L {
        let n = Double(axes)
        switch order {
        case 2:
            return (-2 * n) * center + ring(1)
        case 4:
            return ((-5.0 / 2 * n) * center + (4.0 / 3) * ring(1)) + (-1.0 / 12) * ring(2)
        case 6:
            let inner = ((-49.0 / 18 * n) * center + (3.0 / 2) * ring(1)) + (-3.0 / 20) * ring(2)
            return inner + (1.0 / 90) * ring(3)
        case 8:
            let inner = ((-205.0 / 72 * n) * center + (8.0 / 5) * ring(1)) + (-1.0 / 5) * ring(2)
            return (inner + (8.0 / 315) * ring(3)) + (-1.0 / 560) * ring(4)
        default:
            preconditionFailure("a Laplacian has order 2, 4, 6 or 8")
        }
    }

    /// `sum of weights[m - 1] * (u[+m] - u[-m])` along one axis.
    @inlinable @inline(__always)
    public func antisymmetric<let radius: Int>(_ axis: Int, weights: InlineArray<radius, Double>) -> L {
        var sum = weights[0] * difference(axis, 1)
        for m in 1..<radius { sum = sum + weights[m] * difference(axis, m &+ 1) }
        return sum
    }

    /// `u[+offset] - u[-offset]` along one axis.
    @inlinable @inline(__always)
    public func difference(_ axis: Int, _ offset: Int) -> L { along(axis, offset) - along(axis, -offset) }

    /// The central first derivative along one axis on a grid of unit spacing, of order 2, 4, 6 or 8.
    @inlinable @inline(__always)
    public func derivative(_ axis: Int, order: Int = 2) -> L {
        switch order {
        case 2:
            return (1.0 / 2) * difference(axis, 1)
        case 4:
            return (2.0 / 3) * difference(axis, 1) + (-1.0 / 12) * difference(axis, 2)
        case 6:
            let inner = (3.0 / 4) * difference(axis, 1) + (-3.0 / 20) * difference(axis, 2)
            return inner + (1.0 / 60) * difference(axis, 3)
        case 8:
            let inner = (4.0 / 5) * difference(axis, 1) + (-1.0 / 5) * difference(axis, 2)
            return (inner + (4.0 / 105) * difference(axis, 3)) + (-1.0 / 280) * difference(axis, 4)
        default:
            preconditionFailure("a derivative has order 2, 4, 6 or 8")
        }
    }
}
