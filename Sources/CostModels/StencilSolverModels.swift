// Words and messages of the solvers of linear stencil systems, as functions of the iterations that were needed.
//
// An application of the operator costs one halo exchange; an exact sum one all-reduce of 71 words of 8 bytes. With k
// iterations, and s residuals computed from the solution (at the start, and wherever it seemed small enough):
//     conjugate gradients     k + s applications, 2 k + s sums; with a preconditioner 3 k + s
//     V-cycle                 4 applications on every grid but the coarsest, and the way to the next coarser grid and back
// Entry checks and votes on signals are left out on both sides.

/// What one rank sends, and the sums that it takes part in.
public struct SolverTraffic: Hashable, Sendable {
    public var words = 0
    public var messages = 0
    public var sums = 0

    public init(words: Int = 0, messages: Int = 0, sums: Int = 0) {
        self.words = words
        self.messages = messages
        self.sums = sums
    }

    init(_ sent: (words: Int, messages: Int)) { self.init(words: sent.words, messages: sent.messages) }

    /// Bytes of one exact sum on its way between ranks.
    public static let bytesOfSum = 71 * 8

    public static func + (a: SolverTraffic, b: SolverTraffic) -> SolverTraffic {
        SolverTraffic(words: a.words + b.words, messages: a.messages + b.messages, sums: a.sums + b.sums)
    }

    public static func * (count: Int, a: SolverTraffic) -> SolverTraffic {
        SolverTraffic(words: count * a.words, messages: count * a.messages, sums: count * a.sums)
    }
}

/// The grids of multigrid, from the finest on: each with its halo exchange, and the way to the next coarser one.
public struct MultigridModel: Sendable {
    public var levels: [(halo: HaloExchangeModel, transfer: GridTransferModel)]
    /// Steps of the smoother before the coarser grid, and after it.
    public var steps: Int

    public init(levels: [(halo: HaloExchangeModel, transfer: GridTransferModel)], steps: Int) {
        self.levels = levels
        self.steps = steps
    }

    /// A V-cycle from the grid `level` on; `isFromZero` is false where it improves a guess.
    public func vCycle(by rank: Int, from level: Int = 0, isFromZero: Bool = true) -> SolverTraffic {
        levels.indices.dropFirst(level).reduce(SolverTraffic()) { sum, number in
            let applications = 2 * steps + (number == level && !isFromZero ? 1 : 0)
            return sum + applications * SolverTraffic(levels[number].halo.sent(by: rank)) + transfers(number, rank)
        }
    }

    /// A full cycle: the right-hand side to every grid, the solution back, and a V-cycle on each.
    public func fullCycle(by rank: Int) -> SolverTraffic {
        levels.indices.reduce(SolverTraffic()) { sum, number in
            sum + transfers(number, rank) + vCycle(by: rank, from: number, isFromZero: false)
        }
    }

    private func transfers(_ number: Int, _ rank: Int) -> SolverTraffic {
        let transfer = levels[number].transfer
        return SolverTraffic(transfer.sent(by: rank, toCoarse: true))
            + SolverTraffic(transfer.sent(by: rank, toCoarse: false))
    }
}

/// One solve of a linear stencil system that ended by converging.
public struct StencilSolverModel: Sendable {
    public var halo: HaloExchangeModel
    /// Whether the operator maps constants to zero, so that two means are taken out.
    public var isSingular: Bool
    public var iterations: Int
    /// Residuals computed from the solution.
    public var residuals: Int

    public init(halo: HaloExchangeModel, isSingular: Bool, iterations: Int, residuals: Int) {
        self.halo = halo
        self.isSingular = isSingular
        self.iterations = iterations
        self.residuals = residuals
    }

    /// What the boundary adds, the right-hand side's norm, and the residuals with theirs.
    private func frame(by rank: Int) -> SolverTraffic {
        (1 + residuals) * SolverTraffic(halo.sent(by: rank))
            + SolverTraffic(sums: 1 + residuals + (isSingular ? 2 : 0))
    }

    /// Conjugate gradients, without a preconditioner or with the diagonal.
    public func conjugateGradients(by rank: Int, isPreconditioned: Bool) -> SolverTraffic {
        frame(by: rank)
            + iterations
            * (SolverTraffic(halo.sent(by: rank)) + SolverTraffic(sums: isPreconditioned ? 3 : 2))
    }

    /// Conjugate gradients with a V-cycle as preconditioner.
    public func conjugateGradients(by rank: Int, preconditionedBy multigrid: MultigridModel) -> SolverTraffic {
        conjugateGradients(by: rank, isPreconditioned: true) + iterations * multigrid.vCycle(by: rank)
    }

    /// Multigrid alone.
    public func multigrid(by rank: Int, _ multigrid: MultigridModel, isFull: Bool) -> SolverTraffic {
        frame(by: rank)
            + iterations * (isFull ? multigrid.fullCycle(by: rank) : multigrid.vCycle(by: rank))
    }

    /// Chebyshev's iteration with given bounds, which computes the residual every so many steps, and once at the start.
    ///
    /// - Parameters:
    ///   - rank: the one that sends.
    ///   - applications: of the operator within the solve, the residuals' among them.
    ///   - norms: residual norms taken.
    public func chebyshev(by rank: Int, applications: Int, norms: Int) -> SolverTraffic {
        (1 + applications) * SolverTraffic(halo.sent(by: rank))
            + SolverTraffic(sums: 1 + norms + (isSingular ? 2 : 0))
    }
}
