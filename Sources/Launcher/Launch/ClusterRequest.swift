// What nodes a run wants. The journal keeps it, so nothing in it is secret.

package import Failures

/// Nodes, and where to look for them, in the order of preference.
package struct ClusterRequest: Hashable, Codable, Sendable {
    package let run: RunID
    package var types: [String]
    package var nodes: Int
    package var markets: [Market]
    /// Zones to try; empty for all that offer a type.
    package var zones: [String] = []
    /// Nil for the default network.
    package var subnet: String?
    /// Nil for the newest Debian 12.
    package var image: String?
    /// The one address that may reach port 22, as `192.0.2.1/32`; nil for none.
    package var sshFrom: String?
    /// One line, as in `id_ed25519.pub`.
    package var publicKey: String
    /// Nil for EFA where the type has it.
    package var efa: Bool?
    package var volumeGibibytes = 30
    package var instanceProfile: String?
    package var userData: String

    package init(
        run: RunID, types: [String], nodes: Int, markets: [Market] = [.onDemand], publicKey: String, userData: String
    ) {
        self.run = run
        self.types = types
        self.nodes = nodes
        self.markets = markets
        self.publicKey = publicKey
        self.userData = userData
    }

    /// What group, key and placement groups are called, or begin with.
    package var name: String { "tessera-\(run)" }

    /// The tags of everything in the run.
    package var tags: Tags { [Tags.runKey: run.description] }

    package static var largestCount: Int { 1000 }
    package static var largestUserData: Int { 16 << 10 }

    /// Refuses what no cloud would take.
    ///
    /// - Throws: `TesseraError.argument`.
    package func check() throws(TesseraError) {
        func refuse(_ name: String, _ expected: String, _ found: String) -> TesseraError {
            .argument(routine: "launch", name: name, expected: expected, found: found)
        }
        func isName(_ text: String) -> Bool {
            !text.isEmpty && text.utf8.count <= 255
                && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-._/".contains($0)) }
        }
        if types.isEmpty { throw refuse("type", "at least one", "none") }
        for type in types where !isName(type) { throw refuse("type", "a name such as c7i.48xlarge", shown(type)) }
        for zone in zones where !isName(zone) { throw refuse("zones", "names such as us-east-2a", shown(zone)) }
        if let subnet, !isName(subnet) { throw refuse("subnet", "an id such as subnet-0abc", shown(subnet)) }
        if let image, !isName(image) { throw refuse("image", "an id such as ami-0abc", shown(image)) }
        if markets.isEmpty { throw refuse("market", "spot, on-demand or both", "none") }
        guard (1...ClusterRequest.largestCount).contains(nodes) else {
            throw refuse("nodes", "a count from 1 to \(ClusterRequest.largestCount)", "\(nodes)")
        }
        guard (8...16384).contains(volumeGibibytes) else {
            throw refuse("volume", "8 to 16384 GiB", "\(volumeGibibytes) GiB")
        }
        if let sshFrom, !isOneAddress(sshFrom) {
            throw refuse("ssh-from", "one address such as 192.0.2.1/32", shown(sshFrom))
        }
        let key = publicKey.split(separator: " ")
        guard key.count >= 2, key[0].hasPrefix("ssh-"), !publicKey.unicodeScalars.contains(where: { $0.value < 32 })
        else { throw refuse("key", "one line of a public key: ssh-ed25519 AAAA...", shown(publicKey)) }
        guard userData.utf8.count <= ClusterRequest.largestUserData else {
            throw refuse("user data", "at most 16384 bytes", "\(userData.utf8.count)")
        }
    }
}

private func isOneAddress(_ text: String) -> Bool {
    guard text.hasSuffix("/32") else { return false }
    let parts = text.dropLast(3).split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { part in UInt8(part).map { "\($0)" == part } ?? false }
}
