internal import MessagePassing

// The memory of a simulation: every field at every level kept, in one allocation, and the tables a sweep reads.

/// Fields and levels of one rank's box, owned.
///
/// The levels of a field form a ring: a step writes the level after the newest one, which then becomes the newest.
struct FieldStorage<Scalar: BitwiseCopyable>: ~Copyable {
    let layout: GridLayout
    /// Levels kept of each field.
    let levels: [Int]
    /// The newest level of each field, as a place in its ring.
    private(set) var newest: [Int]
    private let first: [UnsafeMutablePointer<Scalar>]
    private let memory: UnsafeMutablePointer<Scalar>
    /// The first interior cell of each slot (``LaneSlot``) and of each field's next level; unused entries point at field 0.
    let inputs: UnsafeMutablePointer<UnsafePointer<Scalar>>
    let outputs: UnsafeMutablePointer<UnsafeMutablePointer<Scalar>>

    /// Allocates zeros.
    init(layout: GridLayout, levels: [Int], zero: Scalar) {
        let total = layout.size * levels.reduce(0, +)
        let base = allocateAligned(total, of: Scalar.self)
        memory = base
        base.initialize(repeating: zero, count: total)
        var offset = 0
        first = levels.map { count in
            defer { offset += layout.size * count }
            return base + offset
        }
        self.layout = layout
        self.levels = levels
        newest = levels.map { _ in 0 }
        inputs = .allocate(capacity: LaneSlot.fields * LaneSlot.levels)
        outputs = .allocate(capacity: LaneSlot.fields)
        inputs.initialize(repeating: UnsafePointer(base + layout.origin), count: LaneSlot.fields * LaneSlot.levels)
        outputs.initialize(repeating: base + layout.origin, count: LaneSlot.fields)
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

    /// Makes the level just written the newest one of these fields.
    mutating func rotate(_ fields: Set<Int>) {
        for field in fields { newest[field] = (newest[field] + 1) % levels[field] }
        refreshTables()
    }

    private func refreshTables() {
        for field in levels.indices {
            for ago in 0..<Swift.min(LaneSlot.levels, levels[field]) {
                inputs[LaneSlot.slot(field: field, ago: ago)] = UnsafePointer(origin(field, ago: ago))
            }
            outputs[field] = origin(field, ago: -1)
        }
    }
}
