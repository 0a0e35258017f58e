// What the launcher asks of a cloud, and no more: the policy that a user must grant has these calls and no other.
//
// Calls that create take tags, so that nothing exists for a moment without them. Calls that delete are done where the thing is
// gone already. None retries by itself but for throttling; what to do about the rest is the caller's, who keeps the journal.

/// A cloud in one region.
package protocol CloudAPI: Sendable {
    var region: String { get }

    // MARK: Looking

    func callerIdentity() async throws(CloudError) -> CallerIdentity
    /// Virtual cores that the account may have at once.
    func limit(_ quota: Quota) async throws(CloudError) -> Double
    /// What those types are; fails with `request` where the region has no such type.
    func instanceTypes(_ names: [String]) async throws(CloudError) -> [InstanceType]
    /// The zones that offer a type.
    func zones(offering type: String) async throws(CloudError) -> [String]
    /// The newest Debian 12, or the image of that id.
    func image(_ id: String?, for architecture: Architecture) async throws(CloudError) -> MachineImage
    /// The subnets of the default network, or the one of that id.
    func subnets(_ id: String?) async throws(CloudError) -> [Subnet]
    /// US$ an hour on demand, by type; types without a price are left out.
    func onDemandPrices(_ types: [String]) async throws(CloudError) -> [String: Double]
    /// US$ an hour on the spot market, by zone.
    func spotPrices(_ type: String) async throws(CloudError) -> [String: Double]
    /// Every instance that bears the tag, of one run or of all; terminated ones as long as the cloud remembers them.
    func instances(of run: String?) async throws(CloudError) -> [Instance]
    /// Everything that bears the tag and still exists, of one run or of all, instances that are not terminated among them.
    func resources(of run: String?) async throws(CloudError) -> [Resource]
    /// What a node has written to its console so far.
    func consoleOutput(_ instance: String) async throws(CloudError) -> String

    // MARK: Changing

    func createPlacementGroup(_ name: String, tags: Tags) async throws(CloudError)
    /// A group in a network; returns its id. Nodes in it reach each other on all ports, both ways, and port 22 is open to
    /// `sshFrom`, one address as `192.0.2.1/32`, or closed where that is nil.
    func createSecurityGroup(
        _ name: String, network: String, sshFrom: String?, tags: Tags
    ) async throws(CloudError) -> String
    func importKeyPair(_ name: String, publicKey: String, tags: Tags) async throws(CloudError)
    /// All or none.
    func launch(_ request: LaunchRequest) async throws(CloudError) -> [Instance]
    func terminate(_ instances: [String]) async throws(CloudError)
    func delete(_ resource: Resource) async throws(CloudError)
}
