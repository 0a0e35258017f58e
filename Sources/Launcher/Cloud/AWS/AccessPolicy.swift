// The least that a user of the launcher must be allowed, as an IAM policy.
//
// Looking is allowed everywhere; creating only with Tessera's tag in the request; changing and deleting only what bears it. AWS
// Service authorization reference: which actions know which resources and conditions.

package import Failures
internal import Foundation

/// An IAM policy document.
package struct AccessPolicy: Codable, Hashable, Sendable {
    package struct Statement: Codable, Hashable, Sendable {
        package let sid: String
        package var effect = "Allow"
        package let action: [String]
        package let resource: [String]
        package let condition: [String: [String: [String]]]?

        enum CodingKeys: String, CodingKey {
            case sid = "Sid"
            case effect = "Effect"
            case action = "Action"
            case resource = "Resource"
            case condition = "Condition"
        }
    }

    package var version = "2012-10-17"
    package let statement: [Statement]

    enum CodingKeys: String, CodingKey {
        case version = "Version"
        case statement = "Statement"
    }

    /// The policy's JSON, for `aws iam create-policy --policy-document`.
    package var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// The policy for Tessera's launches.
    ///
    /// - Parameters:
    ///   - region: the only region where something may be started or changed; nil for all.
    ///   - account: the account's twelve digits; nil for whichever the policy is attached in.
    ///   - role: the role of the nodes, where they are given one; nil lets none be given.
    package init(region: String? = nil, account: String? = nil, role: String? = nil) throws(TesseraError) {
        func check(_ name: String, _ value: String?, expected: String, _ holds: (String) -> Bool) throws(TesseraError) {
            guard let value, !holds(value) else { return }
            throw TesseraError.argument(
                routine: "policy", name: name, expected: expected, found: value.isEmpty ? "nothing" : "'\(value)'")
        }
        try check("region", region, expected: "a name as us-east-2", isRegion)
        try check("account", account, expected: "12 digits") { $0.wholeMatch(of: /[0-9]{12}/) != nil }
        try check("role", role, expected: "1 to 64 letters, digits and +=,.@_-") {
            $0.wholeMatch(of: /[A-Za-z0-9+=,.@_\-]{1,64}/) != nil
        }
        let partition = Self.partition(of: region)
        func ec2(_ kinds: String...) -> [String] {
            kinds.map { "arn:\(partition):ec2:\(region ?? "*"):\(account ?? "*"):\($0)/*" }
        }
        func actions(_ grant: Grant) -> [String] {
            AWSOperation.allCases.filter { $0.grant == grant }.map(\.action).sorted()
        }
        let newWithTag = ["Null": ["aws:RequestTag/\(Tags.runKey)": ["false"]]]
        let bearingTag = ["Null": ["aws:ResourceTag/\(Tags.runKey)": ["false"]]]
        let launched = ec2("instance", "volume", "network-interface", "spot-instances-request")
        let prepared = ec2("placement-group", "security-group", "key-pair")
        var statements = [
            Statement(sid: "Look", action: actions(.look), resource: ["*"], condition: nil),
            Statement(
                sid: "FindImage", action: actions(.findImage),
                resource: ["arn:\(partition):ssm:\(region ?? "*")::parameter/aws/service/debian/*"], condition: nil),
            Statement(
                sid: "Prepare", action: actions(.prepare), resource: prepared, condition: newWithTag),
            Statement(
                sid: "PrepareInNetwork", action: [AWSOperation.createSecurityGroup.action], resource: ec2("vpc"),
                condition: nil),
            Statement(sid: "Launch", action: actions(.launch), resource: launched, condition: newWithTag),
            Statement(sid: "LaunchWithOwn", action: actions(.launch), resource: prepared, condition: bearingTag),
            Statement(
                sid: "LaunchFrom", action: actions(.launch),
                resource: ["arn:\(partition):ec2:\(region ?? "*")::image/*"] + ec2("subnet"), condition: nil),
            // Tags come with what is created, and nothing gets them later.
            Statement(
                sid: "TagWhatIsNew", action: ["ec2:CreateTags"], resource: launched + prepared,
                condition: [
                    "StringEquals": [
                        "ec2:CreateAction": (Self.creating.map { String($0.action.dropFirst("ec2:".count)) }).sorted()
                    ]
                ]),
            Statement(
                sid: "ChangeOwn", action: actions(.changeOwn),
                resource: ec2("instance", "volume", "network-interface") + prepared, condition: bearingTag),
        ]
        if let role {
            statements.append(
                Statement(
                    sid: "GiveRole", action: ["iam:PassRole"],
                    resource: ["arn:\(partition):iam::\(account ?? "*"):role/\(role)"],
                    condition: ["StringEquals": ["iam:PassedToService": ["ec2.amazonaws.com"]]]))
        }
        statement = statements
    }

    /// Calls that tag what they create.
    private static let creating = AWSOperation.allCases.filter { [.prepare, .launch].contains($0.grant) }

    private static func partition(of region: String?) -> String {
        guard let region else { return "aws" }
        if region.hasPrefix("cn-") { return "aws-cn" }
        return region.hasPrefix("us-gov-") ? "aws-us-gov" : "aws"
    }
}

/// How far a call must be allowed.
private enum Grant {
    /// Everywhere: lists, prices and limits know no narrower resource.
    case look
    case findImage
    case prepare
    case launch
    case changeOwn
}

extension AWSOperation {
    fileprivate var grant: Grant {
        switch self {
        case .getCallerIdentity, .getServiceQuota, .getDefaultServiceQuota, .getProducts, .describeInstanceTypes,
            .describeInstanceTypeOfferings, .describeImages, .describeSubnets, .describeRouteTables,
            .describeSpotPriceHistory, .describeInstances, .describeVolumes, .describeNetworkInterfaces,
            .describePlacementGroups, .describeSecurityGroups, .describeKeyPairs:
            .look
        case .getParameter: .findImage
        case .createPlacementGroup, .createSecurityGroup, .importKeyPair: .prepare
        case .runInstances: .launch
        case .getConsoleOutput, .authorizeIngress, .authorizeEgress, .terminateInstances, .deleteVolume,
            .deleteNetworkInterface, .deletePlacementGroup, .deleteSecurityGroup, .deleteKeyPair:
            .changeOwn
        }
    }
}
