// A linear update on a grid dealt to ranks: y = A x as one sweep over x with its ghosts.
//
// With boundary values g beyond the edges the update is affine, A x + c(g). The operator itself takes the boundary rules
// with zero in place of every given value and slope; c(g) is the true update of zeros.
//
// Cost of one application: the update's flops, and `HaloExchangeModel`'s words and messages.

import CostModels
import Failures
import MessagePassing

/// A linear update on a grid: A, and what the boundary adds to it.
final class GridOperator<Scalar: StencilScalar> {
    let update: LinearUpdate<Scalar>
    let footprint: Footprint
    /// Whether the update's weights depend on the cell.
    let readsPosition: Bool
    /// Along plane, row, column; values and slopes are zero.
    let boundary: [Boundary]
    let partition: GridPartition
    let layout: GridLayout
    let communicator: Communicator
    private let halo: FieldHalo
    private let exchange: HaloExchange<Scalar>
    /// The same with the given values and slopes.
    private let givenExchange: HaloExchange<Scalar>
    /// The first interior cell of the field that is read, at slot 0, and of the one that is written.
    private let inputs: UnsafeMutablePointer<UnsafePointer<Scalar>>
    private let outputs: UnsafeMutablePointer<UnsafeMutablePointer<Scalar>>

    /// - Parameters:
    ///   - extents, boundary: of the grid's own axes; checked by ``check(_:extents:boundary:)``.
    ///   - workers: how many ranks are to hold cells, at most; nil where every rank holds the whole grid for itself.
    init(
        _ update: LinearUpdate<Scalar>, extents: [Int], boundary: [Boundary], workers: Int?,
        on communicator: Communicator
    ) throws(TesseraError) {
        self.update = update
        self.communicator = communicator
        readsPosition = update.linearity(extents.count).readsPosition
        let geometry = try GridGeometry(
            update, extents: extents, boundary: boundary, ranks: workers ?? 1)
        footprint = geometry.footprint
        self.boundary = geometry.boundary.map(\.homogeneous)
        let halo = geometry.halo
        self.halo = halo
        let reach = (lower: SIMD3(halo.lower), upper: SIMD3(halo.upper))
        partition = geometry.box(of: workers == nil ? 0 : communicator.rank)
        layout = geometry.layout(partition)
        exchange = try HaloExchange(
            [HaloMember(field: 0, halo: halo, reach: reach, boundaries: self.boundary)], partition: partition,
            layout: layout,
            on: communicator)
        givenExchange = try HaloExchange(
            [HaloMember(field: 0, halo: halo, reach: reach, boundaries: geometry.boundary)], partition: partition,
            layout: layout, on: communicator)
        let table = LaneSlot.fields * LaneSlot.levels
        inputs = .allocate(capacity: table)
        outputs = .allocate(capacity: LaneSlot.fields)
        let nowhere = UnsafeMutablePointer<Scalar>(bitPattern: GridLayout.alignment)!
        inputs.initialize(repeating: UnsafePointer(nowhere), count: table)
        outputs.initialize(repeating: nowhere, count: LaneSlot.fields)
    }

    deinit {
        inputs.deallocate()
        outputs.deallocate()
    }

    /// Zeros in the operator's layout.
    func field() -> GridField<Scalar> { GridField(partition: partition, layout: layout, on: communicator) }

    /// y = A x. Overwrites the ghosts of both.
    func apply(_ x: GridField<Scalar>, into y: GridField<Scalar>) throws(TesseraError) {
        try run(exchange, x, into: y, time: 0)
    }

    /// y = A x + c(g), g the boundary at a time: the update as it stands. Overwrites the ghosts of both.
    func update(_ x: GridField<Scalar>, time: Double, into y: GridField<Scalar>) throws(TesseraError) {
        try run(givenExchange, x, into: y, time: time)
    }

    private func run(
        _ exchange: HaloExchange<Scalar>, _ x: GridField<Scalar>, into y: GridField<Scalar>, time: Double
    ) throws(TesseraError) {
        inputs[0] = UnsafePointer(x.origin)
        outputs[0] = y.origin
        try exchange.run(UnsafePointer(inputs), ago: 0, time: time)
        CellBox(first: .zero, end: partition.count).share { part in
            update.sweep(
                SweepPlan(
                    part, inputs: UnsafePointer(inputs), outputs: UnsafePointer(outputs), layout: layout,
                    start: partition.start, time: 0),
                partition.axes)
        }
    }

