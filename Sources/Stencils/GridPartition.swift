// How a grid is dealt to ranks: a box each, in a Cartesian shape chosen so that the fewest words cross between boxes.
//
// A box must be as wide as the halo along each axis that is split, so that ghosts come from the next rank alone. Where no
// shape of all ranks has such boxes (7 ranks on 3 x 2 cells, say), fewer work and the last ones idle: they hold no cells
// and have no neighbours, but take part in every collective.

import CostModels
import Failures

/// One rank's box of a grid, and its neighbours. Axes are plane, row, column.
struct GridPartition: Sendable {
    let axes: Int
    let extents: SIMD3<Int>
    /// Ranks along each axis.
    let shape: SIMD3<Int>
    let periodic: [Bool]
    let coordinates: SIMD3<Int>
    /// Whether the rank is none of the shape's, so that it holds no cells.
    let isIdle: Bool
    /// The global index of the box's first cell, and the cells along each axis; zeros where the rank idles.
    let start: SIMD3<Int>
    let count: SIMD3<Int>

    init(extents: SIMD3<Int>, axes: Int, shape: SIMD3<Int>, periodic: [Bool], rank: Int) {
        let model = HaloExchangeModel(extents: extents.array, shape: shape.array, periodic: periodic, fields: [])
        let isIdle = rank >= model.ranks
        let place = isIdle ? [0, 0, 0] : model.coordinates(of: rank)
        let shares = (0..<3).map { isIdle ? 0..<0 : model.share(axis: $0, coordinate: place[$0]) }
        self.isIdle = isIdle
        self.axes = axes
        self.extents = extents
        self.shape = shape
        self.periodic = periodic
        coordinates = SIMD3(place)
        start = SIMD3(shares.map(\.lowerBound))
        count = SIMD3(shares.map(\.count))
    }

    /// The rank whose box follows (`step` = 1) or precedes (-1) along an axis; nil at an edge that is not periodic.
    func neighbour(axis: Int, step: Int) -> Int? {
        if isIdle { return nil }
        var place = coordinates
        place[axis] += step
        if !(0..<shape[axis]).contains(place[axis]) {
            guard periodic[axis] else { return nil }
            place[axis] = (place[axis] + shape[axis]) % shape[axis]
        }
        return (place.x * shape.y + place.y) * shape.z + place.z
    }

    /// Whether the box touches the lower (`step` = -1) or upper (1) edge of the grid.
    func touchesEdge(axis: Int, step: Int) -> Bool {
        !isIdle && coordinates[axis] == (step < 0 ? 0 : shape[axis] - 1)
    }
}

extension GridPartition {
    /// The shape that keeps the most of `ranks` ranks at work; of these, the one which sends the fewest words; of equals,
    /// the one that cuts the earliest axes most, where layers are contiguous.
    static func shape(
        ranks: Int, extents: SIMD3<Int>, axes: Int, periodic: [Bool], halos: [FieldHalo]
    ) -> SIMD3<Int> {
        let most = pointwiseMax(SIMD3(repeating: 1), extents / pointwiseMax(SIMD3(repeating: 1), width(halos)))
        var working = Swift.min(ranks, most.product)
        while true {
            if let shape = shape(
                ofAll: working, extents: extents, axes: axes, periodic: periodic, halos: halos)
            {
                return shape
            }
            // One rank splits no axis and holds any grid.
            working -= 1
        }
    }

    /// The best shape of exactly `ranks` ranks; nil where none has boxes as wide as the halo.
    private static func shape(
        ofAll ranks: Int, extents: SIMD3<Int>, axes: Int, periodic: [Bool], halos: [FieldHalo]
    ) -> SIMD3<Int>? {
        var best: (words: Int, shape: SIMD3<Int>)?
        for planes in divisors(of: ranks).reversed() {
            for rows in divisors(of: ranks / planes).reversed() {
                let shape = SIMD3(planes, rows, ranks / planes / rows)
                guard misfit(shape: shape, extents: extents, axes: axes, halos: halos) == nil else { continue }
                let words = HaloExchangeModel(
                    extents: extents.array, shape: shape.array, periodic: periodic, fields: halos
                ).words
                if best == nil || words < best!.words { best = (words, shape) }
            }
        }
        return best?.shape
    }

    /// Why a shape cannot hold a grid; nil where it can.
    static func misfit(shape: SIMD3<Int>, extents: SIMD3<Int>, axes: Int, halos: [FieldHalo]) -> String? {
        let width = width(halos)
        for axis in 0..<3 where shape[axis] > 1 {
            let narrowest = extents[axis] / shape[axis]
            if narrowest < Swift.max(1, width[axis]) {
                return "\(shape[axis]) ranks along axis \(axis + axes - 3), which leaves \(narrowest) cells to one "
                    + "and needs \(Swift.max(1, width[axis]))"
            }
        }
        return nil
    }

    private static func width(_ halos: [FieldHalo]) -> SIMD3<Int> {
        halos.reduce(SIMD3<Int>.zero) { width, halo in
            pointwiseMax(width, pointwiseMax(SIMD3(halo.lower), SIMD3(halo.upper)))
        }
    }

    private static func divisors(of number: Int) -> [Int] { (1...number).filter { number % $0 == 0 } }
}

extension SIMD3 where Scalar == Int {
    var array: [Int] { [x, y, z] }
    var product: Int { x * y * z }
}
