// What a run's nodes cost: each from its launch until it was told to go, by the second, with a minute at least, at the price
// an hour that was asked when it was launched. Volumes, public addresses and traffic are not in it.

/// What was paid, node by node.
package struct Receipt: Hashable, Codable, Sendable {
    package struct Line: Hashable, Codable, Sendable {
        package let instance: String
        package let type: String
        package let zone: String
        package let market: Market
        /// Seconds since 1970.
        package let from: Double
        /// Nil while it runs.
        package let to: Double?
        /// Seconds that are paid for so far.
        package let seconds: Double
        /// US$ an hour; nil where no price is known.
        package let price: Double?

        /// US$ so far.
        package var cost: Double? { price.map { $0 * seconds / 3600 } }
    }

    package let run: RunID?
    package let lines: [Line]

    /// Seconds that a node is paid for at least.
    package static var leastSeconds: Double { 60 }

    /// - Parameter now: seconds since 1970: what runs has cost until then.
    package init(of state: RunState, now: Double) {
        run = state.request?.run
        lines = state.instances.map { instance in
            let end = state.ends[instance.id]
            let attempt = instance.tags[Tags.attemptKey].flatMap { number in
                state.attempts.first { "\($0.number)" == number }
            }
            return Line(
                instance: instance.id, type: instance.type, zone: instance.zone, market: instance.market,
                from: instance.launched, to: end,
                seconds: max((end ?? now) - instance.launched, Receipt.leastSeconds), price: attempt?.price)
        }
    }

    /// US$ of the nodes whose price is known.
    package var total: Double { lines.compactMap(\.cost).reduce(0, +) }

    /// Nodes whose price is not known, and which the total leaves out.
    package var unpriced: Int { lines.count { $0.price == nil } }

    /// A line a node, and the total.
    package var text: String {
        let rows = lines.map { line in
            [
                line.instance, line.type, line.zone, line.market.rawValue,
                "\(Int(line.seconds.rounded())) s\(line.to == nil ? " so far" : "")",
                line.price.map { dollars($0, digits: 3) } ?? "-", line.cost.map { dollars($0) } ?? "-",
            ]
        }
        let table = columns([["node", "type", "zone", "market", "paid", "US$/h", "US$"]] + rows)
        let rest = unpriced == 0 ? "" : ", without \(unpriced) \(unpriced == 1 ? "node" : "nodes") of unknown price"
        return "\(table)\ntotal US$ \(dollars(total))\(rest); volumes, public addresses and traffic come on top"
    }
}
