import Foundation
import Launcher
import TestSupport
import Testing

/// The real client against a server that speaks AWS's protocol.
///
/// What moto cannot answer, and where it is tested instead: placement groups (answered beside it here), Debian's images, limits
/// and prices (refused or failed here, with the right cause; their answers in `AWSAnswerTests`), client tokens, lack of capacity,
/// groups in use, throttling (it never refuses for these: `AWSErrorTests`, `BackoffTests` and the fake cloud's tests).
@Suite(
    "The aws client and moto", .serialized,
    .enabled(
        if: MotoServer.isInstalled,
        "SKIPPED: no aws client or no moto_server on PATH, so no call was tried on the wire; make test installs both"))
struct MotoTests {
    private static let publicKey =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDsc9Dd9hzVWb0OT0EzUCxVCfwpTzBJVGDkHTv2Z0QZ7 run"

    @Test("A run from its first look to the last list", arguments: MotoServer.clients)
    func run(_ path: String) async throws {
        let folder = TemporaryFolder()
        let server = try await MotoServer(log: folder.path("moto.log"))
        defer { server.stop() }
        let client = InstalledAWSProgram(path: path, environment: MotoServer.environment)
        let aws = try AWSCommandLine(
            region: "us-east-2", endpoint: server.endpoint, program: PlacementGroupsBesideMoto(client),
            backoff: Backoff(sleep: { _ in }))
        let tags = [Tags.runKey: "r1", Tags.attemptKey: "1"]

        #expect(try await aws.callerIdentity().account == "123456789012")
        let types = try await aws.instanceTypes(["hpc7a.96xlarge", "c7i.48xlarge", "hpc6a.48xlarge", "c7gn.16xlarge"])
        #expect(types.map(\.cores) == [192, 96, 96, 64])
        #expect(types.map(\.networkCards) == [2, 1, 1, 1])
        #expect(types.map(\.takesCoreOptions) == [false, true, false, false])
        #expect(types.map(\.hasEFA) == [true, true, true, true])
        #expect(try await aws.zones(offering: "c7i.48xlarge").contains("us-east-2a"))
        #expect(try await aws.spotPrices("c7i.48xlarge").keys.contains("us-east-2a"))
        let subnet = try #require(try await aws.subnets(nil).first)
        #expect(subnet.zone == "us-east-2a")
        #expect(try await aws.subnets(subnet.id) == [subnet])

        let image = try await aws.image(try await Self.amazonLinux(client, at: server.endpoint), for: .x86)
        #expect(image.user == "ec2-user")
        try await aws.createPlacementGroup("p1", tags: tags)
        let group = try await aws.createSecurityGroup(
            "g1", network: subnet.network, sshFrom: "192.0.2.1/32", tags: tags)
        let again = await cause { () async throws(CloudError) in
            _ = try await aws.createSecurityGroup("g1", network: subnet.network, sshFrom: nil, tags: tags)
        }
        #expect(again?.cause == .duplicate)
        try await aws.importKeyPair("k1", publicKey: Self.publicKey, tags: tags)

        let script = "#!/bin/sh\necho 'a \"b\" $(c) é'\n"
        let nodes = try await aws.launch(
            LaunchRequest(
                token: "r1-1", type: types[1], count: 2, market: .spot, image: image, subnet: subnet,
                placementGroup: "", securityGroup: group, keyPair: "k1", usesEFA: true, givesPublicAddress: true,
                volumeGibibytes: 20, instanceProfile: nil, userData: script, tags: tags))
        #expect(nodes.count == 2)
        #expect(nodes.allSatisfy { $0.market == .spot && $0.type == "c7i.48xlarge" && $0.tags == tags })
        let node = try #require(nodes.first)
        #expect(try await Self.userData(of: node.id, client, at: server.endpoint) == script)
        let seen = try await aws.instances(of: "r1")
        #expect(Set(seen.map(\.id)) == Set(nodes.map(\.id)))
        #expect(seen.allSatisfy { $0.state == .running && $0.privateAddress != nil && $0.launched > 1_700_000_000 })
        #expect(try await aws.instances(of: "r2") == [])
        #expect(try await aws.consoleOutput(node.id).contains("Linux version"))
        let all = try await aws.resources(of: nil)
        #expect(Set(all.map(\.kind)).isSuperset(of: [.instance, .volume, .placementGroup, .securityGroup, .keyPair]))

        // One of them was never there: the others are ended all the same.
        try await aws.terminate(nodes.map(\.id) + ["i-0123456789abcdef0"])
        #expect(try await aws.instances(of: "r1").allSatisfy { $0.state == .terminated })
        // The volumes have gone with them; the rest is deleted here, and gone the second time.
        let rest = all.filter { $0.kind != .instance }
        for resource in rest { try await aws.delete(resource) }
        #expect(try await aws.resources(of: nil) == [])
        for resource in rest where resource.kind != .volume { try await aws.delete(resource) }
    }

