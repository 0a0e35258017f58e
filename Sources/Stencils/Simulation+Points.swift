// Point sources and receivers anywhere between cells, served in every step, inside tiles of several steps.
//
//     source:    u(n + 1)[c] += w_c s[n]        receiver:    r[n] = Σ_c w_c u(n + 1)[c]
//
// with the weights w of the interpolation over the cells c around the point. The bits are the same on every number of ranks:
// each cell's product is made on one rank, and the sum over a point's cells in their order.

internal import Foundation
public import Failures
internal import MessagePassing

/// How a point between cells is spread over those around it.
public enum PointInterpolation: Hashable, Sendable {
    /// The nearest cell alone.
    case nearest
    /// The 2, 4 or 8 cells around it, by distance along each axis.
    case linear
}

/// A receiver of a simulation: which row of ``Simulation/records()`` it writes.
public struct Receiver: Hashable, Sendable {
    public let index: Int
}

/// All points of a simulation, in global terms, and what has been recorded.
final class SimulationPoints<Scalar: StencilScalar> {
    struct Point {
        let field: Int
        /// Global indices and weights.
        let cells: [(cell: SIMD3<Int>, weight: Double)]
    }

    var sources: [Point] = []
    var series: [[Double]] = []
    var receivers: [Point] = []
    /// What this rank has read: for each step since the first receiver came, its own cells' products.
    var records: [[Double]] = []
    private var local: TilePoints<Scalar>?

    /// The cells of a point, or nil where it lies outside the grid.
    static func cells(
        _ position: [Double], _ interpolation: PointInterpolation, extents: SIMD3<Int>, periodic: [Bool]
    ) -> [(cell: SIMD3<Int>, weight: Double)]? {
        let axes = position.count
        var cells: [(cell: SIMD3<Int>, weight: Double)] = [(.zero, 1)]
        for (number, x) in position.enumerated() {
            let axis = number + 3 - axes
            let extent = extents[axis]
            guard x.isFinite, periodic[axis] ? abs(x) < 1e15 : x >= 0 && x <= Double(extent - 1) else { return nil }
            let below = interpolation == .nearest ? x.rounded() : x.rounded(.down)
            let share = x - below
            func wrapped(_ i: Int) -> Int { ((i % extent) + extent) % extent }
            let ends: [(Int, Double)] =
                interpolation == .nearest || share == 0
                ? [(wrapped(Int(below)), 1)] : [(wrapped(Int(below)), 1 - share), (wrapped(Int(below) + 1), share)]
            cells = cells.flatMap { cell, weight in
                ends.map { index, part in
                    var next = cell
                    next[axis] = index
                    return (next, weight * part)
                }
            }
        }
        return cells
    }

    /// The points of this rank's box, the cells beyond it that tiles do among them.
    func onRank(_ partition: GridPartition, halos: TileHalos) -> TilePoints<Scalar> {
        if let local { return local }
        func images(_ point: Point, index: Int, beyond: Bool) -> [WeightedCell<Scalar>] {
            point.cells.flatMap { cell, weight -> [WeightedCell<Scalar>] in
                var places = [cell &- partition.start]
                for axis in 0..<3 where beyond && partition.periodic[axis] {
                    places = places.flatMap { place in
                        // As often as a deep halo goes around a short axis.
                        let turns =
                            halos.mostSteps * Swift.max(halos.lower[axis], halos.upper[axis])
                            / partition.extents[axis] + 1
                        return (-turns...turns).map { turn in
                            var image = place
                            image[axis] += turn * partition.extents[axis]
                            return image
                        }
                    }
                }
                let reach = beyond ? halos.mostSteps : 0
                let (first, end) = (
                    SIMD3<Int>.zero &- reach &* halos.lower, partition.count &+ reach &* halos.upper
                )
                return places.filter { place in
                    !partition.isIdle && (0..<3).allSatisfy { first[$0] <= place[$0] && place[$0] < end[$0] }
                }.map { WeightedCell(field: point.field, cell: $0, weight: Scalar(weight), index: index) }
            }
        }
        var numbers = 0
        let owned = receivers.flatMap { receiver in
            images(receiver, index: 0, beyond: false).map { cell in
                defer { numbers += 1 }
                return WeightedCell(field: cell.field, cell: cell.cell, weight: cell.weight, index: numbers)
            }
        }
        let made = TilePoints(
            sources: sources.indices.flatMap { images(sources[$0], index: $0, beyond: true) }, series: series,
            receivers: owned, axis: halos.axes.wave ?? 2)
        local = made
        return made
    }

    func changed() { local = nil }

    /// Cells of all receivers.
    var receiverCells: Int { receivers.reduce(0) { $0 + $1.cells.count } }

