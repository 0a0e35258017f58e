package import Tessera

/// What `tessera bench` is asked to measure.
package struct BenchRequest: Hashable, Sendable {
    package enum Routine: String, CaseIterable, Sendable {
        case gemm, syrk, trsm, lu, cholesky
        case symmetricIndefinite = "symmetric-indefinite"
        case gesv, solve, heat2d, heat3d, wave3d, box3d, star2d
        case grayScott = "gray-scott"

        /// The number of axes of a stencil's grid; nil for a dense routine.
        package var axes: Int? {
            switch self {
            case .heat2d, .star2d, .grayScott: 2
            case .heat3d, .wave3d, .box3d: 3
            default: nil
            }
        }

        /// The extents that a dense routine's matrices have, n among them; none for a stencil.
        package var extents: [Extent] {
            switch self {
            case .gemm: [.m, .n, .k]
            case .syrk: [.n, .k]
            case .trsm, .gesv, .solve: [.n, .rhs]
            case .lu: [.m, .n]
            case .cholesky, .symmetricIndefinite: [.n]
            case .heat2d, .heat3d, .wave3d, .box3d, .star2d, .grayScott: []
            }
        }
    }

    /// An extent of a dense routine's matrices, named as BLAS and LAPACK do.
    package enum Extent: String, CaseIterable, Sendable { case m, n, k, rhs }

    /// The shape of a dense routine's matrices: gemm multiplies m x k by k x n, syrk n x k by its transpose, lu factors
    /// m x n, trsm, gesv and solve have n x n and `rhs` right-hand sides. Extents that a routine does not have are not read.
    package struct Shape: Hashable, Sendable {
        package let m, n, k, rhs: Int

        package init(m: Int, n: Int, k: Int, rhs: Int) { (self.m, self.n, self.k, self.rhs) = (m, n, k, rhs) }

        package subscript(extent: Extent) -> Int {
            switch extent {
            case .m: m
            case .n: n
            case .k: k
            case .rhs: rhs
            }
        }
    }

    package enum Element: String, CaseIterable, Sendable { case float, double }

    /// The arithmetic of the factors of `solve`.
    package enum Precision: String, CaseIterable, Sendable { case full, mixed }

    /// The order in space of `wave3d`.
    package enum Order: Int, CaseIterable, Sendable {
        case four = 4
        case eight = 8
    }

    /// How LU avoids small pivots.
    package enum Pivoting: String, CaseIterable, Sendable {
        case partial, tournament, threshold
        case randomButterflies = "random-butterflies"
    }

    /// The ranks that a stencil's time is predicted on.
    package struct Scaling: Hashable, Sendable {
        /// From 1 on, rising.
        package let ranks: [Int]
        /// Seconds of a message and bytes a second, of another network; nil for those measured between these ranks.
        package let latency, bandwidth: Double?

        package init(ranks: [Int], latency: Double? = nil, bandwidth: Double? = nil) {
            (self.ranks, self.latency, self.bandwidth) = (ranks, latency, bandwidth)
        }
    }

    /// What a benchmark works on.
    package enum Work: Hashable, Sendable {
        /// Matrices of these shapes, one after the other, in blocks of `block` (nil: what fits the shape).
        ///
        /// `pivoting` is read by lu and gesv.
        case dense(shapes: [Shape], block: Int?, precision: Precision = .full, pivoting: Pivoting = .partial)
        /// A grid of cells, stepped through time; `order` is read by wave3d.
        case stencil(
            extents: [Int], steps: Int, element: Element, tiling: Tiling, order: Order = .four, scaling: Scaling? = nil)
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
