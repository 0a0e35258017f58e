// How a grid is dealt to ranks: a box each, in a Cartesian shape chosen so that the fewest words cross between boxes.

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
    /// The global index of the box's first cell, and the cells along each axis.
    let start: SIMD3<Int>
    let count: SIMD3<Int>

    init(extents: SIMD3<Int>, axes: Int, shape: SIMD3<Int>, periodic: [Bool], rank: Int) {
        let model = HaloExchangeModel(extents: extents.array, shape: shape.array, periodic: periodic, fields: [])
        let place = model.coordinates(of: rank)
        let shares = (0..<3).map { model.share(axis: $0, coordinate: place[$0]) }
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
        coordinates[axis] == (step < 0 ? 0 : shape[axis] - 1)
    }
}

extension GridPartition {
    /// The shape for `ranks` ranks which sends the fewest words; of equals, the one that cuts the earliest axes most,
    /// where layers are contiguous.
    ///
    /// - Throws: where no shape gives every rank a box that is at least as wide as the halo along each split axis.
    static func shape(
        ranks: Int, extents: SIMD3<Int>, axes: Int, periodic: [Bool], halos: [FieldHalo]
    ) throws(TesseraError) -> SIMD3<Int> {
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
        guard let best else {
            throw .argument(
                routine: "Simulation", name: "extents",
                expected: "a grid that \(ranks) ranks can share, each with at least one cell and the halo's width",
                found: "\(extents.array.suffix(axes)) with a halo of \(width(halos).array.suffix(axes))")
        }
        return best.shape
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
