// The dense kinds: LU, Cholesky, products, on a process grid dealt like the engine's.
//
// A node holds whole stretches of process rows (ranks are numbered along them), so what a panel costs the network is what a
// node takes in: the rows of the panels that its process rows need, and the columns that its process columns need, once each.

internal import CostModels
internal import JobFiles

/// A process grid on nodes.
struct PlannedGrid {
    let model: GridModel
    let layout: RankLayout

    var p: Int { model.rows }
    var q: Int { model.columns }

    /// - Returns: nil where the job wants a grid of another number of ranks.
    init?(_ wish: JobGrid?, block: Int?, order: Int, _ layout: RankLayout) {
        self.layout = layout
        if let wish, wish.rows * wish.columns != layout.ranks { return nil }
        // As square as their number allows, never taller than wide.
        var rows = Int(Double(layout.ranks).squareRoot())
        while layout.ranks % rows != 0 { rows -= 1 }
        let (p, q) = wish.map { ($0.rows, $0.columns) } ?? (rows, layout.ranks / rows)
        // The engine's choice for a square matrix.
        let automatic = min(192, max(8, order / max(p, q) / 10 / 8 * 8))
        model = GridModel(rows: p, columns: q, block: block ?? automatic)
    }

    /// The part of a panel of columns that a node takes in along its process rows.
    var alongRows: Double {
        guard layout.nodes > 1, q > 1, layout.ranksPerNode % q != 0 else { return 0 }
        return min(1, max(1, Double(layout.ranksPerNode) / Double(q)) / Double(p))
    }

    /// The part of a panel of rows that a node takes in down its process columns.
    var downColumns: Double {
        guard layout.nodes > 1, p > 1 else { return 0 }
        return min(1, Double(layout.ranksPerNode) / Double(q))
    }

    /// The part of rows on their way to any place that a node takes in.
    var elsewhere: Double {
        let nodes = Double(layout.nodes)
        return p > 1 ? (nodes - 1) / (nodes * nodes) : 0
    }

    var rowHops: RankLayout.Hops { layout.collective(q, stride: 1) }
    var columnHops: RankLayout.Hops { layout.collective(p, stride: q) }

    /// Blocks of the busiest rank over those of the mean one.
    func imbalance(_ m: Int, _ n: Int) -> Double { ragged(m, p) * ragged(n, q) }

    private func ragged(_ extent: Int, _ parts: Int) -> Double {
        guard extent > 0 else { return 1 }
        let (rounds, rest) = extent.quotientAndRemainder(dividingBy: model.block * parts)
        return Double((rounds * model.block + min(rest, model.block)) * parts) / Double(extent)
    }
}

extension JobElement {
    /// Operations of the type in those of Double: a complex one is four, single precision takes half the time.
    var weight: Double {
        switch self {
        case .float: 0.5
        case .double: 1
        case .complexFloat: 2
        case .complexDouble: 4
        }
    }
}

extension JobWork {
    init?(linpack spec: LinpackSpec, on layout: RankLayout) {
        self.init(.dense)
        guard let grid = PlannedGrid(spec.grid, block: spec.block, order: spec.n, layout) else { return nil }
        addLU(spec.n, spec.pivoting, spec.precision, spec.element, grid)
        addSolve(spec.n, columns: 1, spec.element, grid)
        // Once to be solved, once for the residual.
        evaluations += 2 * Double(spec.n) * Double(spec.n)
    }

    /// A x = b; where the method depends on A it is taken to be LU.
    init?(solve spec: SolveSpec, on layout: RankLayout) {
        self.init(.dense)
        let (n, shape) = (spec.matrix.shape[0], spec.rightHandSide.shape)
        let columns = shape.count == 1 ? 1 : shape[1]
        guard n > 0, columns > 0, let grid = PlannedGrid(spec.grid, block: spec.block, order: n, layout) else {
            return nil
        }
        switch spec.method {
        case .auto, .lu: addLU(n, spec.pivoting, spec.precision, spec.element, grid)
        case .cholesky: addCholesky(n, spec.precision, spec.element, grid)
        case .symmetricIndefinite:
            denseFlops += AasenModel.flops(n: n) * spec.element.weight
            let w = AasenModel.panelWidth(n: n)
            addPanels(n, width: w, spec.element, grid)
            // A column of the panel is broadcast, summed and searched on its own.
            hops = hops + Double(n) * (2 * grid.columnHops + 2 * grid.rowHops)
        }
        addSolve(n, columns: columns, spec.element, grid)
        fileBytes = Double(spec.element.byteSize) * Double(n) * Double(n + 2 * columns)
    }

    init?(multiply spec: MultiplySpec, on layout: RankLayout) {
        self.init(.dense)
        let (m, n, k) = spec.extents
        guard m > 0, n > 0, k > 0 else { return nil }
        guard let grid = PlannedGrid(spec.grid, block: spec.block, order: max(m, n), layout) else { return nil }
        denseFlops = MultiplyModel.flops(m: m, n: n, k: k) * spec.element.weight
        imbalance = grid.imbalance(m, n)
        let bytes = Double(spec.element.byteSize)
        let sent = MultiplyModel.communication(
            m: m, n: n, k: k, isTransposedA: spec.transposeA != .none, isTransposedB: spec.transposeB != .none,
            on: grid.model)
        messageBytes = Double(sent.scalars) * bytes
        networkBytes =
            bytes * Double(k) * (grid.alongRows * Double(m) + grid.downColumns * Double(n))
        hops = Double(MultiplyModel.slabs(k, block: grid.model.block).count) * (grid.rowHops + grid.columnHops)
        fileBytes = bytes * (Double(m) * Double(k) + Double(k) * Double(n) + Double(m) * Double(n))
    }

