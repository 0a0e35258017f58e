import Failures
import Foundation
import Launcher
import Testing

@Suite("The policy")
struct AccessPolicyTests {
    /// An answer that each call can read, so that every one of them goes to its end.
    private static let answers: [AWSOperation: [AWSProgramEnd]] = [
        .getCallerIdentity: [.answer(#"{"Account": "123456789012", "Arn": "arn:x"}"#)],
        .getServiceQuota: [.failure("NoSuchResourceException", "None.")],
        .getDefaultServiceQuota: [.answer(#"{"Quota": {"Value": 5}}"#)],
        .getParameter: [.answer(#"{"Parameter": {"Value": "ami-1"}}"#)],
        .getProducts: [.answer(#"{"PriceList": []}"#)],
        .describeInstanceTypes: [.answer(#"{"InstanceTypes": []}"#)],
        .describeInstanceTypeOfferings: [.answer(#"{"InstanceTypeOfferings": []}"#)],
        .describeImages: [.answer(#"{"Images": [{"Architecture": "x86_64", "RootDeviceName": "/dev/xvda"}]}"#)],
        .describeSubnets: [
            .answer(
                #"{"Subnets": [{"SubnetId": "s", "VpcId": "v", "AvailabilityZone": "z", "CidrBlock": "c", "MapPublicIpOnLaunch": true}]}"#
            )
        ],
        .describeRouteTables: [.answer(#"{"RouteTables": []}"#)],
        .describeSpotPriceHistory: [.answer(#"{"SpotPriceHistory": []}"#)],
        .describeInstances: [.answer(#"{"Reservations": []}"#)],
        .describeVolumes: [.answer(#"{"Volumes": []}"#)],
        .describeNetworkInterfaces: [.answer(#"{"NetworkInterfaces": []}"#)],
        .describePlacementGroups: [.answer(#"{"PlacementGroups": []}"#)],
        .describeSecurityGroups: [.answer(#"{"SecurityGroups": []}"#)],
        .describeKeyPairs: [.answer(#"{"KeyPairs": []}"#)],
        .getConsoleOutput: [.answer("{}")], .createPlacementGroup: [.answer("{}")],
        .createSecurityGroup: [.answer(#"{"GroupId": "sg-1"}"#)], .authorizeIngress: [.answer("{}")],
        .authorizeEgress: [.answer("{}")], .importKeyPair: [.answer("{}")],
        .runInstances: [.answer(#"{"Instances": []}"#)], .terminateInstances: [.answer("{}")],
        .deleteVolume: [.answer("")], .deleteNetworkInterface: [.answer("")], .deletePlacementGroup: [.answer("")],
        .deleteSecurityGroup: [.answer("")], .deleteKeyPair: [.answer("")],
    ]

    /// Every requirement of `CloudAPI`, once: a new one belongs here.
    private static func callEverything(_ cloud: some CloudAPI) async throws(CloudError) {
        _ = try await cloud.callerIdentity()
        _ = try await cloud.limit(.standard)
        _ = try await cloud.instanceTypes(["c7i.48xlarge"])
        _ = try await cloud.zones(offering: "c7i.48xlarge")
        _ = try await cloud.image(nil, for: .x86)
        _ = try await cloud.subnets(nil)
        _ = try await cloud.onDemandPrices(["c7i.48xlarge"])
        _ = try await cloud.spotPrices("c7i.48xlarge")
        _ = try await cloud.instances(of: nil)
        _ = try await cloud.resources(of: nil)
        _ = try await cloud.consoleOutput("i-1")
        try await cloud.createPlacementGroup("p", tags: [:])
        _ = try await cloud.createSecurityGroup("g", network: "v", sshFrom: nil, tags: [:])
        try await cloud.importKeyPair("k", publicKey: "ssh-ed25519 A", tags: [:])
        _ = try await cloud.launch(RunInstancesTests.request(RunInstancesTests.types[0]))
        try await cloud.terminate(["i-1"])
        for kind in ResourceKind.allCases {
            try await cloud.delete(Resource(kind: kind, id: "x", tags: [:]))
        }
    }

    @Test("It allows every call that is made, and none that is not")
    func everyCall() async throws {
        let program = ScriptedAWS(Self.answers)
        try await Self.callEverything(AWSCommandLine.scripted(program))
        let made = Set(program.calls.map { $0.operation?.action ?? "\($0.arguments.prefix(2))" })
        let policy = try AccessPolicy()
        // Tags at creation are allowed apart, and made by no call of their own.
        let allowed = Set(policy.statement.flatMap(\.action)).subtracting(["ec2:CreateTags"])
        #expect(made.subtracting(allowed) == [])
        #expect(allowed.subtracting(made) == [])
        #expect(program.calls.contains { $0.request.contains("TagSpecifications") })
    }

    @Test("Nothing is created without the tag, nor changed that does not bear it")
    func conditions() throws {
        let policy = try AccessPolicy()
        let free = policy.statement.filter { $0.condition == nil }.flatMap(\.action)
        let harmless = ["Describe", "Get", "CreateSecurityGroup", "RunInstances"]
        #expect(free.allSatisfy { action in harmless.contains { action.contains(":\($0)") } }, "\(free)")
        // What has no condition names only what cannot bear the tag: the network, the subnet, the image.
        for statement in policy.statement where statement.condition == nil && statement.resource != ["*"] {
            #expect(
                statement.resource.allSatisfy { resource in
                    ["vpc/*", "subnet/*", "image/*", "parameter/aws/service/debian/*"].contains {
                        resource.hasSuffix($0)
                    }
                }, "\(statement)")
        }
        #expect(!policy.statement.flatMap(\.action).contains { $0.contains("*") })
    }

    @Test("A managed policy may have 6144 characters without its blanks")
    func size() throws {
        let policy = try AccessPolicy(
            region: "ap-southeast-2", account: "123456789012", role: String(repeating: "r", count: 64))
        #expect(policy.json.filter { !$0.isWhitespace }.count <= 6144)
    }

    @Test("Region, account and role narrow it; each partition has its own names")
    func narrowed() throws {
        let policy = try AccessPolicy(region: "us-gov-west-1", account: "123456789012", role: "nodes")
        let resources = policy.statement.flatMap(\.resource)
        #expect(resources.contains("arn:aws-us-gov:ec2:us-gov-west-1:123456789012:instance/*"))
        #expect(resources.contains("arn:aws-us-gov:iam::123456789012:role/nodes"))
        #expect(resources.allSatisfy { $0 == "*" || $0.hasPrefix("arn:aws-us-gov:") })
        #expect(try AccessPolicy(region: "cn-north-1").json.contains("arn:aws-cn:ec2:cn-north-1:*:volume/*"))
        #expect(try !AccessPolicy().json.contains("iam:PassRole"))
    }

    @Test("It is JSON as IAM reads it")
    func form() throws {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(AccessPolicy().json.utf8)) as? [String: Any])
        #expect(object["Version"] as? String == "2012-10-17")
        let statements = try #require(object["Statement"] as? [[String: Any]])
        #expect(Set(statements.compactMap { $0["Sid"] as? String }).count == statements.count)
        #expect(statements.allSatisfy { $0["Effect"] as? String == "Allow" })
    }

    @Test("What is no region, account or role is refused")
    func refused() {
        #expect(throws: TesseraError.self) { try AccessPolicy(region: "*") }
        #expect(throws: TesseraError.self) { try AccessPolicy(account: "12345") }
        #expect(throws: TesseraError.self) { try AccessPolicy(role: "a*") }
        #expect(throws: TesseraError.self) { try AccessPolicy(role: "") }
    }
}