    /// The places among all cells of all receivers of those that a rank owns, in the order of a step's record.
    func ownPlaces(_ partition: GridPartition) -> [Int] {
        receivers.flatMap(\.cells).enumerated().filter { _, entry in
            let local = entry.cell &- partition.start
            return !partition.isIdle && (0..<3).allSatisfy { local[$0] >= 0 && local[$0] < partition.count[$0] }
        }.map(\.offset)
    }
}

extension Simulation {
    /// Adds a source: in every step its value, times the cells' weights, is added to a field's next level.
    ///
    /// - Parameters:
    ///   - field: which field, one that the stencil writes.
    ///   - position: where, in cells from the first cell's centre along each axis; around periodic axes it may go on.
    ///   - interpolation: how it is spread over the cells around it.
    ///   - series: the values of steps 0, 1, 2 and so on of the simulation; 0 beyond its end.
    /// - Throws, on all ranks: `TesseraError.argument` where the field is not written or the point lies outside the grid;
    ///   `TesseraError.disagreement` where the ranks differ.
    public mutating func addSource(
        _ field: S.Field, at position: [Double], _ interpolation: PointInterpolation = .linear, series: [Double]
    ) throws(TesseraError) {
        let cells = try agreeOnPoint("Simulation.addSource", field, position, interpolation, [series.count])
        points.sources.append(.init(field: field.rawValue, cells: cells))
        points.series.append(series)
        points.changed()
    }

    /// Adds a receiver, which reads a field's value, interpolated, after every step from now on.
    ///
    /// - Parameters:
    ///   - field: which field, one that the stencil writes.
    ///   - position: where, as a source.
    ///   - interpolation: how the value between cells is found.
    /// - Throws, on all ranks: `TesseraError.argument` where the field is not written, the point lies outside the grid, or
    ///   others have recorded already; `TesseraError.disagreement` where the ranks differ.
    public mutating func addReceiver(
        _ field: S.Field, at position: [Double], _ interpolation: PointInterpolation = .linear
    ) throws(TesseraError) -> Receiver {
        let cells = try agreeOnPoint("Simulation.addReceiver", field, position, interpolation, [])
        points.receivers.append(.init(field: field.rawValue, cells: cells))
        points.changed()
        return Receiver(index: points.receivers.count - 1)
    }

    /// What the receivers have read, on all ranks: for each receiver a value for every step since it came, those of a run
    /// that was resumed among them.
    public func records() throws(TesseraError) -> [[Double]] {
        let steps = points.records.count
        let products = try readings()
        var place = 0
        return points.receivers.map { receiver in
            var record = [Double](repeating: 0, count: steps)
            for _ in receiver.cells {
                for step in 0..<steps { record[step] += products[place * steps + step] }
                place += 1
            }
            return record
        }
    }

    /// What has been read, on all ranks: for each cell of each receiver, in order, its product in every step.
    func readings() throws(TesseraError) -> [Double] {
        let steps = points.records.count
        var products = [Double](repeating: 0, count: points.receiverCells * steps)
        // Each comes from the rank that owns its cell.
        for (own, place) in points.ownPlaces(partition).enumerated() {
            for step in 0..<steps { products[place * steps + step] = points.records[step][own] }
        }
        if !products.isEmpty {
            var span = products.mutableSpan
            try communicator.allReduce(&span, .sum)
        }
        return products
    }

    /// Takes up what ``readings()`` gave after so many steps.
    func takeUp(readings: [Double], steps: Int) {
        let places = points.ownPlaces(partition)
        points.records = (0..<steps).map { step in places.map { readings[$0 * steps + step] } }
    }

    private func agreeOnPoint(
        _ routine: StaticString, _ field: S.Field, _ position: [Double], _ interpolation: PointInterpolation,
        _ more: [Int]
    ) throws(TesseraError) -> [(cell: SIMD3<Int>, weight: Double)] {
        let words = position.map { Int(bitPattern: UInt($0.bitPattern)) }
        let cells =
            position.count == extents.count
            ? SimulationPoints<S.Scalar>.cells(
                position, interpolation, extents: partition.extents, periodic: partition.periodic) : nil
        let (isWritten, hasBegun, extents) = (
            footprint.written.contains(field.rawValue), !points.records.isEmpty, extents
        )
        try communicator.agree(routine, on: [field.rawValue, interpolation == .linear ? 1 : 0] + words + more) {
            () throws(TesseraError) in
            func refuse(_ name: String, _ expected: String, _ found: String) -> TesseraError {
                .argument(routine: "\(routine)", name: name, expected: expected, found: found)
            }
            guard isWritten else { throw refuse("field", "one that the stencil writes", "\(field)") }
            guard cells != nil else { throw refuse("position", "a point inside \(extents)", "\(position)") }
            guard !hasBegun || "\(routine)" == "Simulation.addSource" else {
                throw refuse("receiver", "all receivers before the first step", "one more")
            }
        }
        return cells!
    }
}