    init?(gaussianProcess spec: GaussianProcessSpec, on layout: RankLayout) {
        self.init(.dense)
        let (n, cells) = (spec.samples, Double(spec.field.count))
        guard let grid = PlannedGrid(spec.grid, block: spec.block, order: n, layout) else { return nil }
        addCholesky(n, .full, .double, grid)
        addSolve(n, columns: 1, .double, grid)
        evaluations += Double(n) * Double(n) + cells * Double(n) * (spec.variance ? 2 : 1)
        if spec.variance {
            // L⁻¹ of a panel of cells after the other: n² operations a cell.
            denseFlops += Double(n) * Double(n) * cells
            let panels = (cells / Double(spec.panel)).rounded(.up)
            let blocks = Double((n + grid.model.block - 1) / grid.model.block)
            hops = hops + panels * blocks * (grid.rowHops + grid.columnHops)
            networkBytes +=
                8 * (panels * grid.alongRows * Double(n) * Double(n) / 2 + grid.downColumns * Double(n) * cells)
        }
        fileBytes = 8 * cells * (spec.variance ? 3 : 2)
    }

    private mutating func addLU(
        _ n: Int, _ pivoting: JobPivoting, _ precision: JobPrecision, _ element: JobElement, _ grid: PlannedGrid
    ) {
        let half = precision == .mixed ? 0.5 : 1
        let (order, bytes) = (Double(n), Double(element.byteSize) * half)
        denseFlops += LUModel.flops(m: n, n: n) * element.weight * half
        let kind: LUModel.Pivoting =
            switch pivoting {
            case .partial: .partial
            case .threshold: .threshold
            case .tournament: .tournament()
            case .butterflies: .randomButterflies(depth: 2)
            }
        let sent = LUModel.expectedCommunication(n: n, kind, on: grid.model)
        messageBytes += Double(sent.scalars) * bytes
        // L and U once; and the exchanged rows, 3/2 n² words, each to the node where it comes to stand.
        networkBytes += bytes * order * order / 2 * (grid.alongRows + grid.downColumns + 3 * grid.elsewhere)
        let blocks = Double((n + grid.model.block - 1) / grid.model.block)
        hops = hops + blocks * (grid.rowHops + 4 * grid.columnHops)
        switch pivoting {
        case .partial, .threshold: hops = hops + order * grid.columnHops
        case .tournament: hops = hops + 2 * blocks * grid.columnHops
        case .butterflies: denseFlops += ButterflyModel.flops(n: n, depth: 2) * element.weight
        }
        // Of two rows that change places one is at the panel and one anywhere: a cache line for each of its elements.
        if pivoting != .butterflies { sweepBytes += 64 * order * order }
        addPanels(n, width: grid.model.block, element, grid, half)
    }

    private mutating func addCholesky(
        _ n: Int, _ precision: JobPrecision, _ element: JobElement, _ grid: PlannedGrid
    ) {
        let half = precision == .mixed ? 0.5 : 1
        let bytes = Double(element.byteSize) * half
        denseFlops += CholeskyModel.flops(n: n) * element.weight * half
        messageBytes += Double(CholeskyModel.communication(n: n, on: grid.model).scalars) * bytes
        networkBytes += bytes * Double(n) * Double(n) / 2 * (grid.alongRows + grid.downColumns)
        let blocks = Double((n + grid.model.block - 1) / grid.model.block)
        hops = hops + blocks * (grid.rowHops + 2 * grid.columnHops)
        addPanels(n, width: grid.model.block, element, grid, half)
    }

    /// Panels of a factorization: n² w / 2 operations at a third of the updates' rate, dealt to all process columns in turn.
    /// The others' updates hide a panel of m rows while they take longer than it, which is so for m > 3 w Q / 2; with one
    /// process column there is nothing to hide.
    private mutating func addPanels(
        _ n: Int, width: Int, _ element: JobElement, _ grid: PlannedGrid, _ half: Double = 1
    ) {
        let (order, weight) = (Double(n), element.weight * half)
        // Once they are in the routine's count already.
        denseFlops += 2 * order * order * Double(width) / 2 * weight
        if grid.q > 1 {
            let exposed = min(order, 1.5 * Double(width) * Double(grid.q))
            panelFlops += 3 * exposed * exposed * Double(width) / 2 / Double(grid.p) * weight
        }
        imbalance = grid.imbalance(n, n)
    }

    /// The solves with two triangular factors: 2 n² operations a right-hand side.
    private mutating func addSolve(_ n: Int, columns: Int, _ element: JobElement, _ grid: PlannedGrid) {
        denseFlops += 2 * TriangularSolveModel.flops(n: n, m: columns) * element.weight
        // Few columns cost as much as reading the factors does.
        sweepBytes += Double(element.byteSize) * Double(n) * Double(n)
        let sent = TriangularSolveModel.communication(
            n: n, m: columns, isForward: true, isTransposed: false, on: grid.model)
        messageBytes += 2 * Double(sent.scalars) * Double(element.byteSize)
        let blocks = Double((n + grid.model.block - 1) / grid.model.block)
        hops = hops + 2 * blocks * (grid.rowHops + grid.columnHops)
    }
}
