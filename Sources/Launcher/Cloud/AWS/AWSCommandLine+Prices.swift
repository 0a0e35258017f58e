// What nodes cost now, in US$ an hour.
//
// The price list is one service for all regions, in us-east-1; each of its entries is JSON within JSON.

internal import Foundation

extension AWSCommandLine {
    package func onDemandPrices(_ types: [String]) async throws(CloudError) -> [String: Double] {
        var prices: [String: Double] = [:]
        for type in types {
            // Linux without further licences, on shared machines, not reserved beforehand.
            let wanted = [
                "instanceType": type, "regionCode": region, "operatingSystem": "Linux", "preInstalledSw": "NA",
                "tenancy": "Shared", "capacitystatus": "Used", "marketoption": "OnDemand",
            ]
            let filters = wanted.sorted { $0.key < $1.key }.map {
                ProductFilter(type: "TERM_MATCH", field: $0.key, value: $0.value)
            }
            let answer = try await call(
                .getProducts, ProductsInput(serviceCode: "AmazonEC2", filters: filters), region: "us-east-1",
                as: ProductsOutput.self)
            // Were there several, a budget must hold for the dearest.
            prices[type] = answer.priceList.compactMap(hourlyPrice).max()
        }
        return prices
    }

    package func spotPrices(_ type: String) async throws(CloudError) -> [String: Double] {
        // A history that begins now has the price in force in each zone.
        let input = SpotInput(
            instanceTypes: [type], productDescriptions: ["Linux/UNIX"],
            startTime: Date(timeIntervalSince1970: now()).formatted(.iso8601))
        let answer = try await call(.describeSpotPriceHistory, input, as: SpotOutput.self)
        var newest: [String: (time: Double, price: Double)] = [:]
        for entry in answer.spotPriceHistory {
            guard let price = Double(entry.spotPrice), let time = secondsSince1970(entry.timestamp) else { continue }
            if time >= newest[entry.availabilityZone]?.time ?? -.infinity {
                newest[entry.availabilityZone] = (time, price)
            }
        }
        return newest.mapValues(\.price)
    }
}

/// US$ an hour of an entry of the price list; nil for entries that cost nothing or are counted otherwise.
func hourlyPrice(_ entry: String) -> Double? {
    guard let product = try? JSONDecoder().decode(PricedProduct.self, from: Data(entry.utf8)) else { return nil }
    return product.terms.onDemand?.values.flatMap(\.priceDimensions.values)
        .filter { $0.unit == "Hrs" }
        .compactMap { $0.pricePerUnit["USD"].flatMap { Double($0) } }
        .filter { $0 > 0 }.max()
}

private struct ProductFilter: Encodable {
    let type: String
    let field: String
    let value: String
}

private struct ProductsInput: Encodable {
    let serviceCode: String
    let filters: [ProductFilter]
}

private struct ProductsOutput: Decodable {
    let priceList: [String]
}

private struct PricedProduct: Decodable {
    struct Dimension: Decodable {
        let unit: String
        let pricePerUnit: [String: String]
    }
    struct Offer: Decodable {
        let priceDimensions: [String: Dimension]
    }
    struct Terms: Decodable {
        let onDemand: [String: Offer]?
        enum CodingKeys: String, CodingKey { case onDemand = "OnDemand" }
    }
    let terms: Terms
}

private struct SpotInput: Encodable {
    let instanceTypes: [String]
    let productDescriptions: [String]
    let startTime: String
}

private struct SpotOutput: Decodable {
    struct Entry: Decodable {
        let availabilityZone: String
        let spotPrice: String
        let timestamp: String
    }
    let spotPriceHistory: [Entry]
}
