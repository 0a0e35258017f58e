// NaN and infinity, looked for inside the tiles: after a box is swept in a step that is looked at, while the cache holds
// it, its own cells are read once more.
//
// What is found of a tile is the earliest such step, in it the first written field, and in that the first cell in C order:
// the smallest of what the boxes have found, so that neither tile nor threads nor ranks change it. Cells beyond the rank's
// box are another rank's, or stand for cells of this one: left out. Cost: one read of what was written, and one small
// all-reduce a tile.

internal import CLanes
import Failures
import MessagePassing

/// The first values of a tile that are not finite.
final class FiniteWatch<Scalar: StencilScalar>: @unchecked Sendable {
    /// A value that is not finite: after which step, in which field, and where.
    struct Find {
        let step: Int
        let field: Int
        let cell: GridIndex
        /// The last step before it that was looked at in the same tile.
        let stepBefore: Int?
    }

    private let fields: [Int]
    private let interval: Int
    private let partition: GridPartition
    private let layout: GridLayout
    /// The steps of the tile that are looked at, counted from the simulation's beginning.
    private(set) var steps: [Int] = []
    /// Which of them each step of the tile is.
    private var places: [Int?] = []
    /// By thread, step and field: the first cell's position in C order; `Int.max` where all are finite. In memory of its own,
    /// since threads write to it at the same time, each to its entries.
    private var first = UnsafeMutableBufferPointer<Int>.allocate(capacity: 0)
    private var threads = 0

    /// - Parameters:
    ///   - fields: what is looked at, in the order in which a fault is named.
    ///   - interval: steps whose number is a multiple of it.
    init(_ fields: [Int], every interval: Int, _ partition: GridPartition, _ layout: GridLayout) {
        (self.fields, self.interval, self.partition, self.layout) = (fields, interval, partition, layout)
    }

    deinit { first.deallocate() }

    /// Makes ready for a tile.
    func begin(after step: Int, steps count: Int, threads: Int) {
        steps.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
        for t in 0..<count {
            let isDue = (step + t + 1).isMultiple(of: interval)
            places.append(isDue ? steps.count : nil)
            if isDue { steps.append(step + t + 1) }
        }
        self.threads = threads
        let needed = threads * steps.count * fields.count
        if needed > first.count {
            first.deallocate()
            first = .allocate(capacity: needed)
        }
        first.initialize(repeating: .max)
    }

    /// Looks at the cells of a box that the tile's step `t` has done.
    @inline(__always)
    func run(_ box: CellBox, step t: Int, thread: Int, _ origins: UnsafePointer<UnsafeMutablePointer<Scalar>>) {
        guard let place = places[t] else { return }
        let own = CellBox(first: pointwiseMax(box.first, .zero), end: pointwiseMin(box.end, layout.count))
        if own.isEmpty { return }
        for (number, field) in fields.enumerated() {
            guard let found = position(own, UnsafePointer(origins[field])) else { continue }
            let entry = (thread * steps.count + place) * fields.count + number
            first[entry] = Swift.min(first[entry], found)
        }
    }

    /// The global position in C order of the first cell of a box that is not finite.
    @inline(__always)
    private func position(_ box: CellBox, _ origin: UnsafePointer<Scalar>) -> Int? {
        let count = box[2].count
        for plane in box[0] {
            for row in box[1] {
                let cells = origin + layout.offset(SIMD3(plane, row, box.first.z))
                if areFinite(cells, count: count) { continue }
                let column = (0..<count).first { !cells[$0].isFinite } ?? 0
                let cell = partition.start &+ SIMD3(plane, row, box.first.z + column)
                return (cell.x * partition.extents.y + cell.y) * partition.extents.z + cell.z
            }
        }
        return nil
    }

    /// The first value of the tile, on all ranks, that is not finite; nil where all are. Collective.
    func find(on communicator: Communicator) throws(TesseraError) -> Find? {
        guard !steps.isEmpty else { return nil }
        let row = steps.count * fields.count
        let firsts = (0..<row).map { entry in
            stride(from: entry, to: threads * row, by: row).reduce(Int.max) { Swift.min($0, first[$1]) }
        }
        let entry = try communicator.allReduce(firsts.firstIndex { $0 != .max } ?? .max, .minimum)
        guard entry != .max else { return nil }
        let position = try communicator.allReduce(firsts[entry], .minimum)
        let whole = partition.extents
        let (line, place) = (position / whole.z, entry / fields.count)
        return Find(
            step: steps[place], field: fields[entry % fields.count],
            cell: GridIndex(
                canonical: SIMD3(line / whole.y, line % whole.y, position % whole.z), axes: partition.axes),
            stepBefore: place > 0 ? steps[place - 1] : nil)
    }
}

/// Whether no cell is NaN or infinite.
@inline(__always)
func areFinite<Scalar: StencilScalar>(_ cells: UnsafePointer<Scalar>, count: Int) -> Bool {
    let cells = UnsafeRawPointer(cells)
    return Scalar.self == Float.self
        ? tessera_are_finite_float(cells.assumingMemoryBound(to: Float.self), count) != 0
        : tessera_are_finite_double(cells.assumingMemoryBound(to: Double.self), count) != 0
}
