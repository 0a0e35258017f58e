// What nodes need before they start: a place close together, a wall around them, a key.

internal import Foundation

extension AWSCommandLine {
    package func createPlacementGroup(_ name: String, tags: Tags) async throws(CloudError) {
        try await call(
            .createPlacementGroup,
            PlacementInput(
                groupName: name, strategy: "cluster",
                tagSpecifications: [AWSTagSpecification("placement-group", tags)]))
    }

    package func createSecurityGroup(
        _ name: String, network: String, sshFrom: String?, tags: Tags
    ) async throws(CloudError) -> String {
        if let sshFrom, !isOneAddress(sshFrom) {
            throw CloudError(
                .request, operation: AWSOperation.createSecurityGroup.rawValue,
                message: "ssh: expected one address as 192.0.2.1/32, found '\(sshFrom)'")
        }
        let group = try await call(
            .createSecurityGroup,
            GroupInput(
                groupName: name, description: "Nodes of a Tessera run", vpcId: network,
                tagSpecifications: [AWSTagSpecification("security-group", tags)]),
            as: GroupOutput.self
        ).groupId
        // EFA asks for both ways by the group's own name; all addresses would not do.
        let within = GroupRule(ipProtocol: "-1", userIdGroupPairs: [GroupRule.Pair(groupId: group)])
        let ssh = sshFrom.map {
            GroupRule(ipProtocol: "tcp", fromPort: 22, toPort: 22, ipRanges: [GroupRule.Range(cidrIp: $0)])
        }
        try await call(
            .authorizeIngress,
            GroupRulesInput(groupId: group, ipPermissions: [within] + (ssh.map { [$0] } ?? [])))
        try await call(.authorizeEgress, GroupRulesInput(groupId: group, ipPermissions: [within]))
        return group
    }

    package func importKeyPair(_ name: String, publicKey: String, tags: Tags) async throws(CloudError) {
        // Version 1 encodes the bytes itself, later ones expect them encoded.
        let isFirstVersion = try await clientVersion() == 1
        let key = isFirstVersion ? publicKey : Data(publicKey.utf8).base64EncodedString()
        try await call(
            .importKeyPair,
            KeyInput(
                keyName: name, publicKeyMaterial: key, tagSpecifications: [AWSTagSpecification("key-pair", tags)]))
    }

    /// The client's major version.
    private func clientVersion() async throws(CloudError) -> Int {
        let end = try await program.run(["--version"], request: nil)
        // Early ones write it to standard error.
        let text = String(decoding: end.output, as: UTF8.self) + end.errors
        guard let version = text.firstMatch(of: /aws-cli\/([0-9]+)\./).flatMap({ Int($0.1) }) else {
            throw CloudError(
                .client, operation: "aws --version", message: "expected aws-cli/1 or later, found '\(text.prefix(80))'")
        }
        return version
    }
}

/// Whether a text is one IPv4 address as a network, `192.0.2.1/32`: anything wider would let others knock.
private func isOneAddress(_ text: String) -> Bool {
    guard text.hasSuffix("/32") else { return false }
    let parts = text.dropLast(3).split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { $0.allSatisfy(\.isWholeNumber) && UInt8($0) != nil }
}

private struct PlacementInput: Encodable {
    let groupName: String
    let strategy: String
    let tagSpecifications: [AWSTagSpecification]
}

private struct GroupInput: Encodable {
    let groupName: String
    let description: String
    let vpcId: String
    let tagSpecifications: [AWSTagSpecification]
}

private struct GroupOutput: Decodable {
    let groupId: String
}

private struct GroupRule: Encodable {
    struct Pair: Encodable {
        let groupId: String
    }
    struct Range: Encodable {
        let cidrIp: String
    }
    let ipProtocol: String
    var fromPort: Int?
    var toPort: Int?
    var ipRanges: [Range]?
    var userIdGroupPairs: [Pair]?
}

private struct GroupRulesInput: Encodable {
    let groupId: String
    let ipPermissions: [GroupRule]
}

private struct KeyInput: Encodable {
    let keyName: String
    let publicKeyMaterial: String
    let tagSpecifications: [AWSTagSpecification]
}
