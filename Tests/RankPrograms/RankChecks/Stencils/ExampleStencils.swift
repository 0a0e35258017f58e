// Stencils of many kinds, written as a client of the library writes them.

import Stencils

struct Heat: Stencil {
    var r: Double
    @inlinable func update<L: Lane>(_ u: Taps<L>) -> L {
        u[0, 0] + r * (u[1, 0] + u[-1, 0] + u[0, 1] + u[0, -1] - 4 * u[0, 0])
    }
}

struct HeatSingle: Stencil {
    typealias Scalar = Float
    var r: Double
    @inlinable func update<L: Lane>(_ u: Taps<L>) -> L {
        u[0, 0] + r * (u[1, 0] + u[-1, 0] + u[0, 1] + u[0, -1] - 4 * u[0, 0]) + 0.1
    }
}

/// Heat in any number of dimensions, to any order.
struct WideHeat: Stencil {
    var r: Double
    var order: Int
    @inlinable func update<L: Lane>(_ u: Taps<L>) -> L { u.center + r * u.laplacian(order: order) }
}

/// A weighted sum of any taps: offsets as (plane, row, column), of which the last axes are used.
struct AnyTaps: Stencil {
    var axes: Int
    var taps: [(offset: SIMD3<Int>, weight: Double)]
    @inlinable func update<L: Lane>(_ u: Taps<L>) -> L {
        var sum: L = 0
        for (offset, weight) in taps {
            let value: L =
                switch axes {
                case 1: u[offset.z]
                case 2: u[offset.y, offset.z]
                default: u[offset.x, offset.y, offset.z]
                }
            sum += weight * value
        }
        return sum
    }
}

/// Leapfrog with a variable speed: two levels, one coefficient field.
struct Wave: MultiFieldStencil {
    enum Field: Int, FieldName { case height, speed }
    var r: Double
    var order = 2
    @inlinable func update<L: Lane>(_ cell: Cell<L, Field>) -> Updates {
        let u = cell[.height]
        let c = cell[.speed].center
        return cell.next(
            (.height, 2 * u.center - cell[.height, ago: 1].center + r * (c * c) * u.laplacian(order: order)))
    }
}

/// A wave that fades at the edges.
struct FadingWave: MultiFieldStencil {
    enum Field: Int, FieldName { case height }
    var r: Double
    var sponge: Sponge
    @inlinable func update<L: Lane>(_ cell: Cell<L, Field>) -> Updates {
        let u = cell[.height]
        let kept = 1 - sponge.damping(at: cell)
        return cell.next(
            (.height, u.center + kept * (u.center - cell[.height, ago: 1].center) + r * u.laplacian(order: 4)))
    }
}

/// Two fields that feed each other, one of them read two steps back off the centre; position, time, masks and functions.
struct Reaction: MultiFieldStencil {
    enum Field: Int, FieldName { case a, b, source }
    @inlinable func update<L: Lane>(_ cell: Cell<L, Field>) -> Updates {
        let a = cell[.a]
        let b = cell[.b]
        let old = cell[.b, ago: 2]
        let wind = b[0, 0] - 0.25
        let upwind = select((wind > 0) | (cell.position(0) <= 2), a[-1, 0], a[2, 1])
        let limited = min(max(upwind, -1), a[0, 0] + 0.5)
        let drive = cell[.source][1, -1] * abs(wind) + 0.001 * cell.time
        return cell.next(
            (.a, 0.5 * a[0, 0] + 0.25 * limited - 0.01 * drive),
            (.b, 0.9 * b[0, 0] + 0.05 * sqrt(abs(old[0, 1] - a[0, 0])) + cell.position(1) / 64 - -drive))
    }
}

/// The Parallel Research Kernels' star: out += sum of w * in on the interior, then in += 1.
struct ResearchStar: MultiFieldStencil {
    enum Field: Int, FieldName { case input, output }
    var radius: Int
    var n: Int
    @inlinable func update<L: Lane>(_ cell: Cell<L, Field>) -> Updates {
        let input = cell[.input]
        let output = cell[.output]
        var sum = output[0, 0]
        for m in 1...radius {
            let weight = 1 / Double(2 * m * radius)
            sum += weight * (input.difference(0, m) + input.difference(1, m))
        }
        let (i, j) = (cell.position(0), cell.position(1))
        let low = L(Double(radius))
        let high = L(Double(n - radius - 1))
        let inside = (low <= i) & (i <= high) & (low <= j) & (j <= high)
        return cell.next((.output, select(inside, sum, output[0, 0])), (.input, input[0, 0] + 1))
    }
}
