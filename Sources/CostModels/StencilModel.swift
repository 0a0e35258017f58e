// Seconds that a step of a stencil takes on ranks, from the rate of one rank's sweep and the cost of one message.
//
// A tile of T steps begins with ghosts as deep as its steps reach, and does the cells that later steps read beyond its box with
// its own. With n cells of a rank's box along an axis, l and u the reach of the update there (0 at a side whose ghosts follow
// from the boundary), B the bytes that the rank sends along an axis:
//
//     cells     = Σ over t < T  Π over axes (n + (T - 1 - t) (l + u))
//     exchange  = Σ over levels and axes that are split (α + B / β + B / γ)
//     a step    = (cells / rate + exchange) / T, on the slowest rank
//
// α is the latency, once an axis since the messages to both sides are on their way at once; β the bandwidth; γ the rate at
// which layers are packed and unpacked. Sweep and exchange add up: the engine does not overlap them. Messages: Hockney, "The
// communication challenge for MPP: Intel Paragon and Meiko CS-2" (Parallel Computing 20, 1994). Deep ghosts: Ding and He, "A
// ghost cell expansion method for reducing communications in solving PDE problems" (SC 2001).

/// A stencil on a grid that ranks share: what they compute and send for a tile of steps, and how long it takes.
///
/// Fields that no step writes are sent once a run, and left out.
public struct StencilModel: Sendable {
    /// A field as the update reads and writes it.
    public struct Field: Hashable, Sendable {
        /// Layers that one step reads, over all levels.
        public var halo: FieldHalo
        /// Levels that steps read, from the current one on.
        public var levels: Int
        public var isWritten: Bool

        public init(halo: FieldHalo, levels: Int = 1, isWritten: Bool = true) {
            self.halo = halo
            self.levels = levels
            self.isWritten = isWritten
        }
    }

    /// Cells along each axis, one to three; the last axis is contiguous in memory.
    public var extents: [Int]
    /// Ranks along each axis; rank numbers run with the last axis fastest.
    public var shape: [Int]
    public var periodic: [Bool]
    public var fields: [Field]
    public var bytesPerValue: Int

    public init(extents: [Int], shape: [Int], periodic: [Bool], fields: [Field], bytesPerValue: Int) {
        self.extents = extents
        self.shape = shape
        self.periodic = periodic
        self.fields = fields
        self.bytesPerValue = bytesPerValue
    }

    public var ranks: Int { shape.reduce(1, *) }
    /// Cells of the whole grid.
    public var points: Int { extents.reduce(1, *) }
    /// Cells of the first rank's box, the largest.
    public var pointsOfLargestBox: Int {
        extents.indices.reduce(1) { $0 * partition.share(axis: $1, coordinate: 0).count }
    }

    /// The exchanges before a tile of so many steps, one for each level that is sent.
    public func exchanges(steps: Int) -> [HaloExchangeModel] {
        let isDeep = steps > 1 && extents.indices.contains(where: hasDeepGhosts)
        let levels = isDeep ? fields.map(\.levels).max() ?? 0 : 1
        return (0..<levels).compactMap { ago in
            let sent = fields.filter { field in
                field.isWritten
                    && (isDeep ? ago < field.levels : (field.halo.lower + field.halo.upper).contains { $0 > 0 })
            }
            if sent.isEmpty { return nil }
            var exchange = partition
            exchange.fields = sent.map { field in
                var halo = field.halo
                if !isDeep { return halo }
                // What is done twice beyond a corner comes from there.
                halo.corners = true
                for axis in extents.indices where hasDeepGhosts(axis) {
                    halo.lower[axis] += (steps - 1) * reach(axis, \.lower)
                    halo.upper[axis] += (steps - 1) * reach(axis, \.upper)
                }
                return halo
            }
            return exchange
        }
    }

