import Launcher
import Testing

@Suite("Live prices")
struct LivePricesTests {
    @Test func typesWithoutAPriceAreLeftOut() async throws {
        let types = ["hpc6a.48xlarge", "c7i.48xlarge", "c8g.48xlarge"].compactMap { BuiltInTypes.one($0)?.type }
        let cloud = Counter(
            types: types, onDemand: ["hpc6a.48xlarge": 3, "c7i.48xlarge": 9],
            spot: ["c7i.48xlarge": ["r-1a": 2.5, "r-1b": 4, "r-1c": 3]])
        let priced = try await PricedType.live(types.map(\.name), from: cloud)
        #expect(priced.map(\.type) == Array(types[0...1]))
        #expect(priced.map(\.onDemand) == [3, 9])
        #expect(priced.map(\.spot) == [nil, 2.5...4])
        #expect(priced[1].price(.spot) == 4)
    }

    @Test func aRefusalIsPassedOn() async throws {
        await #expect(throws: CloudError(.request, operation: "types", message: "none")) {
            _ = try await PricedType.live(["x"], from: Counter(types: [], onDemand: [:], spot: [:]))
        }
    }
}

/// A cloud of a few types and prices that has nothing else.
private struct Counter: CloudAPI {
    let types: [InstanceType]
    let onDemand: [String: Double]
    let spot: [String: [String: Double]]
    let region = "r-1"

    private func nothing(_ operation: String = #function) -> CloudError {
        CloudError(.request, operation: operation, message: "none")
    }

    func instanceTypes(_ names: [String]) async throws(CloudError) -> [InstanceType] {
        if types.isEmpty { throw nothing("types") }
        return types.filter { names.contains($0.name) }
    }
    func onDemandPrices(_ types: [String]) async throws(CloudError) -> [String: Double] { onDemand }
    func spotPrices(_ type: String) async throws(CloudError) -> [String: Double] { spot[type] ?? [:] }

    func callerIdentity() async throws(CloudError) -> CallerIdentity { throw nothing() }
    func limit(_ quota: Quota) async throws(CloudError) -> Double { throw nothing() }
    func zones(offering type: String) async throws(CloudError) -> [String] { throw nothing() }
    func image(_ id: String?, for architecture: Architecture) async throws(CloudError) -> MachineImage {
        throw nothing()
    }
    func subnets(_ id: String?) async throws(CloudError) -> [Subnet] { throw nothing() }
    func instances(of run: String?) async throws(CloudError) -> [Instance] { throw nothing() }
    func resources(of run: String?) async throws(CloudError) -> [Resource] { throw nothing() }
    func consoleOutput(_ instance: String) async throws(CloudError) -> String { throw nothing() }
    func createPlacementGroup(_ name: String, tags: Tags) async throws(CloudError) { throw nothing() }
    func createSecurityGroup(
        _ name: String, network: String, sshFrom: String?, tags: Tags
    ) async throws(CloudError) -> String { throw nothing() }
    func importKeyPair(_ name: String, publicKey: String, tags: Tags) async throws(CloudError) { throw nothing() }
    func launch(_ request: LaunchRequest) async throws(CloudError) -> [Instance] { throw nothing() }
    func terminate(_ instances: [String]) async throws(CloudError) { throw nothing() }
    func delete(_ resource: Resource) async throws(CloudError) { throw nothing() }
}
