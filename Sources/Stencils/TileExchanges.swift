// The halos of a simulation: those filled before a tile of so many steps, and those due after values were set.
//
// A tile of T steps reads T - 1 times the footprint's reach further than one step, at every level that steps read; halos of
// fields that no step writes are filled once, for the longest tile.

import Failures
import MessagePassing

final class TileExchanges<Scalar: StencilScalar> {
    private let plan: SimulationPlan
    private let communicator: Communicator
    private var byStep: [Int: [(ago: Int, exchange: HaloExchange<Scalar>)]] = [:]
    private let afterSetting: [(ago: Int, exchange: HaloExchange<Scalar>)]

    init(_ plan: SimulationPlan, on communicator: Communicator) throws(TesseraError) {
        self.plan = plan
        self.communicator = communicator
        afterSetting = try Self.exchanges(plan, communicator) { plan.afterSetting(ago: $0) }
    }

    private static func exchanges(
        _ plan: SimulationPlan, _ communicator: Communicator, _ members: (Int) -> [HaloMember]
    ) throws(TesseraError) -> [(ago: Int, exchange: HaloExchange<Scalar>)] {
        var exchanges: [(Int, HaloExchange<Scalar>)] = []
        for ago in 0..<LaneSlot.levels {
            let members = members(ago)
            if members.isEmpty { continue }
            let exchange = try HaloExchange<Scalar>(
                members, partition: plan.partition, layout: plan.layout, on: communicator)
            exchanges.append((ago, exchange))
        }
        return exchanges
    }

    /// What a tile of `steps` steps begins with.
    func beforeTile(steps: Int) throws(TesseraError) -> [(ago: Int, exchange: HaloExchange<Scalar>)] {
        if let known = byStep[steps] { return known }
        let made = try Self.exchanges(plan, communicator) { plan.beforeTile(steps: steps, ago: $0) }
        byStep[steps] = made
        return made
    }

    /// Makes every ghost right that a tile reads from the beginning.
    func run(
        _ inputs: UnsafePointer<UnsafePointer<Scalar>>, steps: Int, valuesWereSet: Bool, time: (Int) -> Double
    ) throws(TesseraError) {
        if valuesWereSet {
            for (ago, exchange) in afterSetting { try exchange.run(inputs, ago: ago, time: time(ago)) }
        }
        for (ago, exchange) in try beforeTile(steps: steps) { try exchange.run(inputs, ago: ago, time: time(ago)) }
    }
}
