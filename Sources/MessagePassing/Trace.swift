internal import CShim

/// A timeline of what this rank does: named spans and messages, kept in memory while tracing is on.
///
/// ``Trace/begin()`` switches it on. `Trace.span("panel") { ... }` costs one comparison while it is off.
public enum Trace {
    /// One span of the timeline; times in seconds since ``begin()``.
    public struct Event: Sendable {
        public let name: String
        /// Payload bytes of a message; nil for a named span.
        public let bytes: Int?
        public let start: Double
        public let end: Double

        package init(name: String, bytes: Int?, start: Double, end: Double) {
            self.name = name
            self.bytes = bytes
            self.start = start
            self.end = end
        }
    }

    nonisolated(unsafe) private static var origin: Double?
    nonisolated(unsafe) public private(set) static var events: [Event] = []

    public static var isOn: Bool { origin != nil }

    /// Starts recording. Called on all ranks right after a barrier, so that their clocks share an origin.
    public static func begin() {
        events = []
        events.reserveCapacity(1 << 14)
        origin = MPI_Wtime()
    }

    /// Records `body` as a span of this name.
    @inline(__always)
    public static func span<R: ~Copyable, E>(_ name: @autoclosure () -> String, _ body: () throws(E) -> R) throws(E)
        -> R
    {
        guard let origin else { return try body() }
        let start = MPIEnvironment.seconds
        defer {
            events.append(
                Event(name: name(), bytes: nil, start: start - origin, end: MPIEnvironment.seconds - origin))
        }
        return try body()
    }

    static func record(_ operation: Traffic.Operation, bytes: Int, from start: Double, to end: Double) {
        guard let origin else { return }
        events.append(Event(name: "\(operation)", bytes: bytes, start: start - origin, end: end - origin))
    }
}
