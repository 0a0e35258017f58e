// Signals that a user or a scheduler sends the launcher: before the ranks run they end the preparations, after that they are
// meant for the ranks, which stop at their next step and save themselves.

internal import Dispatch
internal import Foundation

/// Takes SIGINT, SIGTERM and SIGUSR1 in while it is held.
final class SignalRelay: @unchecked Sendable {
    private static let numbers = [SIGINT, SIGTERM, SIGUSR1]

    private let handler = Kept<(@Sendable (Int32) -> Void)?>(nil)
    /// Written once, before anything else sees the object.
    private let sources: [any DispatchSourceSignal]

    init() {
        let handler = handler
        sources = Self.numbers.map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { handler.change { $0 }?(number) }
            source.resume()
            return source
        }
    }

    /// Hands every signal that comes from now on to `body`, and to nobody else.
    func handle(_ body: @escaping @Sendable (Int32) -> Void) { handler.change { $0 = body } }

    deinit {
        for source in sources { source.cancel() }
        for number in Self.numbers { signal(number, SIG_DFL) }
    }
}
