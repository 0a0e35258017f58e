// Updates that a user writes for himself, in a package that only imports Tessera: what the engine makes of them beside what it
// makes of those of `tessera bench`. The same equations, boundaries and sizes, written down anew.
//
// usage: OwnKernels heat2d|heat3d|wave3d-4|wave3d-8|box3d|gray-scott AxB[xC] STEPS PASSES, on all ranks of an MPI job; prints
// the Gpoint/s of the fastest pass. Tiles are chosen before the clock starts, and must leave the bits of plain sweeps.

import Foundation
import Tessera

/// Explicit diffusion in a plane: the middle and four neighbours.
struct PlateHeat: Stencil {
    let r: Double

    @inlinable
    func update<L: Lane>(_ u: Taps<L>) -> L {
        u[0, 0] + r * ((u[-1, 0] + u[1, 0]) + (u[0, -1] + u[0, 1]) - 4 * u[0, 0])
    }
}

/// Explicit diffusion in space: the middle and six neighbours.
struct BlockHeat: Stencil {
    let r: Double

    @inlinable
    func update<L: Lane>(_ u: Taps<L>) -> L {
        let around = (u[-1, 0, 0] + u[1, 0, 0]) + (u[0, -1, 0] + u[0, 1, 0]) + (u[0, 0, -1] + u[0, 0, 1])
        return u[0, 0, 0] + r * (around - 6 * u[0, 0, 0])
    }
}

/// Diffusion with all 26 neighbours, weighted by how far off they are: by the number of axes along which they differ.
struct BoxHeat: Stencil {
    let weights: (middle: Double, face: Double, edge: Double, corner: Double)

    init(r: Double) { weights = (1 - 128 * r / 30, 14 * r / 30, 3 * r / 30, r / 30) }

    @inline(__always)
    func update<L: Lane>(_ u: Taps<L>) -> L {
        let faces = (u[-1, 0, 0] + u[1, 0, 0]) + (u[0, -1, 0] + u[0, 1, 0]) + (u[0, 0, -1] + u[0, 0, 1])
        let edges = ring(u, -1) + ring(u, 1) + corners(u, 0)
        return (weights.middle * u[0, 0, 0] + weights.face * faces)
            + (weights.edge * edges + weights.corner * (corners(u, -1) + corners(u, 1)))
    }

    @inline(__always)
    func ring<L: Lane>(_ u: Taps<L>, _ plane: Int) -> L {
        (u[plane, -1, 0] + u[plane, 1, 0]) + (u[plane, 0, -1] + u[plane, 0, 1])
    }

    @inline(__always)
    func corners<L: Lane>(_ u: Taps<L>, _ plane: Int) -> L {
        (u[plane, -1, -1] + u[plane, -1, 1]) + (u[plane, 1, -1] + u[plane, 1, 1])
    }
}

enum Sound: Int, FieldName {
    case pressure
    /// (c dt / h)².
    case courant
}

/// An acoustic wave of some order in space, in layers of their own velocity, that fades at all sides.
struct Wave<let order: Int>: MultiFieldStencil {
    typealias Field = Sound

    let strength: Double
    let width: Double
    let extents: [Double]

    init(extents: [Int], strength: Double) {
        self.strength = strength
        self.extents = extents.map(Double.init)
        width = 40
    }

    @inline(__always)
    func fading<L: Lane>(_ cell: Cell<L, Sound>, _ axis: Int, _ last: Double) -> L {
        let place = cell.position(axis)
        let inside = max(0, 1 - (1 / width) * min(place, last - place))
        return inside * inside
    }

    @inline(__always)
    func update<L: Lane>(_ cell: Cell<L, Sound>) -> Updates {
        let u = cell[.pressure]
        let ends = SIMD3(extents[0] - 1, extents[1] - 1, extents[2] - 1)
        let s = strength * (fading(cell, 0, ends.x) + fading(cell, 1, ends.y) + fading(cell, 2, ends.z))
        let old = (1 - s) * cell[.pressure, ago: 1].center
        return cell.next(
            (.pressure, (2 * u.center - old + cell[.courant].center * u.laplacian(order: order)) / (1 + s)))
    }
}

enum Species: Int, FieldName { case u, v }

/// Gray and Scott's reaction.
struct Reaction: MultiFieldStencil {
    typealias Field = Species

    @inline(__always)
    func update<L: Lane>(_ cell: Cell<L, Species>) -> Updates {
        let (u, v) = (cell[.u], cell[.v])
        let rate = u[0, 0] * v[0, 0] * v[0, 0]
        let spreadU = (u[-1, 0] + u[1, 0]) + (u[0, -1] + u[0, 1]) - 4 * u[0, 0]
        let spreadV = (v[-1, 0] + v[1, 0]) + (v[0, -1] + v[0, 1]) - 4 * v[0, 0]
        return cell.next(
            (.u, u[0, 0] + (0.2 * spreadU - rate + 0.04 * (1 - u[0, 0]))),
            (.v, v[0, 0] + (0.1 * spreadV + rate - 0.1 * v[0, 0])))
    }
}

