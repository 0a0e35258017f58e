internal import Synchronization

/// A value behind a lock, which closures share.
final class Kept<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    func change<Answer: Sendable>(_ body: (inout Value) -> Answer) -> Answer { value.withLock { body(&$0) } }
}