    /// The words and messages of one application.
    var exchangeModel: HaloExchangeModel {
        HaloExchangeModel(
            extents: partition.extents.array, shape: partition.shape.array, periodic: partition.periodic,
            fields: [halo])
    }

    /// Refuses what is no linear update of a grid. Local.
    static func check(_ update: LinearUpdate<Scalar>, extents: [Int], boundary: [Boundary]) throws(TesseraError) {
        func check(_ holds: Bool, _ name: String, _ expected: String, _ found: String) throws(TesseraError) {
            if !holds { throw .argument(routine: "LinearSystem", name: name, expected: expected, found: found) }
        }
        let axes = extents.count
        try check((1...3).contains(axes), "extents", "one to three axes", "\(axes)")
        try check(
            extents.allSatisfy { $0 >= 1 && $0 <= Int(Int32.max) }, "extents", "1 to \(Int32.max) cells an axis",
            "\(extents)")
        try check(
            extents.reduce(1) { saturatingProduct($0, $1) } <= 1 << 56, "extents", "at most 2^56 cells", "\(extents)")
        try check(boundary.count == axes, "boundary", "one for each of \(axes) axes", "\(boundary.count)")
        let isLinear = boundary.allSatisfy { boundary in
            guard case .sides(let lower, let upper) = boundary else { return true }
            return [lower, upper].allSatisfy { if case .custom = $0.rule { false } else { true } }
        }
        try check(isLinear, "boundary", "rules that are linear in the field", "one of the user's own")
        let footprint = try update.footprint(axes)
        try check(
            footprint.taps.allSatisfy { $0.ago == 0 }, "update", "the current level alone", "a level before it")
        let fault = update.linearity(axes).fault
        try check(fault == nil, "update", "a linear update: a sum of values times parameters", fault ?? "")
    }
}

/// How a grid and an update's halo are dealt to ranks: the same on all of them.
struct GridGeometry<Scalar: StencilScalar> {
    let footprint: Footprint
    let halo: FieldHalo
    /// As given, along plane, row, column.
    let boundary: [Boundary]
    private let first: GridPartition

    init(
        _ update: LinearUpdate<Scalar>, extents: [Int], boundary: [Boundary], ranks: Int
    ) throws(TesseraError) {
        let axes = extents.count
        footprint = try update.footprint(axes)
        let reach = footprint.reach(of: 0)
        halo = FieldHalo(
            lower: reach.lower.array, upper: reach.upper.array, corners: footprint.readsCorners(of: 0))
        self.boundary = Array(repeating: .neumann, count: 3 - axes) + boundary
        let canonical = canonicalExtents(extents)
        let periodic = self.boundary.map(\.isPeriodic)
        let shape = GridPartition.shape(
            ranks: ranks, extents: canonical, axes: axes, periodic: periodic, halos: [halo])
        first = GridPartition(extents: canonical, axes: axes, shape: shape, periodic: periodic, rank: 0)
    }

    func box(of rank: Int) -> GridPartition { first.box(of: rank) }

    func layout(_ box: GridPartition) -> GridLayout {
        GridLayout(count: box.count, lower: SIMD3(halo.lower), upper: SIMD3(halo.upper), of: Scalar.self)
    }

    /// What so many fields take, ghosts and padding included; the first rank's box is the largest.
    func memory(fields: Int) -> MemoryDemand {
        let shares = (0..<first.shape.product).map { rank in
            GridLayout.bytes(
                count: box(of: rank).count, lower: SIMD3(halo.lower), upper: SIMD3(halo.upper), levels: fields,
                of: Scalar.self)
        }
        return MemoryDemand(largest: shares[0], total: shares.reduce(0, saturatingSum))
    }
}

extension Boundary {
    /// The same rules with zero for every given value and slope.
    var homogeneous: Boundary {
        switch self {
        case .periodic: .periodic
        case .sides(let lower, let upper): .sides(lower.homogeneous, upper.homogeneous)
        }
    }
}

extension BoundarySide {
    var homogeneous: BoundarySide {
        switch rule {
        case .constant, .function: .dirichlet(0)
        case .mirror(let sign, _): .reflecting(sign: sign)
        case .robin(let value, let slope, _): .robin(value: value, slope: slope)
        // Refused by LinearSystem: nobody knows whether it is linear.
        case .custom: self
        }
    }
}
