// Pieces of work that the threads of a rank take one after the other, each with BLAS calls of its own: what BLAS's own
// threads cannot do, some thread working on something else meanwhile.

private import Dispatch
private import Synchronization

/// The threads of a rank as a crew: as many as ``OpenBLAS/threads``, the calling one among them.
package enum ThreadCrew {
    /// Runs `body(piece, thread)` once for each piece. The calling thread, number 0, runs `ahead` before its first piece
    /// and `between` after each; within, every BLAS call has one thread.
    ///
    /// Which thread takes a piece is a matter of time: pieces must not depend on each other, nor on `ahead`. Where one of
    /// the closures throws, the pieces that nobody has begun are left out.
    package static func share<Failure: Error>(
        _ pieces: Int, _ body: @escaping @Sendable (_ piece: Int, _ thread: Int) -> Void,
        ahead: () throws(Failure) -> Void, between: () throws(Failure) -> Void
    ) throws(Failure) {
        let threads = OpenBLAS.threads
        OpenBLAS.threads = 1
        defer { OpenBLAS.threads = threads }
        let queue = PieceQueue(pieces)
        let others = DispatchGroup()
        for thread in stride(from: 1, to: min(threads, pieces + 1), by: 1) {
            DispatchQueue.global().async(group: others) {
                while let piece = queue.take() { body(piece, thread) }
            }
        }
        defer { others.wait() }
        do throws(Failure) {
            try ahead()
            while let piece = queue.take() {
                body(piece, 0)
                try between()
            }
        } catch {
            queue.close()
            throw error
        }
    }
}

extension ThreadCrew {
    /// Runs `body(piece, thread)` once for each piece.
    package static func share(_ pieces: Int, _ body: @escaping @Sendable (_ piece: Int, _ thread: Int) -> Void) {
        share(pieces, body, ahead: {}, between: {})
    }
}

private final class PieceQueue: Sendable {
    private let count: Int
    private let next = Atomic<Int>(0)

    init(_ count: Int) { self.count = count }

    func take() -> Int? {
        let piece = next.wrappingAdd(1, ordering: .relaxed).oldValue
        return piece < count ? piece : nil
    }

    func close() { next.store(count, ordering: .relaxed) }
}
