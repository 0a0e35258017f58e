// The same thing on every node at once; faults of all of them are told, not the first one's alone.

/// Calls `body` for each index, 64 at a time, and returns the answers in order.
///
/// - Throws: the faults of all calls, with the cause of the first in order.
func concurrently<Answer: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) async throws(NodeError) -> Answer
) async throws(NodeError) -> [Answer] {
    var answers: [Result<Answer, NodeError>?] = Array(repeating: nil, count: count)
    await withTaskGroup(of: (Int, Result<Answer, NodeError>).self) { group in
        @Sendable func call(_ index: Int) async -> (Int, Result<Answer, NodeError>) {
            do throws(NodeError) { return (index, .success(try await body(index))) } catch {
                return (index, .failure(error))
            }
        }
        var next = 0
        while next < min(count, 64) {
            let index = next
            group.addTask { await call(index) }
            next += 1
        }
        while let (index, answer) = await group.next() {
            answers[index] = answer
            guard next < count else { continue }
            let following = next
            group.addTask { await call(following) }
            next += 1
        }
    }
    var all: [Answer] = []
    var faults: [NodeError] = []
    for case let answer? in answers {
        switch answer {
        case .success(let value): all.append(value)
        case .failure(let error): faults.append(error)
        }
    }
    if let first = faults.first { throw NodeError(first.cause, faults.flatMap(\.lines)) }
    return all
}
