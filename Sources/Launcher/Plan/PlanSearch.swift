// Types x nodes x market: what each would take, the cheapest of those that are in time, the fastest of those that are within
// the budget, and those that no other beats in both.

package import JobFiles

/// What a plan is asked for.
package struct PlanRequest: Sendable {
    package var types: [PricedType]
    package var nodes: [Int]
    package var markets: [Market]
    /// Seconds from the launch to the last rank's end; nil for any.
    package var deadline: Double?
    /// US$; nil for any.
    package var budget: Double?
    /// Of when and where the prices are.
    package var prices: String
    /// Of types, in place of the published ones.
    package var rates: @Sendable (InstanceType) -> NodeRates

    package init(
        types: [PricedType], nodes: [Int], markets: [Market], deadline: Double? = nil, budget: Double? = nil,
        prices: String = BuiltInTypes.source,
        rates: @escaping @Sendable (InstanceType) -> NodeRates = { .published($0) }
    ) {
        self.types = types
        self.nodes = nodes
        self.markets = markets
        self.deadline = deadline
        self.budget = budget
        self.prices = prices
        self.rates = rates
    }
}

/// A type, so many nodes of it, a market, and what becomes of the job there.
package struct PlanRow: Hashable, Sendable {
    package let type: InstanceType
    package let nodes: Int
    package let market: Market
    /// US$ an hour and node.
    package let price: Double
    package let prediction: Prediction
    package let cost: RunCost

    /// From the launch to the last rank's end.
    package var seconds: Double { RunCost.bootSeconds + prediction.seconds }
}

/// Why nothing of a type and node count is in a plan.
package enum PlanRefusal: Hashable, Sendable {
    /// Bytes that a node would need, and those that it has for jobs.
    case memory(needed: Int, available: Int)
    /// The job says on how many ranks it runs.
    case ranks
}

/// All that fits, and what to choose of it.
package struct Plan: Sendable {
    /// By cost, then time.
    package let rows: [PlanRow]
    package let refusals: [(type: String, nodes: Int, reason: PlanRefusal)]
    /// Those of ``rows`` that no other beats in time and in cost.
    package let pareto: [PlanRow]
    /// The least cost among those within the deadline and the budget.
    package let cheapest: PlanRow?
    /// The least time among them.
    package let fastest: PlanRow?

    /// Bytes of a node that jobs can have: without those of the system, and a tenth.
    package static func memoryForJobs(_ type: InstanceType) -> Int { (type.memory - (1 << 30)) / 10 * 9 }

    package init(_ job: JobFile, _ request: PlanRequest) {
        var rows: [PlanRow] = []
        var refusals: [(type: String, nodes: Int, reason: PlanRefusal)] = []
        for priced in request.types {
            let rates = request.rates(priced.type)
            for nodes in request.nodes {
                let layout = RankLayout(nodes: nodes, ranksPerNode: priced.type.cores)
                let needed = job.memory(ranks: layout.ranks) / nodes
                let available = Plan.memoryForJobs(priced.type)
                guard needed <= available else {
                    refusals.append((priced.type.name, nodes, .memory(needed: needed, available: available)))
                    continue
                }
                guard let work = JobWork(job, on: layout) else {
                    refusals.append((priced.type.name, nodes, .ranks))
                    continue
                }
                let prediction = Prediction(work, on: layout, rates)
                for market in request.markets {
                    guard priced.type.markets.contains(market), let price = priced.price(market) else { continue }
                    rows.append(
                        PlanRow(
                            type: priced.type, nodes: nodes, market: market, price: price, prediction: prediction,
                            cost: Plan.cost(work, priced.type, nodes, price, prediction)))
                }
            }
        }
        rows.sort { ($0.cost.total, $0.seconds) < ($1.cost.total, $1.seconds) }
        self.rows = rows
        self.refusals = refusals
        // By cost, each that is faster than all cheaper ones; of equals the first.
        var fastestSoFar = Double.infinity
        pareto = rows.filter { row in
            defer { fastestSoFar = min(fastestSoFar, row.seconds) }
            return row.seconds < fastestSoFar
        }
        let allowed = rows.filter {
            $0.seconds <= request.deadline ?? .infinity && $0.cost.total <= request.budget ?? .infinity
        }
        cheapest = allowed.first
        fastest = allowed.min { ($0.seconds, $0.cost.total) < ($1.seconds, $1.cost.total) }
    }

    /// A root volume for the system and the job's files; a public address for each node, but where there are several cards:
    /// then for one that stands before them.
    private static func cost(
        _ work: JobWork, _ type: InstanceType, _ nodes: Int, _ price: Double, _ prediction: Prediction
    ) -> RunCost {
        let gibibytes = 16 + Int((work.fileBytes / 1_073_741_824).rounded(.up))
        return RunCost(
            nodes: nodes, price: price, seconds: RunCost.bootSeconds + prediction.seconds + RunCost.endSeconds,
            volumeGibibytes: gibibytes, publicAddresses: type.networkCards > 1 ? 1 : nodes)
    }
}
