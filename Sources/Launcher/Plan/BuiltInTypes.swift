// Types of instances, and what they cost, for planning without an account.
//
// Prices: US$ an hour in us-east-2 (hpc7g: us-east-1), on demand, and the span of the spot market over its zones, as gathered
// in 2025; the live ones are to be preferred. Those of smaller sizes are taken in proportion, as memory and cores are, but for
// the sizes of hpc7a and hpc7g, which are one machine with fewer cores turned on. The price of c7g.16xlarge, and the network
// of sizes that are not the largest, have not been compared with AWS's pages.

package import Failures

/// A type with its prices.
package struct PricedType: Hashable, Sendable {
    package let type: InstanceType
    /// US$ an hour.
    package let onDemand: Double
    /// US$ an hour in the cheapest zone and in the dearest; nil where there is no spot market, or none is known.
    package let spot: ClosedRange<Double>?

    package init(type: InstanceType, onDemand: Double, spot: ClosedRange<Double>?) {
        self.type = type
        self.onDemand = onDemand
        self.spot = spot
    }

    /// US$ an hour; of the spot market the dearest zone's. nil where the market has no price.
    package func price(_ market: Market) -> Double? { market == .onDemand ? onDemand : spot?.upperBound }
}

package enum BuiltInTypes {
    /// What is known of the prices' age, and where they hold.
    package static let source = "2025, us-east-2 (hpc7g: us-east-1)"

    /// Each type, the families in alphabetical order.
    package static let all: [PricedType] = [
        type("c7a.12xlarge", 48, 96, 18.75, 2.46325),
        type("c7a.24xlarge", 96, 192, 37.5, 4.9265),
        type("c7a.48xlarge", 192, 384, 50, 9.853, spot: 2.55...3.00, efa: true),
        type("c7g.16xlarge", 64, 128, 30, 2.32, efa: true, .arm),
        type("c7gn.16xlarge", 64, 128, 200, 3.994, spot: 1.15...1.26, efa: true, .arm),
        type("c7i.12xlarge", 24, 96, 18.75, 2.142, threads: 2),
        type("c7i.24xlarge", 48, 192, 37.5, 4.284, threads: 2),
        type("c7i.48xlarge", 96, 384, 50, 8.568, spot: 2.87...3.26, efa: true, threads: 2),
        type("c8g.24xlarge", 96, 192, 40, 3.815, efa: true, .arm),
        type("c8g.48xlarge", 192, 384, 50, 7.630, spot: 2.14...2.25, efa: true, .arm),
        type("hpc6a.48xlarge", 96, 384, 100, 2.88, efa: true, isHPC: true),
        type("hpc7a.12xlarge", 24, 768, 300, 7.20, efa: true, cards: 2, isHPC: true),
        type("hpc7a.24xlarge", 48, 768, 300, 7.20, efa: true, cards: 2, isHPC: true),
        type("hpc7a.48xlarge", 96, 768, 300, 7.20, efa: true, cards: 2, isHPC: true),
        type("hpc7a.96xlarge", 192, 768, 300, 7.20, efa: true, cards: 2, isHPC: true),
        type("hpc7g.16xlarge", 64, 128, 200, 1.683, efa: true, isHPC: true, .arm),
    ]

    /// The type of a name; nil for one that the table lacks.
    package static func one(_ name: String) -> PricedType? { all.first { $0.type.name == name } }

    /// Types by their names, joined by commas, in that order.
    ///
    /// - Throws: `TesseraError.argument` for a name that the table lacks or that comes twice.
    package static func named(_ list: String) throws(TesseraError) -> [PricedType] {
        var found: [PricedType] = []
        for name in list.split(separator: ",", omittingEmptySubsequences: false) {
            guard let type = one(String(name)), !found.contains(type) else {
                throw .argument(
                    routine: "plan", name: "--type",
                    expected: "types, each once, of \(all.map(\.type.name).joined(separator: ", "))",
                    found: ConfigurationText.quote(list))
            }
            found.append(type)
        }
        return found
    }

    private static func type(
        _ name: String, _ cores: Int, _ gibibytes: Int, _ gigabits: Double, _ price: Double,
        spot: ClosedRange<Double>? = nil, efa: Bool = false, cards: Int = 1, threads: Int = 1, isHPC: Bool = false,
        _ architecture: Architecture = .x86
    ) -> PricedType {
        PricedType(
            type: InstanceType(
                name: name, architecture: architecture, cores: cores, threadsPerCore: threads,
                takesCoreOptions: threads > 1, memory: gibibytes << 30, networkBitsPerSecond: gigabits * 1e9,
                networkCards: cards, hasEFA: efa, markets: isHPC ? [.onDemand] : [.onDemand, .spot],
                quota: isHPC ? .highPerformance : .standard),
            onDemand: price, spot: spot)
    }
}
