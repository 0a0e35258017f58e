// Types and prices as a cloud has them now, in place of the built-in table.

extension PricedType {
    /// The types of a region, with their prices; those without a price on demand are left out.
    ///
    /// - Parameters:
    ///   - names: of types that the region has.
    ///   - cloud: who is asked: for the types and their prices once each, for the spot market once a type.
    package static func live(_ names: [String], from cloud: any CloudAPI) async throws(CloudError) -> [PricedType] {
        let types = try await cloud.instanceTypes(names)
        let prices = try await cloud.onDemandPrices(names)
        var found: [PricedType] = []
        for type in types {
            guard let price = prices[type.name] else { continue }
            var spot: ClosedRange<Double>?
            if type.markets.contains(.spot) {
                let byZone = try await cloud.spotPrices(type.name).values
                if let least = byZone.min(), let most = byZone.max() { spot = least...most }
            }
            found.append(PricedType(type: type, onDemand: price, spot: spot))
        }
        return found
    }
}
