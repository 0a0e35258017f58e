// Random butterflies (Parker, Random butterfly transformations with applications in computational linear algebra, UCLA
// CSD-950023, 1995; Baboulin, Dongarra, Herrmann and Tomov, ACM Trans. Math. Softw. 39, 2013). A butterfly mixes two halves,
//
//     B = 1/√2 | R0  R1 |      R0, R1 diagonal, exp(ρ/10) with ρ uniform on [-1/2, 1/2]
//              | R0 -R1 |
//
// and U = diag(B, .., B) ⋯ diag(B, B) B, depth factors, likewise V. Then Uᵀ A V = L U' has small pivots with a small
// probability only.
//
// The n indices lie in 2^depth leaves of T = ⌈n / 2^depth⌉, the last ones shorter: on each level a leaf's indices meet those
// of one other leaf at the same places, and those that meet none are only scaled. So the indices t, T + t, 2 T + t, .. mix
// among themselves: they come to the rank of the first (ButterflyRoutes), are mixed there on all levels and go back.
//
// Flops 2 depth n² a side.

internal import DistributedArrays
internal import LinearAlgebra
internal import RealModule

enum ButterflySide { case left, right }

/// U and V, which do not depend on the layout.
struct Butterflies<Real: LinearReal> {
    let order: Int
    /// The levels that the order allows: 2^depth <= n.
    let depth: Int
    /// For each level, the highest first, the factor of each index: r / √2 in a pair, r elsewhere.
    let left: [[Real]]
    let right: [[Real]]

    init(order: Int, depth: Int, seed: UInt64) {
        self.order = order
        self.depth = min(depth, order > 0 ? Int.bitWidth - 1 - order.leadingZeroBitCount : 0)
        let leaves = ButterflyLeaves(order: order, depth: self.depth)
        let random = IndexedRandom(seed: seed)
        func factors(level: Int, side: Int) -> [Real] {
            (0..<order).map { i in
                let r = Double.exp((random.uniform(i, level, part: side) - 0.5) / 10)
                return Real(leaves.partner(of: i, level: level) == nil ? r : r * 0.5.squareRoot())
            }
        }
        left = (0..<self.depth).map { factors(level: $0, side: 0) }
        right = (0..<self.depth).map { factors(level: $0, side: 1) }
    }

    /// log (det U det V), a positive number: both have as many pairs, each of which is negative.
    var logarithmOfDeterminant: Double {
        let leaves = ButterflyLeaves(order: order, depth: depth)
        var logarithm = 0.0
        for (level, factors) in zip(0..<depth, zip(left, right)) {
            for i in 0..<order {
                logarithm += .log(Double(factors.0[i])) + .log(Double(factors.1[i]))
                // A pair's is -2 (r0 / √2) (r1 / √2).
                if leaves.partner(of: i, level: level) != nil { logarithm += .log(2) }
            }
        }
        return logarithm
    }
}

/// How the indices of an order lie in leaves.
struct ButterflyLeaves {
    let order: Int
    let depth: Int
    /// Places of a leaf.
    let length: Int

    init(order: Int, depth: Int) {
        self.order = order
        self.depth = depth
        length = (order + (1 << depth) - 1) >> depth
    }

    var count: Int { 1 << depth }

    /// The indices of a leaf.
    func indices(_ leaf: Int) -> Range<Int> { min(order, leaf * length)..<min(order, (leaf + 1) * length) }

    /// How far apart, in leaves, the two are that meet on a level.
    func distance(level: Int) -> Int { 1 << (depth - 1 - level) }

    /// The index that meets another on a level; nil for none.
    func partner(of index: Int, level: Int) -> Int? {
        let distance = distance(level: level)
        let partner =
            (index / length) & distance == 0 ? index + distance * length : index - distance * length
        return partner < order ? partner : nil
    }
}
