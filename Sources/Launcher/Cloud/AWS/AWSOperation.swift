// Every call that Tessera makes to AWS: what the policy must allow, and no more.

/// A call to AWS, as the client spells it.
///
/// A call that is not in this list cannot be made; one that is must have its place in ``AccessPolicy``.
package enum AWSOperation: String, Sendable, CaseIterable {
    case getCallerIdentity = "sts get-caller-identity"
    case getServiceQuota = "service-quotas get-service-quota"
    case getDefaultServiceQuota = "service-quotas get-aws-default-service-quota"
    case getParameter = "ssm get-parameter"
    case getProducts = "pricing get-products"
    case describeInstanceTypes = "ec2 describe-instance-types"
    case describeInstanceTypeOfferings = "ec2 describe-instance-type-offerings"
    case describeImages = "ec2 describe-images"
    case describeSubnets = "ec2 describe-subnets"
    case describeRouteTables = "ec2 describe-route-tables"
    case describeSpotPriceHistory = "ec2 describe-spot-price-history"
    case describeInstances = "ec2 describe-instances"
    case describeVolumes = "ec2 describe-volumes"
    case describeNetworkInterfaces = "ec2 describe-network-interfaces"
    case describePlacementGroups = "ec2 describe-placement-groups"
    case describeSecurityGroups = "ec2 describe-security-groups"
    case describeKeyPairs = "ec2 describe-key-pairs"
    case getConsoleOutput = "ec2 get-console-output"
    case createPlacementGroup = "ec2 create-placement-group"
    case createSecurityGroup = "ec2 create-security-group"
    case authorizeIngress = "ec2 authorize-security-group-ingress"
    case authorizeEgress = "ec2 authorize-security-group-egress"
    case importKeyPair = "ec2 import-key-pair"
    case runInstances = "ec2 run-instances"
    case terminateInstances = "ec2 terminate-instances"
    case deleteVolume = "ec2 delete-volume"
    case deleteNetworkInterface = "ec2 delete-network-interface"
    case deletePlacementGroup = "ec2 delete-placement-group"
    case deleteSecurityGroup = "ec2 delete-security-group"
    case deleteKeyPair = "ec2 delete-key-pair"

    /// The client's first two words: the service and the operation.
    var words: [String] { rawValue.split(separator: " ").map(String.init) }

    /// As policies spell it: `ec2:RunInstances`.
    package var action: String {
        if self == .getDefaultServiceQuota { return "servicequotas:GetAWSDefaultServiceQuota" }
        let service = words[0].filter { $0 != "-" }
        return service + ":" + words[1].split(separator: "-").map(\.withLargeInitial).joined()
    }
}

extension Substring {
    /// With its first letter large, whatever the language of the machine.
    fileprivate var withLargeInitial: String { prefix(1).uppercased() + dropFirst() }
}
