internal import MessagePassing

// The memory of a simulation: every field at every level kept, in one allocation, and the tables a sweep reads.

/// Fields and levels of one rank's box, owned.
///
/// The levels of a field form a ring: a step writes the level after the newest one, which then becomes the newest.
struct FieldStorage<Scalar: BitwiseCopyable>: ~Copyable {
    let layout: GridLayout
    /// Levels kept of each field.
    let levels: [Int]
    /// The fields that steps write.
    private let written: Set<Int>
    /// The newest level of each field, as a place in its ring.
    private(set) var newest: [Int]
    private let first: [UnsafeMutablePointer<Scalar>]
    private let memory: UnsafeMutablePointer<Scalar>
    /// For each coming step: the first interior cell of each slot (``LaneSlot``) and of each field's next level, or of the
    /// current one of a field that is not written; unused entries point at field 0.
    let inputs: UnsafeMutablePointer<UnsafePointer<Scalar>>
    let outputs: UnsafeMutablePointer<UnsafeMutablePointer<Scalar>>
    private let steps: Int

    /// Entries of a step in `inputs` and in `outputs`.
    static var slots: Int { LaneSlot.fields * LaneSlot.levels }
    static var fields: Int { LaneSlot.fields }

    /// Allocates zeros, and tables for the next `steps` steps.
    ///
    /// Pages lie where they are touched first: every thread touches pieces of them in turn, so that the memory of all of the
    /// rank's cores has its share, and page faults are shared as well.
    init(layout: GridLayout, levels: [Int], written: Set<Int>, steps: Int, zero: Scalar) {
        let total = layout.size * levels.reduce(0, +)
        let base = allocateAligned(total, of: Scalar.self)
        memory = base
        nonisolated(unsafe) let target = base
        nonisolated(unsafe) let scalar = zero
        let piece = (2 << 20) / MemoryLayout<Scalar>.stride
        let pieces = (total + piece - 1) / piece
        let threads = Swift.min(SweepThreads.count, pieces)
        SweepThreads.share(threads) { thread in
            for start in Swift.stride(from: thread * piece, to: total, by: threads * piece) {
                (target + start).initialize(repeating: scalar, count: Swift.min(piece, total - start))
            }
        }
        var offset = 0
        first = levels.map { count in
            defer { offset += layout.size * count }
            return base + offset
        }
        self.layout = layout
        self.levels = levels
        self.written = written
        self.steps = steps
        newest = levels.map { _ in 0 }
        inputs = .allocate(capacity: Self.slots * steps)
        outputs = .allocate(capacity: Self.fields * steps)
        inputs.initialize(repeating: UnsafePointer(base + layout.origin), count: Self.slots * steps)
        outputs.initialize(repeating: base + layout.origin, count: Self.fields * steps)
        refreshTables()
    }

    deinit {
        freeAligned(memory)
        inputs.deallocate()
        outputs.deallocate()
    }

    /// The first interior cell of a field, `ago` steps before its newest level; -1 is the level that a step writes.
    func origin(_ field: Int, ago: Int) -> UnsafeMutablePointer<Scalar> {
        let ring = levels[field]
        let place = ((newest[field] - ago) % ring + ring) % ring
        return first[field] + (place * layout.size + layout.origin)
    }

    /// Makes the level that was written `steps` steps from now the newest one.
    mutating func rotate(steps: Int = 1) {
        for field in written { newest[field] = (newest[field] + steps) % levels[field] }
        refreshTables()
    }

    private func refreshTables() {
        for step in 0..<steps {
            for field in levels.indices {
                let passed = written.contains(field) ? step : 0
                for ago in 0..<Swift.min(LaneSlot.levels, levels[field]) {
                    inputs[step * Self.slots + LaneSlot.slot(field: field, ago: ago)] = UnsafePointer(
                        origin(field, ago: ago - passed))
                }
                outputs[step * Self.fields + field] = origin(field, ago: -1 - passed)
            }
        }
    }
}
