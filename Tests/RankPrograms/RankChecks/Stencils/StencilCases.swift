// A random simulation for each seed: footprint, fields, levels, extents, boundaries, tiles, threads and reductions, in
// Float or Double, against the plain reference bit for bit.
//
//     mpirun -np 5 RankChecks StencilCases '' 17            case 17 alone, as its failure names it, on as many ranks
//     mpirun -np 5 RankChecks StencilCasesInFull '' 3/20    the third of twenty parts

import MessagePassing
import Stencils

let stencilCaseChecks = [casesCheck("random simulations", 90)]
let stencilCasesInFullChecks = [casesCheck("random simulations, in full", 4000)]

private func casesCheck(_ name: String, _ count: Int) -> RankCheck {
    RankCheck(name) { world in
        // So few that a rank's threads share the layers that it sends and fills.
        let fewest = SweepThreads.fewestCells
        SweepThreads.fewestCells = 32
        defer { (SweepThreads.count, SweepThreads.fewestCells) = (1, fewest) }
        var sinceReport = 0
        for seed in 0..<count where CaseSelection.chosen.contains(seed) {
            // Where a case hangs, this says which are near it.
            if world.rank == 0, sinceReport.isMultiple(of: 50) { report("begin \(name), from \(seed) of \(count) on") }
            sinceReport += 1
            var numbers = SeededNumbers(state: UInt64(seed) &* 0x9e37_79b9_7f4a_7c15 &+ UInt64(world.size))
            do {
                if Bool.random(using: &numbers) {
                    try StencilCase<Double>(seed, &numbers).check(on: world)
                } else {
                    try StencilCase<Float>(seed, &numbers).check(on: world)
                }
            } catch {
                expect(false, "case \(seed): threw \(error)")
            }
        }
    }
}

/// The fields of a random update; `a` is always written.
enum AnyField: Int, FieldName { case a, b, c }

/// A value that a random update reads.
struct AnyTerm: Sendable {
    var field: AnyField
    var ago: Int
    var offset: SIMD3<Int>
    var weight: Double
    /// Whether negative values count half.
    var isBent: Bool

    @inlinable
    func value<L: Lane>(at cell: Cell<L, AnyField>, axes: Int) -> L {
        let taps = cell[field, ago: ago]
        let value: L =
            switch axes {
            case 1: taps[offset.z]
            case 2: taps[offset.y, offset.z]
            default: taps[offset.x, offset.y, offset.z]
            }
        return weight * (isBent ? select(value < 0, 0.5 * value, value) : value)
    }
}

/// Sums of terms for up to three fields.
struct AnyFields<Scalar: StencilScalar>: MultiFieldStencil {
    typealias Field = AnyField
    var axes: Int
    /// The terms of each field; none where it is not written.
    var terms: [[AnyTerm]]
    var drift: Double

    @inlinable
    func sum<L: Lane>(_ field: AnyField, _ cell: Cell<L, AnyField>) -> L {
        var sum: L = drift * (cell.position(0) / 64 - 0.01 * cell.time)
        for term in terms[field.rawValue] { sum += term.value(at: cell, axes: axes) }
        return sum
    }

    @inlinable
    func update<L: Lane>(_ cell: Cell<L, AnyField>) -> Updates {
        let a = sum(.a, cell)
        let b = terms[1].isEmpty ? nil : sum(.b, cell)
        let c = terms[2].isEmpty ? nil : sum(.c, cell)
        return cell.next((.a, a), b.map { (.b, $0) }, c.map { (.c, $0) })
    }
}

/// A sum of terms, times the new value of `a`.
struct AnyMeasure<Scalar: StencilScalar>: CellMeasure {
    typealias Field = AnyField
    var axes: Int
    var terms: [AnyTerm]

    @inlinable
    func value<L: Lane>(at cell: Cell<L, AnyField>) -> L {
        var sum: L = 0.25
        for term in terms { sum += term.value(at: cell, axes: axes) }
        return sum * cell[.a].center
    }
}

private let mirror = Edge.mirror(sign: 1, slope: 0)
private let wave: Edge = .function { index, time in
    index.reduce(time) { 3 * $0 + Double($1) }.truncatingRemainder(dividingBy: 7) / 8
}
private let sides: [Edge] = [
    .constant(0.5), mirror, .mirror(sign: -1, slope: 0), .mirror(sign: 1, slope: 0.125), wave,
    .robin(value: 0.5, slope: 2, sum: 0.25),
    .custom { index, time, faced in 0.5 * faced - Double(index[0]) / 16 + time / 32 },
]

private struct StencilCase<Scalar: StencilScalar> {
    let seed: Int
    let extents: [Int]
    let edges: [[Edges]]
    let stencil: AnyFields<Scalar>
    let measure: AnyMeasure<Scalar>
    let steps: Int
    let interval: Int
    let tilings: [(tiling: Tiling, threads: Int)]

    var text: String {
        "case \(seed): \(Scalar.self), extents \(extents), edges \(edges), \(steps) steps, \(tilings), \(stencil.terms)"
    }

