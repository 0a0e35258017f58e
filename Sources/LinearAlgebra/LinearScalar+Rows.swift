// Moves of rows: what LAPACK's laswp does, for moves in place of exchanges, and on the threads that BLAS has.

import CShim
private import Dispatch

extension LinearScalar {
    /// In some columns of a matrix, row targets[i] becomes what row sources[i] was, for all i at once.
    ///
    /// - Parameters:
    ///   - a: the first of the columns, `columns` of them.
    ///   - buffer: room for `sources.count` scalars for each thread.
    ///   - threads: how many share the columns.
    package static func moveRows(
        _ sources: [Int], to targets: [Int], _ columns: Int, _ a: UnsafeMutablePointer<Self>, _ lda: Int,
        buffer: UnsafeMutablePointer<Self>, threads: Int = OpenBLAS.threads
    ) {
        let count = sources.count
        let threads = min(threads, columns)
        guard count > 0, threads > 0 else { return }
        nonisolated(unsafe) let (a, buffer) = (a, buffer)
        sources.withUnsafeBufferPointer { sources in
            targets.withUnsafeBufferPointer { targets in
                nonisolated(unsafe) let (sources, targets) = (sources, targets)
                @Sendable func move(_ thread: Int) {
                    let (first, end) = (columns * thread / threads, columns * (thread + 1) / threads)
                    tessera_move_rows(
                        Int32(MemoryLayout<Self>.stride), a + first * lda, Int64(lda), Int64(end - first),
                        UnsafeRawPointer(sources.baseAddress!).assumingMemoryBound(to: Int64.self),
                        UnsafeRawPointer(targets.baseAddress!).assumingMemoryBound(to: Int64.self), Int64(count),
                        buffer + thread * count)
                }
                if threads == 1 { move(0) } else { DispatchQueue.concurrentPerform(iterations: threads, execute: move) }
            }
        }
    }
}
