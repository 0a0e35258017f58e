// Setting and reading the values of fields. None of these communicates but `gathered`.

public import Failures
public import MessagePassing

extension Simulation {
    /// Sets a field from a function of the global index.
    ///
    /// - Parameters:
    ///   - field: which one.
    ///   - ago: 0 for the current level; 1 or 2 for the levels before it, where the stencil reads them.
    ///   - value: the value of the cell at an index.
    @inlinable
    public mutating func fill(_ field: S.Field, ago: Int = 0, _ value: (GridIndex) -> S.Scalar) {
        precondition(keeps(field, ago: ago), "the simulation does not keep this level")
        let rows = localRows()
        for row in 0..<rows {
            var index = firstIndex(ofRow: row)
            let cells = pointer(field, ago: ago, row: row)
            for column in 0..<columns {
                cells[column] = value(index)
                index.canonical.z &+= 1
            }
        }
        valuesWereSet = true
    }

    /// Calls `body` with each of this rank's rows along the last axis: the global index of the first cell, and the cells.
    @inlinable
    public func forEachRow<E: Error>(
        of field: S.Field, ago: Int = 0, _ body: (GridIndex, Span<S.Scalar>) throws(E) -> Void
    ) throws(E) {
        precondition(keeps(field, ago: ago), "the simulation does not keep this level")
        for row in 0..<localRows() {
            let cells = UnsafeBufferPointer(start: pointer(field, ago: ago, row: row), count: columns)
            try body(firstIndex(ofRow: row), cells.span)
        }
    }

    /// The whole field in C order on one rank, nil on the others: for grids that fit one rank.
    ///
    /// - Throws, on all ranks: `TesseraError.argument` for a level that is not kept or a rank that is not there;
    ///   `TesseraError.memory` where the rank's node cannot give the whole grid.
    public func gathered(_ field: S.Field, ago: Int = 0, on root: Int = 0) throws(TesseraError) -> [S.Scalar]? {
        try communicator.agree("Simulation.gathered", on: [field.rawValue, ago, root]) { () throws(TesseraError) in
            guard keeps(field, ago: ago) else {
                throw .argument(
                    routine: "Simulation.gathered", name: "ago", expected: "a level that is kept", found: "\(ago)")
            }
            guard (0..<communicator.size).contains(root) else {
                throw .argument(
                    routine: "Simulation.gathered", name: "root", expected: "a rank below \(communicator.size)",
                    found: "\(root)")
            }
            // The cells once more on their own ranks, and whole on one.
            let bytes = extents.reduce(MemoryLayout<S.Scalar>.stride, *)
            try communicator.requireMemory(
                MemoryDemand(largest: saturatingSum(bytes, bytes), total: saturatingSum(bytes, bytes)),
                for: "a grid of \(extents.map(String.init).joined(separator: "x")) cells on one rank")
        }
        let own = localValues(field, ago: ago)
        return communicator.collectively("Simulation.gathered") { () throws(TesseraError) -> [S.Scalar]? in
            guard communicator.rank == root else {
                if !partition.isIdle { try communicator.send(own.span, to: root) }
                return nil
            }
            var whole = [S.Scalar](repeating: 0, count: extents.reduce(1, *))
            for rank in 0..<workingRanks {
                let box = GridPartition(
                    extents: partition.extents, axes: partition.axes, shape: partition.shape,
                    periodic: partition.periodic, rank: rank)
                var part = rank == root ? own : [S.Scalar](repeating: 0, count: box.count.product)
                if rank != root {
                    var span = part.mutableSpan
                    try communicator.receive(into: &span, from: rank)
                }
                for run in 0..<(box.count.x * box.count.y) {
                    let place = box.start &+ SIMD3(run / box.count.y, run % box.count.y, 0)
                    let first = (place.x * partition.extents.y + place.y) * partition.extents.z + place.z
                    whole.replaceSubrange(
                        first..<first + box.count.z, with: part[run * box.count.z..<(run + 1) * box.count.z])
                }
            }
            return whole
        }
    }

    /// This rank's cells of a field, in C order.
    func localValues(_ field: S.Field, ago: Int) -> [S.Scalar] {
        var values: [S.Scalar] = []
        values.reserveCapacity(partition.count.product)
        for row in 0..<localRows() {
            values.append(contentsOf: UnsafeBufferPointer(start: pointer(field, ago: ago, row: row), count: columns))
        }
        return values
    }

    // MARK: Rows

    @usableFromInline
    func localRows() -> Int { partition.count.x * partition.count.y }

    @usableFromInline
    var columns: Int { partition.count.z }

    @usableFromInline
    func keeps(_ field: S.Field, ago: Int) -> Bool {
        ago >= 0 && ago < storage.levels[field.rawValue] && ago < LaneSlot.levels
    }

    @usableFromInline
    func firstIndex(ofRow row: Int) -> GridIndex {
        let place = SIMD3(row / partition.count.y, row % partition.count.y, 0)
        return GridIndex(canonical: partition.start &+ place, axes: partition.axes)
    }

    @usableFromInline
    func pointer(_ field: S.Field, ago: Int, row: Int) -> UnsafeMutablePointer<S.Scalar> {
        let place = SIMD3(row / partition.count.y, row % partition.count.y, 0)
        return storage.origin(field.rawValue, ago: ago) + storage.layout.offset(place)
    }
}

extension Simulation where S.Field == SingleField {
    /// Makes a simulation whose field starts as a function of the global index.
    @inlinable
    public init(
        _ stencil: S, extents: [Int], boundary: [Boundary], shape: [Int]? = nil, timeStep: Double = 1,
        tiling: Tiling = .automatic, on communicator: Communicator, initially value: (GridIndex) -> S.Scalar
    ) throws(TesseraError) {
        try self.init(
            stencil, extents: extents, boundary: boundary, shape: shape, timeStep: timeStep, tiling: tiling,
            on: communicator)
        fill(.u, value)
    }

    /// Sets the field from a function of the global index.
    @inlinable
    public mutating func fill(_ value: (GridIndex) -> S.Scalar) { fill(.u, value) }
}
