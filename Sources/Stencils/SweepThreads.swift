// The threads of a rank that sweep its grids, each on a core of its own.

private import CShim
private import Dispatch
private import Synchronization

/// The threads of a rank that sweep grids.
public enum SweepThreads {
    private static let value = Atomic<Int>(1)

    /// How many; set by `Tessera.run` from the cores of the rank. Values below 1 count as 1.
    public static var count: Int {
        get { value.load(ordering: .relaxed) }
        set { value.store(max(1, newValue), ordering: .relaxed) }
    }

    private static let fewest = Atomic<Int>(1 << 19)

    /// Cells below which a pass over a box stays on one thread, for threads take time to begin and to end: an iteration of
    /// conjugate gradients on 32³ cells lasts three times as long on two as on one, and on 64³ as long. The checks set it lower.
    package static var fewestCells: Int {
        get { fewest.load(ordering: .relaxed) }
        set { fewest.store(newValue, ordering: .relaxed) }
    }

    /// Runs `body(thread)` for each of so many threads, and returns when all are done.
    ///
    /// Where the rank may use as many cores as that, and no more, thread t stays on the t-th of them meanwhile: what it has
    /// in its cache is there when it comes back, and memory that it touched first lies beside it. A rank that is bound to
    /// fewer cores, or to none, leaves its threads to the system, since others may have the same.
    package static func share(_ threads: Int, _ body: @Sendable (_ thread: Int) -> Void) {
        guard threads > 1 else { return body(0) }
        var found = tessera_cores()
        let isBound = tessera_cores_of_thread(&found) == Int32(threads)
        let cores = found
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            if isBound { withUnsafePointer(to: cores) { tessera_bind_thread($0, Int32(thread)) } }
            body(thread)
            if isBound { withUnsafePointer(to: cores) { tessera_bind_thread($0, -1) } }
        }
    }
}
