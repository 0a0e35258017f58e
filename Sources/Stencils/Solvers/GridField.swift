// A field of its own on a grid that is dealt to ranks: an unknown, a right-hand side, or a solver's vector.

internal import DistributedArrays
public import Failures
public import MessagePassing

/// One field on a grid shared by the ranks of a communicator.
///
/// Sums are exact and rounded once, so that they have the same bits on every number of ranks.
public final class GridField<Scalar: StencilScalar> {
    public let extents: [Int]
    public let communicator: Communicator
    let partition: GridPartition
    let layout: GridLayout
    private let memory: UnsafeMutablePointer<Scalar>
    private let sums: ThreadSums

    /// Zeros.
    init(partition: GridPartition, layout: GridLayout, on communicator: Communicator) {
        self.partition = partition
        self.layout = layout
        self.communicator = communicator
        extents = partition.extents.array.suffix(partition.axes)
        let memory = allocateAligned(layout.size, of: Scalar.self)
        // Pages lie where they are touched first: each thread touches about what it will work on.
        let all = CellBox(first: .zero, end: SIMD3(1, 1, layout.size))
        all.share { (memory + $0.first.z).initialize(repeating: 0, count: $0[2].count) }
        self.memory = memory
        sums = ThreadSums()
    }

    deinit { freeAligned(memory) }

    /// The first interior cell.
    var origin: UnsafeMutablePointer<Scalar> { memory + layout.origin }
    /// This rank's cells, in local indices.
    var box: CellBox { CellBox(first: .zero, end: partition.count) }

    /// Rows of this rank, and cells of a row.
    @usableFromInline var rows: Int { partition.count.x * partition.count.y }
    @usableFromInline var columns: Int { partition.count.z }
    /// Cells of the whole grid.
    public var count: Int { partition.extents.product }

    @usableFromInline
    func row(_ row: Int) -> UnsafeMutablePointer<Scalar> {
        origin + layout.offset(SIMD3(row / partition.count.y, row % partition.count.y, 0))
    }

    @usableFromInline
    func firstIndex(ofRow row: Int) -> GridIndex {
        let place = SIMD3(row / partition.count.y, row % partition.count.y, 0)
        return GridIndex(canonical: partition.start &+ place, axes: partition.axes)
    }

    /// The global indices of this rank's cells, a range an axis; empty ones where it holds none.
    public var localRanges: [Range<Int>] {
        (3 - partition.axes..<3).map { partition.start[$0]..<(partition.start[$0] + partition.count[$0]) }
    }

    /// Sets every cell from a function of its global index. Local.
    @inlinable
    public func fill(_ value: (GridIndex) -> Scalar) {
        for row in 0..<rows {
            var index = firstIndex(ofRow: row)
            let cells = self.row(row)
            for column in 0..<columns {
                cells[column] = value(index)
                index.canonical.z &+= 1
            }
        }
    }

    /// Calls `body` with each of this rank's rows along the last axis: the global index of the first cell, and the cells.
    @inlinable
    public func forEachRow<E: Error>(_ body: (GridIndex, Span<Scalar>) throws(E) -> Void) throws(E) {
        for row in 0..<rows {
            try body(firstIndex(ofRow: row), UnsafeBufferPointer(start: self.row(row), count: columns).span)
        }
    }

    // MARK: Reductions

    /// The sum of all cells. Collective.
    public func sum() throws(TesseraError) -> Double { try communicator.exactSum(localSum()) }

    /// The sum of the products of two fields' cells, each rounded to Double. Collective.
    public func dot(_ other: GridField) throws(TesseraError) -> Double {
        try communicator.exactSum(localDot(other))
    }

    /// The square root of the sum of the squares. Collective.
    public func norm() throws(TesseraError) -> Double { try dot(self).squareRoot() }

    func localSum() -> ExactSum { sums.of(box, layout, UnsafePointer(origin)) }

    func localDot(_ other: GridField) -> ExactSum {
        sums.of(box, layout, UnsafePointer(origin), times: UnsafePointer(other.origin))
    }

    // MARK: Whole fields

    /// The whole field in C order on one rank, nil on the others: for grids that fit one rank. Collective.
    public func gathered(on root: Int = 0) throws(TesseraError) -> [Scalar]? {
        try communicator.agree("GridField.gathered", on: [root]) { () throws(TesseraError) in
            guard (0..<communicator.size).contains(root) else {
                throw .argument(
                    routine: "GridField.gathered", name: "root", expected: "a rank below \(communicator.size)",
                    found: "\(root)")
            }
            let bytes = extents.reduce(MemoryLayout<Scalar>.stride, *)
            try communicator.requireMemory(
                MemoryDemand(onOneRank: saturatingSum(bytes, bytes)),
                for: "a grid of \(extents.map(String.init).joined(separator: "x")) cells on one rank")
        }
        return communicator.collectively("GridField.gathered") { () throws(TesseraError) in
            var own: [Scalar] = []
            for row in 0..<rows { own.append(contentsOf: UnsafeBufferPointer(start: self.row(row), count: columns)) }
            guard let parts = try communicator.gatherVarying(own, to: root) else { return nil }
            let whole = partition.extents
            var values = [Scalar](repeating: 0, count: whole.product)
            for (rank, part) in parts.enumerated() where !part.isEmpty {
                let box = partition.box(of: rank)
                for run in 0..<(box.count.x * box.count.y) {
                    let place = box.start &+ SIMD3(run / box.count.y, run % box.count.y, 0)
                    let first = (place.x * whole.y + place.y) * whole.z + place.z
                    values.replaceSubrange(
                        first..<first + box.count.z, with: part[run * box.count.z..<(run + 1) * box.count.z])
                }
            }
            return values
        }
    }

    /// Writes the field as a `.npy` file in C order; an existing file is replaced as a whole or not at all. Collective.
    ///
    /// - Throws: `TesseraError.file` on all ranks.
    public func write(to path: String) throws(TesseraError) {
        try FieldFile.write(
            from: UnsafePointer(origin), strides: [layout.planeStride, layout.rowStride, 1].suffix(extents.count),
            box: localRanges.map(\.lowerBound), extents: localRanges.map(\.count), of: extents, to: path,
            on: communicator)
    }

    /// Sets the field from a `.npy` file of the grid's shape. Collective.
    ///
    /// - Throws: `TesseraError.file` on all ranks where the file is not such a file.
    public func read(from path: String) throws(TesseraError) {
        let file = try FieldFile(path, on: communicator)
        guard file.shape == extents else {
            throw .file(path: path, reason: "has shape \(file.shape), the grid has \(extents)")
        }
        try file.read(
            into: origin, strides: [layout.planeStride, layout.rowStride, 1].suffix(extents.count),
            box: localRanges.map(\.lowerBound), extents: localRanges.map(\.count))
    }
}

extension GridPartition {
    /// The box of another rank of the same partition.
    func box(of rank: Int) -> GridPartition {
        GridPartition(extents: extents, axes: axes, shape: shape, periodic: periodic, rank: rank)
    }
}
