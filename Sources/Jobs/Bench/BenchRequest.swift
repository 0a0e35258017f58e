/// What `tessera bench` is asked to measure.
package struct BenchRequest: Hashable, Sendable {
    package enum Routine: String, CaseIterable, Sendable {
        case gemm, lu, cholesky
        case symmetricIndefinite = "symmetric-indefinite"
        case solve, heat2d, heat3d

        /// The number of axes of a heat benchmark's grid; nil for a dense routine.
        package var axes: Int? {
            switch self {
            case .gemm, .lu, .cholesky, .symmetricIndefinite, .solve: nil
            case .heat2d: 2
            case .heat3d: 3
            }
        }
    }

    package enum Element: String, CaseIterable, Sendable { case float, double }

    /// The arithmetic of the factors of `solve`.
    package enum Precision: String, CaseIterable, Sendable { case full, mixed }

    /// What a benchmark works on.
    package enum Work: Hashable, Sendable {
        /// Square matrices of these orders, one after the other, in blocks of `block` (nil: what fits the shape).
        case dense(orders: [Int], block: Int?, precision: Precision = .full)
        /// A grid of cells, stepped through time.
        case heat(extents: [Int], steps: Int, element: Element)
    }

    package let routine: Routine
    package let work: Work
    /// Ranks along each side of the process grid or axis of the cells; nil lets the engine choose.
    package let grid: [Int]?
    /// How often each measurement is repeated; the best counts.
    package let repeats: Int

    package init(routine: Routine, work: Work, grid: [Int]? = nil, repeats: Int = 3) {
        self.routine = routine
        self.work = work
        self.grid = grid
        self.repeats = repeats
    }
}