    /// Bytes and messages that `rank` sends for a tile of so many steps.
    public func sent(by rank: Int, steps: Int) -> (bytes: Int, messages: Int) {
        exchanges(steps: steps).reduce((0, 0)) { sum, exchange in
            let sent = exchange.sent(by: rank)
            return (sum.0 + sent.words * bytesPerValue, sum.1 + sent.messages)
        }
    }

    /// Cells that `rank` computes in a tile of so many steps, those that its neighbours compute too among them.
    public func cells(of rank: Int, steps: Int) -> Int {
        guard rank < ranks else { return 0 }
        let place = partition.coordinates(of: rank)
        let sides = extents.indices.map { axis in
            let isOpen = shape[axis] > 1 && !periodic[axis]
            let lower = hasDeepGhosts(axis) && !(isOpen && place[axis] == 0) ? reach(axis, \.lower) : 0
            let upper = hasDeepGhosts(axis) && !(isOpen && place[axis] == shape[axis] - 1) ? reach(axis, \.upper) : 0
            return (cells: partition.share(axis: axis, coordinate: place[axis]).count, beyond: lower + upper)
        }
        return (0..<steps).reduce(0) { sum, later in
            sum + sides.reduce(1) { $0 * ($1.cells + later * $1.beyond) }
        }
    }

    /// Seconds a step in tiles of so many steps, on the slowest rank.
    ///
    /// - Parameters:
    ///   - steps: of a tile; no more than a box has room for.
    ///   - pointsPerSecond: cells that one rank computes in a second, in such tiles, while all ranks do.
    ///   - messages: what one message takes.
    public func secondsPerStep(
        steps: Int, pointsPerSecond: Double, _ messages: MessageCost
    ) -> StencilSeconds {
        let exchanges = exchanges(steps: steps)
        var slowest = StencilSeconds(sweep: 0, messages: 0)
        for rank in 0..<ranks {
            var waiting = 0.0
            for exchange in exchanges {
                for axis in extents.indices {
                    let sent = exchange.sent(by: rank, along: axis)
                    if sent.messages == 0 { continue }
                    waiting += messages.seconds(bytes: sent.words * bytesPerValue)
                }
            }
            let sweep = Double(cells(of: rank, steps: steps)) / pointsPerSecond
            let taken = StencilSeconds(sweep: sweep / Double(steps), messages: waiting / Double(steps))
            if taken.total > slowest.total { slowest = taken }
        }
        return slowest
    }

    private var partition: HaloExchangeModel {
        HaloExchangeModel(extents: extents, shape: shape, periodic: periodic, fields: [])
    }

    /// Whether ghosts along an axis come from neighbours, or from the rank's own other end in parts: in space, the lines of a
    /// box are whole along the last axis.
    private func hasDeepGhosts(_ axis: Int) -> Bool { shape[axis] > 1 || periodic[axis] && axis < 2 }

    /// How far any field is read along an axis.
    private func reach(_ axis: Int, _ side: (FieldHalo) -> [Int]) -> Int {
        fields.reduce(0) { max($0, side($1.halo)[axis]) }
    }
}

/// What the messages between two ranks take while all ranks exchange some.
public struct MessageCost: Hashable, Sendable {
    /// Seconds of an exchange that carries next to nothing.
    public var latency: Double
    /// Bytes a second that a rank sends while it receives as many.
    public var bandwidth: Double
    /// Bytes a second that are packed, sent bytes, and unpacked, as many received ones, in one pass each.
    public var packing: Double

    public init(latency: Double, bandwidth: Double, packing: Double) {
        self.latency = latency
        self.bandwidth = bandwidth
        self.packing = packing
    }

    /// Seconds of an exchange along one axis in which a rank sends so many bytes, packing included.
    public func seconds(bytes: Int) -> Double { latency + Double(bytes) * (1 / bandwidth + 1 / packing) }
}

/// The seconds of one step.
public struct StencilSeconds: Hashable, Sendable {
    public var sweep: Double
    /// In messages, packing included.
    public var messages: Double

    public init(sweep: Double, messages: Double) {
        self.sweep = sweep
        self.messages = messages
    }

    public var total: Double { sweep + messages }
}