    init(_ seed: Int, _ numbers: inout SeededNumbers) throws {
        func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &numbers) }
        func oneIn(_ n: Int) -> Bool { draw(1...n) == 1 }
        self.seed = seed
        let axes = draw(1...3)
        let radius = draw(0...3)
        let longest = [[160], [14, 56], [8, 8, 20]][axes - 1]
        let cells = longest.map { oneIn(8) ? 1 : draw(1...$0) }
        extents = cells
        let isPeriodic = cells.map { _ in oneIn(3) }
        func anySide() -> Edge { sides[draw(0...sides.count - 1)] }
        // What is mirrored more than once, with a slope or a mixed condition, the engine rounds once and the reference each
        // time.
        func fitting(_ side: Edge, _ extent: Int) -> Edge {
            guard extent < radius else { return side }
            switch side {
            case .robin: return mirror
            case .mirror(_, let slope): return slope == 0 ? side : mirror
            case .constant, .function, .custom: return side
            }
        }
        let fieldEdges: [[Edges]] = AnyField.allCases.map { _ in
            isPeriodic.indices.map { axis in
                if isPeriodic[axis] { return nil }
                let (lower, upper) = (anySide(), anySide())
                return (lower: fitting(lower, cells[axis]), upper: fitting(upper, cells[axis]))
            }
        }
        edges = fieldEdges
        let isStar = oneIn(2)
        func anyTerm() -> AnyTerm {
            var offset = SIMD3<Int>.zero
            for axis in (3 - axes)..<3 { offset[axis] = draw(-radius...radius) }
            if isStar {
                let axis = draw((3 - axes)...2)
                for other in 0..<3 where other != axis { offset[other] = 0 }
            }
            return AnyTerm(
                field: AnyField(rawValue: oneIn(2) ? 0 : draw(0...2))!, ago: oneIn(3) ? draw(0...2) : 0, offset: offset,
                weight: Double(draw(-8...8)) / 24, isBent: oneIn(5))
        }
        let terms = (0..<3).map { field in field > 0 && oneIn(2) ? [] : (0..<draw(1...5)).map { _ in anyTerm() } }
        stencil = AnyFields(axes: axes, terms: terms, drift: oneIn(3) ? 0.5 : 0)
        steps = draw(1...10)
        interval = draw(1...4)
        tilings = (0..<2).map { number in
            if number == 1, oneIn(4) { return (.automatic, 1) }
            return oneIn(6) ? (.off, 1) : (.fixed(steps: draw(1...6), width: draw(1...20)), draw(1...3))
        }
        // What the update reads, a level older once it has been written.
        let footprint = try Footprint(of: stencil, axes: axes)
        measure = AnyMeasure(
            axes: axes,
            terms: terms.flatMap { $0 }.compactMap { term in
                var term = term
                if !terms[term.field.rawValue].isEmpty {
                    term.ago += 1
                } else {
                    // Ghosts of a coefficient are those that the step has read, which may be a function of its time.
                    term.offset = .zero
                }
                let isKept = term.ago < min(footprint.levels(of: term.field.rawValue), LaneSlot.levels)
                return isKept && oneIn(2) ? term : nil
            })
    }

    func check(on world: Communicator) throws {
        let reference = ReferenceGrid<Scalar>(extents: extents, edges: edges, initially: startValue)
        var expected: [StepNumbers] = []
        if world.rank == 0 {
            for step in 1...steps {
                reference.advance(stencil, steps: 1)
                guard step == steps || step.isMultiple(of: interval) else { continue }
                expected.append(StepNumbers(step: step, values: plainNumbers(reference.numbers(measure))))
            }
        }
        let fieldEdges = Dictionary(uniqueKeysWithValues: AnyField.allCases.map { ($0, boundary(edges[$0.rawValue])) })
        for (tiling, threads) in tilings {
            SweepThreads.count = threads
            var simulation = try Simulation(
                stencil, extents: extents, boundary: fieldEdges[.a]!, boundaries: fieldEdges, tiling: tiling, on: world)
            for field in AnyField.allCases {
                for ago in 0..<min(simulation.footprint.levels(of: field.rawValue), LaneSlot.levels) {
                    simulation.fill(field, ago: ago) { index in
                        startValue(field.rawValue, ago, (0..<index.axes).map { index[$0] })
                    }
                }
            }
            let found = try simulation.advance(
                steps: steps, reducing: [.sum(measure), .maximum(measure), .minimum(measure)], every: interval)
            var agrees = true
            for field in AnyField.allCases {
                guard let cells = try simulation.gathered(field) else { continue }
                agrees = agrees && zip(cells, reference.levels[field.rawValue][0]).allSatisfy { sameBits($0, $1) }
            }
            expect(agrees, text)
            if world.rank == 0 {
                expect(sameNumbers(found, expected), "\(text): expected \(expected), found \(found)")
            }
        }
    }
}

/// The exact sum, the largest and the smallest of some numbers, NaN where one is.
func plainNumbers<Scalar: StencilScalar>(_ numbers: [Scalar]) -> [Double] {
    var sum = ExactSum()
    for number in numbers { sum.add(Double(number)) }
    if numbers.contains(where: \.isNaN) { return [sum.value, .nan, .nan] }
    return [sum.value, Double(numbers.max()!) + 0, Double(numbers.min()!) + 0]
}

/// Whether all numbers are the same; a zero's sign does not count.
func sameNumbers(_ a: [StepNumbers], _ b: [StepNumbers]) -> Bool {
    a.map(\.step) == b.map(\.step)
        && zip(a, b).allSatisfy { zip($0.values, $1.values).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN } }
}

extension ReferenceGrid {
    /// A measure at every cell, after the last step.
    func numbers<M: CellMeasure>(_ measure: M) -> [Scalar] where M.Scalar == Scalar {
        (0..<extents.reduce(1, *)).map { position in
            place = Self.index(position, extents)
            return measure.value(at: Cell<ReferenceLane<Scalar>, M.Field>(self)).value
        }
    }
}
