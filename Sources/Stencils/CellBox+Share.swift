// A box of cells shared by a rank's threads.
//
// Parts are whole layers of one axis: of the first that has eight layers a thread, so that no thread has an eighth more than
// another, else of the longest. A part along the last axis begins on a cache line, so that no two threads write to one line
// and whole lanes fit. Which part a cell is in changes nothing of what is computed there.

extension CellBox {
    /// The threads that are worth it.
    var threads: Int {
        let cells = isEmpty ? 0 : (end &- first).product
        return cells < SweepThreads.fewestCells ? 1 : SweepThreads.count
    }

    /// Calls `body` with parts of the box that make up the whole, on this rank's threads at the same time; with the whole
    /// box where that is small. Returns when all are done. Allocates nothing.
    @inline(__always)
    func share(_ body: (CellBox) -> Void) {
        share { part, _ in body(part) }
    }

    /// The same with the thread's number, below ``threads``.
    @inline(__always)
    func share(_ body: (_ part: CellBox, _ thread: Int) -> Void) {
        let threads = self.threads
        if threads == 1 { return body(self, 0) }
        withoutActuallyEscaping(body) { body in
            nonisolated(unsafe) let body = body
            SweepThreads.share(threads) { thread in
                let part = self.part(thread, of: threads)
                if !part.isEmpty { body(part, thread) }
            }
        }
    }

    /// What a thread has of a box that is shared by so many; empty where there are more threads than layers.
    func part(_ thread: Int, of threads: Int) -> CellBox {
        let count = end &- first
        let longest = count.x >= count.y && count.x >= count.z ? 0 : count.y >= count.z ? 1 : 2
        let axis = count.x >= 8 * threads ? 0 : count.y >= 8 * threads ? 1 : longest
        // A cache line of Float, two of Double.
        let grain = axis == 2 ? 16 : 1
        func cut(_ thread: Int) -> Int {
            thread == threads ? end[axis] : first[axis] + count[axis] / grain * thread / threads * grain
        }
        var part = self
        (part.first[axis], part.end[axis]) = (cut(thread), cut(thread + 1))
        return part
    }
}
