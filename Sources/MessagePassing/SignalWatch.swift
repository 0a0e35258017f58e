public import Failures
private import Foundation
internal import CShim

/// Notes that the job is asked to stop, so that the ranks can do it together at the end of a step.
///
/// The handler only writes a number; nothing else happens until the ranks ask. ``Communicator/agreeOnSignal()`` does so
/// collectively: a signal that reached one rank, or each rank at another moment, stops all of them at the same step.
/// ```swift
/// try SignalWatch.begin()
/// for step in 0..<steps {
///     advance()
///     if let signal = try world.agreeOnSignal() { ...; throw TesseraError.interrupted(signal: signal) }
/// }
/// SignalWatch.end()
/// ```
public enum SignalWatch {
    /// What schedulers and terminals send: SIGTERM (end of allocation), SIGINT (Ctrl-C), SIGUSR1 (checkpoint and stop).
    public static var usualSignals: [Int32] { [SIGTERM, SIGINT, SIGUSR1] }

    /// From now on these signals are noted instead of ending the process. A second one of the same kind does again what it
    /// did before.
    ///
    /// - Throws: `TesseraError.argument` for a number that cannot be caught.
    public static func begin(_ signals: [Int32] = usualSignals) throws(TesseraError) {
        tessera_forget_signal()
        for signal in signals where tessera_watch_signal(signal, 1) != 0 {
            end()
            throw .argument(
                routine: "SignalWatch", name: "signals", expected: "signals that can be caught", found: "\(signal)")
        }
    }

    /// Every watched signal does again what it did before, and what was noted is forgotten.
    public static func end() {
        for signal in Int32(1)..<65 { tessera_watch_signal(signal, 0) }
        tessera_forget_signal()
        rehearsal = nil
    }

    /// The first signal that has reached this process since ``begin(_:)``.
    public static var pending: Int32? {
        let signal = tessera_pending_signal()
        return signal == 0 ? nil : signal
    }

    /// What this process answers when the ranks ask each other for signals: ``pending``.
    static var answer: Int32? {
        if let (signal, questions) = rehearsal {
            rehearsal = questions > 1 ? (signal, questions - 1) : nil
            if questions == 1 { raise(signal) }
        }
        return pending
    }

    /// Sends this process a signal at the moment at which the ranks ask for one, the `count`th time from now: so a program
    /// can be stopped at each place where it may stop. Until ``end()``.
    package static func rehearse(_ signal: Int32, atQuestion count: Int) { rehearsal = (signal, count) }

    nonisolated(unsafe) private static var rehearsal: (signal: Int32, questions: Int)?
}

extension Communicator {
    /// The signal that asks the ranks to stop; nil when none of them has one pending. Every rank gets the same answer:
    /// of several signals the one with the largest number. Collective; costs one reduction of 8 bytes, counted as
    /// agreement.
    public func agreeOnSignal() throws(TesseraError) -> Int32? {
        let signal = try agreedMaximum(Int(SignalWatch.answer ?? 0))
        return signal == 0 ? nil : Int32(signal)
    }

    /// Throws `TesseraError.interrupted` on all ranks when one of them has been asked to stop. Collective, as
    /// ``agreeOnSignal()``.
    public func stopIfAsked() throws(TesseraError) {
        if let signal = try agreeOnSignal() { throw .interrupted(signal: signal) }
    }
}
