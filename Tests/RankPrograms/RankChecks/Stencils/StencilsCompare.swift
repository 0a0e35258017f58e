// A simulation on all ranks against the plain reference, bit for bit.

import Failures
import MessagePassing
import Stencils

/// A start value that no symmetry hides.
func startValue<Scalar: StencilScalar>(_ field: Int, _ ago: Int, _ index: [Int]) -> Scalar {
    var hash: UInt64 = 0x9e37_79b9_7f4a_7c15
    for word in [field, ago] + index {
        hash = (hash ^ UInt64(bitPattern: Int64(word))) &* 0x0000_0100_0000_01b3
        hash ^= hash >> 31
    }
    return Scalar(Double(hash % 2001) / 1000 - 1)
}

/// Runs the reference, and the simulation a step at a time, in tiles of several and in blocks of several threads, and says
/// whether every bit agrees; true on ranks other than 0.
func agreesWithReference<S: MultiFieldStencil>(
    _ stencil: S, extents: [Int], edges: [Edges], fieldEdges: [S.Field: [Edges]] = [:], shape: [Int]? = nil, steps: Int,
    tilings: [(tiling: Tiling, threads: Int)] = [
        (.off, 1), (.automatic, 1), (.fixed(steps: 3, width: 3), 1), (.fixed(steps: 2, width: 4), 2),
    ], on world: Communicator
) throws -> Bool {
    let fields = Array(S.Field.allCases)
    let reference = ReferenceGrid<S.Scalar>(
        extents: extents, edges: fields.map { fieldEdges[$0] ?? edges }, initially: startValue)
    if world.rank == 0 { reference.advance(stencil, steps: steps) }
    defer { SweepThreads.count = 1 }
    var isSame = true
    for (tiling, threads) in tilings {
        SweepThreads.count = threads
        var simulation = try Simulation(
            stencil, extents: extents, boundary: boundary(edges), boundaries: fieldEdges.mapValues(boundary),
            shape: shape, tiling: tiling, on: world)
        isSame = try agrees(&simulation, with: reference, steps: steps) && isSame
    }
    return isSame
}

private func agrees<S: MultiFieldStencil>(
    _ simulation: inout Simulation<S>, with reference: ReferenceGrid<S.Scalar>, steps: Int
) throws -> Bool {
    let fields = Array(S.Field.allCases)
    for field in fields {
        for ago in 0..<simulation.footprint.levels(of: field.rawValue) where ago < LaneSlot.levels {
            simulation.fill(field, ago: ago) { index in
                startValue(field.rawValue, ago, (0..<index.axes).map { index[$0] })
            }
        }
    }
    try simulation.advance(steps: steps / 2)
    try simulation.advance(steps: steps - steps / 2)

    var agrees = true
    for field in fields {
        guard let found = try simulation.gathered(field) else { continue }
        let expected = reference.levels[field.rawValue][0]
        agrees = agrees && zip(found, expected).allSatisfy { sameBits($0, $1) } && found.count == expected.count
    }
    return agrees
}

func sameBits<Scalar: StencilScalar>(_ a: Scalar, _ b: Scalar) -> Bool {
    a == b ? a.sign == b.sign : a.isNaN && b.isNaN
}

/// All ways to write the number of ranks as a product of `axes` factors.
func shapes(_ ranks: Int, axes: Int) -> [[Int]] {
    if axes == 1 { return [[ranks]] }
    return (1...ranks).filter { ranks % $0 == 0 }.flatMap { first in
        shapes(ranks / first, axes: axes - 1).map { [first] + $0 }
    }
}

/// Numbers that are the same on every rank and in every run.
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
