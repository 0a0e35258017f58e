// What kinds of nodes there are in the region, and in which zones.

extension AWSCommandLine {
    package func instanceTypes(_ names: [String]) async throws(CloudError) -> [InstanceType] {
        let answer = try await call(
            .describeInstanceTypes, TypesInput(instanceTypes: names), as: TypesOutput.self)
        var types: [InstanceType] = []
        for description in answer.instanceTypes {
            guard let type = InstanceType(description) else {
                throw CloudError(
                    .request, operation: AWSOperation.describeInstanceTypes.rawValue,
                    message: "\(description.instanceType): expected a type of x86_64 or arm64 with cores, memory and a "
                        + "network, found none")
            }
            types.append(type)
        }
        // In the order asked for.
        return types.sorted { (names.firstIndex(of: $0.name) ?? 0) < (names.firstIndex(of: $1.name) ?? 0) }
    }

    package func zones(offering type: String) async throws(CloudError) -> [String] {
        let input = OfferingsInput(
            locationType: "availability-zone", filters: [AWSFilter(name: "instance-type", values: [type])])
        let answer = try await call(.describeInstanceTypeOfferings, input, as: OfferingsOutput.self)
        return answer.instanceTypeOfferings.map(\.location).sorted()
    }
}

private struct TypesInput: Encodable {
    let instanceTypes: [String]
}

private struct TypesOutput: Decodable {
    let instanceTypes: [TypeDescription]
}

private struct OfferingsInput: Encodable {
    let locationType: String
    let filters: [AWSFilter]
}

private struct OfferingsOutput: Decodable {
    struct Offering: Decodable {
        let location: String
    }
    let instanceTypeOfferings: [Offering]
}

private struct TypeDescription: Decodable {
    struct Processor: Decodable {
        let supportedArchitectures: [String]
    }
    struct Cores: Decodable {
        let defaultCores: Int
        let defaultThreadsPerCore: Int
        let validThreadsPerCore: [Int]?
    }
    struct Memory: Decodable {
        let sizeInMiB: Int
    }
    struct Card: Decodable {
        let networkPerformance: String?
        let peakBandwidthInGbps: Double?
    }
    struct Network: Decodable {
        let networkPerformance: String
        let networkCards: [Card]?
        let efaSupported: Bool?
    }
    let instanceType: String
    let processorInfo: Processor
    let vCpuInfo: Cores?
    let memoryInfo: Memory
    let networkInfo: Network
    let supportedUsageClasses: [String]
}

extension InstanceType {
    fileprivate init?(_ description: TypeDescription) {
        let network = description.networkInfo
        let cards = network.networkCards ?? []
        let speeds = cards.map { $0.peakBandwidthInGbps ?? $0.networkPerformance.flatMap(gigabits) }
        let sum = speeds.contains(nil) ? 0 : speeds.reduce(0) { $0 + ($1 ?? 0) }
        guard
            let architecture = Architecture.allCases.first(where: {
                description.processorInfo.supportedArchitectures.contains($0.rawValue)
            }),
            let cores = description.vCpuInfo,
            let speed = sum > 0 ? sum : gigabits(network.networkPerformance)
        else { return nil }
        let isHighPerformance = description.instanceType.hasPrefix("hpc")
        self.init(
            name: description.instanceType, architecture: architecture, cores: cores.defaultCores,
            threadsPerCore: cores.defaultThreadsPerCore,
            // hpc6a and hpc7a list no choice of threads, and refuse the option even for what they have.
            takesCoreOptions: cores.validThreadsPerCore.map { $0.contains(1) && $0.count > 1 } ?? false,
            memory: description.memoryInfo.sizeInMiB << 20, networkBitsPerSecond: speed * 1e9,
            networkCards: max(1, cards.count), hasEFA: network.efaSupported ?? false,
            markets: Set(description.supportedUsageClasses.compactMap(Market.init)),
            quota: isHighPerformance ? .highPerformance : .standard)
    }
}

/// Gigabits a second of `50 Gigabit`, `Up to 12.5 Gigabit` or `4x 100 Gigabit`.
func gigabits(_ text: String) -> Double? {
    guard let match = text.wholeMatch(of: /(?:Up to )?(?:([0-9]+)x )?([0-9.]+) Gigabit/) else { return nil }
    return Double(match.2).map { $0 * (match.1.flatMap { Double($0) } ?? 1) }
}
