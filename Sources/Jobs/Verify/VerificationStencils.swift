// The updates of the exact-answer tests, written as a user writes them. What they give: DiscreteMode, ResearchKernel.

internal import Tessera

/// u + r Δu, of second order.
struct VerifiedHeat: Stencil {
    let r: Double

    func update<L: Lane>(_ u: Taps<L>) -> L { u.center + r * u.laplacian(order: 2) }
}

/// 2 u - u' + r Δu, of any order, u' the level before.
struct VerifiedWave: MultiFieldStencil {
    enum Field: Int, FieldName { case height }
    let r: Double
    let order: Int

    func update<L: Lane>(_ cell: Cell<L, Field>) -> Updates {
        let u = cell[.height]
        return cell.next(
            (.height, 2 * u.center - cell[.height, ago: 1].center + r * u.laplacian(order: order)))
    }
}

/// The kernels of the Parallel Research Kernels (Van der Wijngaart and Mattson, "The Parallel Research Kernels", 2014).
struct VerifiedKernel: MultiFieldStencil {
    enum Field: Int, FieldName { case input, output }
    enum Shape { case star, box }
    let shape: Shape
    let radius: Int
    let extents: [Int]

    func update<L: Lane>(_ cell: Cell<L, Field>) -> Updates {
        let (input, output) = (cell[.input], cell[.output].center)
        let slopes = shape == .star ? star(input) : box(input)
        var inside = reaches(cell, 0)
        inside = inside & reaches(cell, 1)
        return cell.next((.output, select(inside, output + slopes, output)), (.input, input.center + 1))
    }

    private func reaches<L: Lane>(_ cell: Cell<L, Field>, _ axis: Int) -> L.Mask {
        let place = cell.position(axis)
        return (L(Double(radius)) <= place) & (place <= L(Double(extents[axis] - radius - 1)))
    }

    /// w(±k, 0) = w(0, ±k) = ±1 / (2 k R).
    private func star<L: Lane>(_ u: Taps<L>) -> L {
        var sum: L = 0
        for k in 1...radius {
            let weight = 1 / Double(2 * k * radius)
            sum += weight * (u.difference(0, k) + u.difference(1, k))
        }
        return sum
    }

    /// w(i, ±k) = w(±k, i) = ±1 / (4 k (2 k - 1) R) for |i| < k, and w(k, k) = -w(-k, -k) = 1 / (4 k R).
    private func box<L: Lane>(_ u: Taps<L>) -> L {
        var sum: L = 0
        for k in 1...radius {
            var ring: L = 0
            for i in (1 - k)...(k - 1) { ring += (u[i, k] - u[i, -k]) + (u[k, i] - u[-k, i]) }
            let (side, corner) = (1 / Double(4 * k * (2 * k - 1) * radius), 1 / Double(4 * k * radius))
            sum += side * ring
            sum += corner * (u[k, k] - u[-k, -k])
        }
        return sum
    }
}