/// The Gpoint/s of the fastest pass. Collective.
func rate<S: MultiFieldStencil>(
    _ stencil: S, _ boundary: Boundary, _ size: Size, on world: Communicator,
    filled fill: (inout Simulation<S>) -> Void
) throws -> Double where S.Scalar == Double {
    let boundaries = Array(repeating: boundary, count: size.extents.count)
    var tiled = try Simulation(stencil, extents: size.extents, boundary: boundaries, on: world)
    fill(&tiled)
    for _ in 0..<256 where tiled.tile == nil { try tiled.advance(steps: Tiling.mostSteps) }
    var seconds = Double.infinity
    for _ in 0..<size.passes {
        fill(&tiled)
        try world.barrier()
        let start = ContinuousClock.now
        try tiled.advance(steps: size.steps)
        try world.barrier()
        let taken = (ContinuousClock.now - start) / .seconds(1)
        seconds = min(seconds, try world.allReduce(taken, .maximum))
    }

    let few = (tiled.tile?.steps ?? 1) + 1
    var plain = try Simulation(stencil, extents: size.extents, boundary: boundaries, tiling: .off, on: world)
    fill(&plain)
    try plain.advance(steps: few)
    fill(&tiled)
    try tiled.advance(steps: few)
    var expected: [UInt64] = []
    for field in S.Field.allCases {
        plain.forEachRow(of: field) { _, row in for k in row.indices { expected.append(row[k].bitPattern) } }
    }
    var (place, differing) = (0, 0)
    for field in S.Field.allCases {
        tiled.forEachRow(of: field) { _, row in
            for k in row.indices where row[k].bitPattern != expected[place + k] { differing += 1 }
            place += row.count
        }
    }
    guard try world.allReduce(differing, .sum) == 0 else { return .nan }
    return Double(size.extents.reduce(1, *)) * Double(size.steps) / seconds / 1e9
}

struct Size {
    let extents: [Int]
    let steps: Int
    let passes: Int

    /// A smooth hill.
    func hill(_ index: GridIndex) -> Double {
        extents.indices.reduce(1.0) { $0 * sin(.pi * Double(index[$1] + 1) / Double(extents[$1] + 1)) }
    }
}

func wave<let order: Int>(_ type: Wave<order>.Type, _ size: Size, on world: Communicator) throws -> Double {
    try rate(Wave<order>(extents: size.extents, strength: 0.05), .reflecting(sign: -1), size, on: world) { wave in
        wave.fill(.courant) { 0.125 * (1 + 15 * Double($0[2] * 8 / size.extents[2]) / 7) / 16 }
        for ago in [0, 1] { wave.fill(.pressure, ago: ago) { size.hill($0) } }
    }
}

@main
enum OwnKernels {
    static func main() throws {
        let words = Array(CommandLine.arguments.dropFirst())
        let numbers = words.count == 4 ? [words[2], words[3]].compactMap { Int($0) }.filter { $0 > 0 } : []
        let extents = words.count == 4 ? words[1].split(separator: "x").compactMap { Int($0) }.filter { $0 > 0 } : []
        let axes = ["heat2d": 2, "gray-scott": 2, "heat3d": 3, "box3d": 3, "wave3d-4": 3, "wave3d-8": 3]
        guard numbers.count == 2, extents.count == axes[words[0]] else {
            let fault = "expected ROUTINE AxB[xC] STEPS PASSES, found \(words.joined(separator: " "))\n"
            FileHandle.standardError.write(Data(fault.utf8))
            exit(2)
        }
        let size = Size(extents: extents, steps: numbers[0], passes: numbers[1])
        try Tessera.run { world in
            let rate =
                switch words[0] {
                case "heat2d":
                    try rate(PlateHeat(r: 0.2), .dirichlet(0), size, on: world) { $0.fill { size.hill($0) } }
                case "heat3d":
                    try rate(BlockHeat(r: 0.4 / 3), .dirichlet(0), size, on: world) { $0.fill { size.hill($0) } }
                case "box3d":
                    try rate(BoxHeat(r: 0.13), .dirichlet(0), size, on: world) { $0.fill { size.hill($0) } }
                case "wave3d-4": try wave(Wave<4>.self, size, on: world)
                case "wave3d-8": try wave(Wave<8>.self, size, on: world)
                default:
                    try rate(Reaction(), .periodic, size, on: world) { reaction in
                        reaction.fill(.u) { 1 - size.hill($0) / 2 }
                        reaction.fill(.v) { size.hill($0) / 4 }
                    }
                }
            if world.rank == 0 { print(rate) }
        }
    }
}
