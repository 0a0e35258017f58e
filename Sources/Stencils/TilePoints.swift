// Sources and receivers on one rank, inside its tiles: what is added to cells, and what is read of them, in every step.
//
// A step is done with a cell when its box is done; there and then sources are added, in the order that they were given,
// and receivers read. A cell beyond the box that is done on several ranks gets its sources on each of them; it is read
// on the rank that owns it.

/// One cell of a source or a receiver, with its weight.
struct WeightedCell<Scalar> {
    let field: Int
    /// Local index.
    let cell: SIMD3<Int>
    let weight: Scalar
    /// Which source, or which entry of a step's record.
    let index: Int
}

/// The sources and receivers of a rank's box.
struct TilePoints<Scalar: StencilScalar>: @unchecked Sendable {
    /// By plane of the wave axis, from `firstPlane` on: those cells lie next to each other.
    private struct Shelf {
        let cells: [WeightedCell<Scalar>]
        let bounds: [Int]
    }

    private let axis: Int
    private let firstPlane: Int
    private let sources: Shelf
    private let receivers: Shelf
    /// Values by step and source.
    private let series: [[Double]]
    let isEmpty: Bool
    /// Entries of a step's record.
    let recordedCells: Int

    /// - Parameter axis: the wave axis; any on a line.
    init(sources: [WeightedCell<Scalar>], series: [[Double]], receivers: [WeightedCell<Scalar>], axis: Int) {
        self.axis = axis
        self.series = series
        isEmpty = sources.isEmpty && receivers.isEmpty
        recordedCells = receivers.count
        let planes = (sources + receivers).map { $0.cell[axis] }
        let first = planes.min() ?? 0
        let count = (planes.max() ?? -1) - first + 1
        firstPlane = first
        func shelf(_ cells: [WeightedCell<Scalar>]) -> Shelf {
            // Stable: sources keep their order within a cell.
            let sorted = cells.enumerated().sorted {
                ($0.element.cell[axis], $0.offset) < ($1.element.cell[axis], $1.offset)
            }.map(\.element)
            var bounds = [Int](repeating: 0, count: Swift.max(0, count) + 1)
            for cell in sorted { bounds[cell.cell[axis] - first + 1] += 1 }
            for plane in bounds.indices.dropFirst() { bounds[plane] += bounds[plane - 1] }
            return Shelf(cells: sorted, bounds: bounds)
        }
        self.sources = shelf(sources)
        self.receivers = shelf(receivers)
    }

    /// Adds and reads at the cells of a box that `step` has done; `record` has room for the step's readings.
    @inline(__always)
    func run(
        _ box: CellBox, _ origins: UnsafePointer<UnsafeMutablePointer<Scalar>>, layout: GridLayout, step: Int,
        record: UnsafeMutablePointer<Double>?
    ) {
        each(of: sources, in: box) { source in
            let values = series[source.index]
            guard step < values.count else { return }
            (origins[source.field] + layout.offset(source.cell)).pointee += source.weight * Scalar(values[step])
        }
        guard let record else { return }
        each(of: receivers, in: box) { receiver in
            record[receiver.index] = Double(
                receiver.weight * (origins[receiver.field] + layout.offset(receiver.cell)).pointee)
        }
    }

    @inline(__always)
    private func each(of shelf: Shelf, in box: CellBox, _ body: (WeightedCell<Scalar>) -> Void) {
        let first = Swift.max(0, box.first[axis] - firstPlane)
        let end = Swift.min(shelf.bounds.count - 1, box.end[axis] - firstPlane)
        guard first < end else { return }
        for place in shelf.bounds[first]..<shelf.bounds[end] {
            let point = shelf.cells[place]
            if (0..<3).allSatisfy({ box.first[$0] <= point.cell[$0] && point.cell[$0] < box.end[$0] }) { body(point) }
        }
    }
}
