// Signals that a user or a scheduler sends the launcher are meant for the ranks: they stop at their next step and save
// themselves.

internal import Dispatch
internal import Foundation

/// Takes SIGINT, SIGTERM and SIGUSR1 in while it is held.
final class SignalRelay: @unchecked Sendable {
    private static let numbers = [SIGINT, SIGTERM, SIGUSR1]

    /// Every signal that comes.
    let signals: AsyncStream<Int32>
    /// Written once, before anything else sees the object.
    private let sources: [any DispatchSourceSignal]

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self)
        signals = stream
        sources = Self.numbers.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { continuation.yield(number) }
            source.resume()
            return source
        }
    }

    deinit {
        for source in sources { source.cancel() }
        for number in Self.numbers { signal(number, SIG_DFL) }
    }
}
