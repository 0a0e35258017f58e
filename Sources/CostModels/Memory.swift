/// Memory of each kind of job over all its ranks, in bytes: what a job file is held against before it may start.
///
/// Every estimate counts the arrays that live at the same time at the worst moment and ``perRank`` for each rank: its
/// program, MPI's buffers, and panels of a few block columns.
public enum MemoryModel {
    /// What a rank needs besides its share of the arrays.
    public static let perRank = 64 << 20

    /// Exact Gaussian-process regression in Double: the covariance of the samples, factorized in place; one panel of the
    /// covariance between samples and cells; the mean, gathered on one rank; and on each rank the map as file and as
    /// numbers, with the variance and the positions of the cells where the variance is asked for.
    ///
    /// n² + n · panel + 2 · cells + ranks · (2 or 5) · cells scalars.
    public static func gaussianProcess(samples n: Int, cells: Int, panel: Int, variance: Bool, ranks: Int) -> Int {
        bytes(8, [[n, n], [n, min(panel, cells)], [2, cells], [ranks, variance ? 5 : 2, cells]], ranks: ranks)
    }

    /// Explicit diffusion in Double: the field at two times and a snapshot on its way to the file; and on each rank the
    /// map that the field was refined from, as file and as numbers.
    ///
    /// 3 · cells + ranks · 2 · sourceCells scalars.
    public static func heat(cells: Int, sourceCells: Int, ranks: Int) -> Int {
        bytes(8, [[3, cells], [ranks, 2, sourceCells]], ranks: ranks)
    }

    /// A stencil's linear system in Double: the vectors of the solver with the coarser grids, at most 23 fields; and on each
    /// rank the map that it was refined from, as file and as numbers.
    public static func solver(cells: Int, sourceCells: Int, ranks: Int) -> Int {
        bytes(8, [[23, cells], [ranks, 2, sourceCells]], ranks: ranks)
    }

    /// Leapfrog steps of a wave in Double: the pressure at two times, the velocity and a snapshot on its way to the file;
    /// and on each rank what receivers have read, put together from all ranks.
    ///
    /// 4 · cells + ranks · 3 · readings scalars, where a reading is one cell around a receiver in one step.
    public static func wave(cells: Int, readings: Int, ranks: Int) -> Int {
        bytes(8, [[4, cells], [ranks, 3, readings]], ranks: ranks)
    }

    /// Two species in Double, each at two times, and a snapshot on its way to the file.
    public static func reactionDiffusion(cells: Int, ranks: Int) -> Int { bytes(8, [[5, cells]], ranks: ranks) }

    /// Shallow water in Double: elevation and two velocities, each at two times, the depths of two faces, and a snapshot on
    /// its way to the file; and on each rank the maps that depth and elevation were refined from, as files and as numbers.
    /// By the nonlinear equations: depth, two momenta and the surface, each at two times, the bed, and a snapshot.
    ///
    /// (9 or 10) · cells + ranks · 2 · sourceCells scalars.
    public static func shallowWater(cells: Int, sourceCells: Int, isNonlinear: Bool = false, ranks: Int) -> Int {
        bytes(8, [[isNonlinear ? 10 : 9, cells], [ranks, 2, sourceCells]], ranks: ranks)
    }

    /// A x = b for a square A, factorized in place, with A read again by panels for the residual; or in mixed precision,
    /// with A at rest and a factor of half its size.
    ///
    /// 1.3 n² + 3 n · columns scalars: factor and panels; b, x and the residual. In mixed precision 1.8 n².
    public static func solve(n: Int, columns: Int, scalarBytes: Int, isMixed: Bool = false, ranks: Int) -> Int {
        // 1.3 n² in whole numbers: n² and three tenths of it.
        saturating(
            bytes(scalarBytes, [[n, n], [3, n, columns]], ranks: ranks),
            bytes(scalarBytes, [[isMixed ? 8 : 3, n, n]], ranks: 0) / 10)
    }

    /// C = alpha op(A) op(B): the three matrices, m x k, k x n and m x n, and a panel of each operand; the partial products
    /// on every rank, sent and received, where `MultiplyModel.plan` may split the inner dimension.
    public static func multiply(m: Int, n: Int, k: Int, scalarBytes: Int, ranks: Int) -> Int {
        let partial = bytes(scalarBytes, [[2, ranks, m, n]], ranks: 0)
        let canSplit = ranks > 1 && partial <= bytes(scalarBytes, [[m, k], [k, n]], ranks: 0)
        return saturating(bytes(scalarBytes, [[m, k], [k, n], [m, n]], ranks: ranks), canSplit ? partial : 0)
    }

    /// The benchmark: a generated system of one right-hand side, generated again by panels for the residual.
    public static func linpack(n: Int, scalarBytes: Int, isMixed: Bool = false, ranks: Int) -> Int {
        solve(n: n, columns: 1, scalarBytes: scalarBytes, isMixed: isMixed, ranks: ranks)
    }

    /// The sum of products, in scalars, as bytes; `Int.max` where 64 bits do not hold it.
    private static func bytes(_ scalarBytes: Int, _ products: [[Int]], ranks: Int) -> Int {
        var sum = ranks * perRank
        for factors in products {
            var product = scalarBytes
            for factor in factors {
                let (value, overflow) = product.multipliedReportingOverflow(by: factor)
                product = overflow ? .max : value
                if overflow { break }
            }
            sum = saturating(sum, product)
        }
        return sum
    }

    private static func saturating(_ a: Int, _ b: Int) -> Int {
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? .max : sum
    }
}
