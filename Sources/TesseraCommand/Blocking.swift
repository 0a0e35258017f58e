// Commands run to their end before the program does: what is asynchronous is waited for.

import Dispatch
import Synchronization

/// Waits for asynchronous work and returns its answer.
func blocking<Answer: Sendable, Failure: Error>(
    _ work: @escaping @Sendable () async throws(Failure) -> Answer
) throws(Failure) -> Answer {
    let answer = Handed<Result<Answer, Failure>>()
    let done = DispatchSemaphore(value: 0)
    Task {
        do throws(Failure) {
            let value = try await work()
            answer.value.withLock { $0 = .success(value) }
        } catch {
            answer.value.withLock { $0 = .failure(error) }
        }
        done.signal()
    }
    done.wait()
    guard let result = answer.value.withLock({ $0 }) else { preconditionFailure("signalled without an answer") }
    return try result.get()
}

/// A value that a task hands to the thread that waits for it.
private final class Handed<Value: Sendable>: Sendable {
    let value = Mutex<Value?>(nil)
}
