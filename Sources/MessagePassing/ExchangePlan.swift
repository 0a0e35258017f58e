public import Failures
internal import CShim

/// Messages between fixed partners, prepared once and started many times, over buffers that the plan owns.
///
/// ```swift
/// var plan = try ExchangePlan(repeating: 0.0, on: world,
///     sends: [.init(rank: right, count: n)], receives: [.init(rank: left, count: n)])
/// plan.withSendBuffer(0) { $0[i] = ... }
/// let flight = try plan.start()
/// ...                                      // work that needs no halo
/// try flight.finish()
/// use(plan.receiveBuffer(0))
/// ```
/// While the flight lasts the compiler rejects every use of the plan and so of its buffers:
/// ```swift
/// let flight = try plan.start()
/// plan.withSendBuffer(0) { $0[0] = 1 }     // error: overlapping accesses to 'plan'
/// try flight.finish()
/// ```
/// A flight dropped without ``ExchangeFlight/finish()`` ends the job with one line.
public struct ExchangePlan<T: MessageElement>: ~Copyable {
    /// One message: its partner, its tag, and its elements' number.
    public struct Message: Hashable, Sendable {
        public let rank: Int
        public let tag: Int
        public let count: Int

        public init(rank: Int, tag: Int = 0, count: Int) {
            self.rank = rank
            self.tag = tag
            self.count = count
        }
    }

    // On the heap: a flight points to it.
    private let exchange: UnsafeMutablePointer<PersistentExchange>
    private let memory: UnsafeMutableBufferPointer<T>
    private let sendRanges: [Range<Int>]
    private let receiveRanges: [Range<Int>]

    /// Prepares the messages; none is sent yet. Local: the partners' plans meet when they are started.
    ///
    /// - Parameters:
    ///   - value: what every buffer holds at first.
    ///   - communicator: whose ranks the messages name.
    ///   - sends: what goes out, one buffer each.
    ///   - receives: what comes in, one buffer each.
    /// - Throws: `TesseraError.communication` for a rank or a tag that cannot be.
    public init(
        repeating value: T, on communicator: Communicator, sends: [Message], receives: [Message]
    ) throws(TesseraError) {
        for message in sends + receives where message.count < 0 {
            throw .argument(routine: "ExchangePlan", name: "count", expected: "0 or more", found: "\(message.count)")
        }
        let starts = exclusiveSums((sends + receives).map(\.count))
        let ranges = zip(starts, sends + receives).map { $0..<$0 + $1.count }
        let memory = UnsafeMutableBufferPointer<T>.allocate(capacity: ranges.last?.upperBound ?? 0)
        memory.initialize(repeating: value)
        func prepared(_ messages: [Message], _ ranges: ArraySlice<Range<Int>>) -> [PersistentExchange.Message] {
            zip(messages, ranges).map { message, range in
                .init(
                    memory.baseAddress.map { UnsafeMutableRawPointer($0 + range.lowerBound) }, message.count,
                    T.datatype, rank: message.rank, tag: message.tag)
            }
        }
        let exchange = UnsafeMutablePointer<PersistentExchange>.allocate(capacity: 1)
        do throws(TesseraError) {
            let prepared = try PersistentExchange(
                on: communicator, sends: prepared(sends, ranges.prefix(sends.count)),
                receives: prepared(receives, ranges.dropFirst(sends.count)))
            exchange.initialize(to: prepared)
        } catch {
            memory.deallocate()
            exchange.deallocate()
            throw error
        }
        self.exchange = exchange
        self.memory = memory
        sendRanges = Array(ranges.prefix(sends.count))
        receiveRanges = Array(ranges.dropFirst(sends.count))
    }

    /// Calls `body` with the buffer of a send, to be filled.
    public mutating func withSendBuffer<R: ~Copyable, E>(
        _ index: Int, _ body: (inout MutableSpan<T>) throws(E) -> R
    ) throws(E) -> R {
        var span = UnsafeMutableBufferPointer(rebasing: memory[sendRanges[index]]).mutableSpan
        return try body(&span)
    }

    /// What a receive has brought: of the last finished flight.
    @_lifetime(borrow self)
    public func receiveBuffer(_ index: Int) -> Span<T> {
        let span = Span(_unsafeElements: UnsafeBufferPointer(rebasing: memory[receiveRanges[index]]))
        return _overrideLifetime(span, borrowing: self)
    }

    /// Sets all messages off.
    @_lifetime(&self)
    public mutating func start() throws(TesseraError) -> ExchangeFlight {
        try exchange.pointee.start()
        return _overrideLifetime(ExchangeFlight(exchange), mutating: &self)
    }

    /// Gives the messages back to MPI. Local.
    public consuming func close() throws(TesseraError) { try exchange.pointee.release() }

    deinit {
        exchange.deinitialize(count: 1)
        exchange.deallocate()
        memory.deallocate()
    }
}

/// The messages of an ``ExchangePlan`` on their way. It borrows the plan; it must be finished, once.
public struct ExchangeFlight: ~Copyable, ~Escapable {
    private let exchange: UnsafeMutablePointer<PersistentExchange>

    @_lifetime(immortal)
    init(_ exchange: UnsafeMutablePointer<PersistentExchange>) { self.exchange = exchange }

    /// Whether all messages have arrived. Also drives MPI's progress.
    public func isComplete() throws(TesseraError) -> Bool { try exchange.pointee.isComplete() }

    /// Returns when all messages have arrived, and gives the plan's buffers back.
    public consuming func finish() throws(TesseraError) { try exchange.pointee.finish() }

    deinit {
        if exchange.pointee.isStarted { endJob("an exchange was dropped in flight: finish it") }
    }
}