    @Test("What moto does not know fails with its cause", arguments: MotoServer.clients)
    func unknown(_ path: String) async throws {
        let folder = TemporaryFolder()
        let server = try await MotoServer(log: folder.path("moto.log"))
        defer { server.stop() }
        let aws = try AWSCommandLine(
            region: "us-east-2", endpoint: server.endpoint,
            program: InstalledAWSProgram(path: path, environment: MotoServer.environment))
        let debian = await cause { () async throws(CloudError) in _ = try await aws.image(nil, for: .x86) }
        #expect(debian?.code == "ParameterNotFound")
        #expect(debian?.cause == .request)
        let type = await cause { () async throws(CloudError) in _ = try await aws.instanceTypes(["c9z.large"]) }
        #expect(type?.cause == .request)
        // A server's own failure: whether the group is there now is not known.
        let placement = await cause { () async throws(CloudError) in try await aws.createPlacementGroup("p", tags: [:])
        }
        #expect(placement?.cause == .unknownOutcome)
        let prices = await cause { () async throws(CloudError) in _ = try await aws.onDemandPrices(["c7i.48xlarge"]) }
        #expect(prices?.cause == .unknownOutcome)
    }

    @Test(
        "Without credentials, or with an unknown profile, nothing is asked; where nobody listens, nothing is known",
        arguments: MotoServer.clients)
    func neverArrives(_ path: String) async throws {
        func failure(_ endpoint: String, _ environment: [String: String?]) async throws -> CloudError? {
            let aws = try AWSCommandLine(
                region: "us-east-2", endpoint: endpoint,
                program: InstalledAWSProgram(
                    path: path, environment: MotoServer.environment.merging(environment) { $1 }))
            return await cause { () async throws(CloudError) in try await aws.createPlacementGroup("p", tags: [:]) }
        }
        // Port 1 has no listener.
        let nobody = "http://127.0.0.1:1"
        #expect(
            try await failure(
                nobody, ["AWS_ACCESS_KEY_ID": nil, "AWS_SECRET_ACCESS_KEY": nil, "HOME": "/nonexistent"])?.cause
                == .credentials)
        #expect(try await failure(nobody, ["AWS_PROFILE": "nope"])?.cause == .credentials)
        #expect(try await failure(nobody, [:])?.cause == .unknownOutcome)
    }

    /// The image that moto has: it lacks Debian's.
    private static func amazonLinux(_ client: InstalledAWSProgram, at endpoint: String) async throws -> String {
        let name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
        let end = try await client.run(
            ["ssm", "get-parameter", "--region", "us-east-2", "--endpoint-url", endpoint, "--output", "json"],
            request: Data(#"{"Name": "\#(name)"}"#.utf8))
        let text = String(decoding: end.output, as: UTF8.self)
        return String(try #require(text.firstMatch(of: /"Value": "(ami-[0-9a-f]+)"/)).1)
    }

    /// The boot script as the node would read it.
    private static func userData(
        of instance: String, _ client: InstalledAWSProgram, at endpoint: String
    ) async throws -> String {
        let end = try await client.run(
            [
                "ec2", "describe-instance-attribute", "--region", "us-east-2", "--endpoint-url", endpoint, "--output",
                "json",
            ],
            request: Data(#"{"InstanceId": "\#(instance)", "Attribute": "userData"}"#.utf8))
        let text = String(decoding: end.output, as: UTF8.self)
        let encoded = try #require(text.firstMatch(of: /"Value": "([^"]*)"/)).1
        return String(decoding: try #require(Data(base64Encoded: String(encoded))), as: UTF8.self)
    }
}
