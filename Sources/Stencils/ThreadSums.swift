// Exact sums of a box of cells, each thread with an accumulator of its own: what these hold is added up without error, so
// that no bit depends on the number of threads.

/// The accumulators of a rank's threads, kept from one sum to the next.
final class ThreadSums {
    private var parts: [RowSum] = []

    /// The sum of the cells of a box, or of the products of two fields' cells, each rounded to Double; `a` and `b` are the
    /// first interior cells of fields with one layout.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func of<Scalar: StencilScalar>(
        _ box: CellBox, _ layout: GridLayout, _ a: UnsafePointer<Scalar>, times b: UnsafePointer<Scalar>? = nil
    ) -> ExactSum {
        let threads = box.threads
        while parts.count < threads { parts.append(RowSum()) }
        let parts = self.parts
        for thread in 0..<threads { parts[thread].clear() }
        box.share { (part: CellBox, thread: Int) in
            let (sum, count) = (parts[thread], part[2].count)
            for plane in part[0] {
                for row in part[1] {
                    let first = layout.offset(SIMD3(plane, row, part.first.z))
                    sum.add(a + first, times: b.map { $0 + first }, count: count)
                }
            }
        }
        var total = parts[0].exactSum
        for thread in 1..<Swift.max(1, threads) { total.add(parts[thread].exactSum) }
        return total
    }
}
