import Launcher
import Testing

@Suite("What is asked of AWS")
struct AWSChangeTests {
    private static let tags: Tags = [Tags.runKey: "r1", Tags.attemptKey: "2"]
    private static let written =
        #"[{"Key":"tessera:attempt","Value":"2"},{"Key":"tessera:run","Value":"r1"}]"#

    @Test("Every call names its region and its form, and each option stands in the list as it is")
    func arguments() async throws {
        let program = ScriptedAWS([.createPlacementGroup: [.answer("")]])
        let aws = try AWSCommandLine(region: "us-gov-west-1", endpoint: "http://127.0.0.1:5000", program: program)
        try await aws.createPlacementGroup("p", tags: Self.tags)
        #expect(
            program.calls[0].arguments == [
                "ec2", "create-placement-group", "--region", "us-gov-west-1", "--output", "json",
                "--cli-connect-timeout",
                "10", "--cli-read-timeout", "60", "--endpoint-url", "http://127.0.0.1:5000",
            ])
        #expect(
            program.calls[0].request
                == #"{"GroupName":"p","Strategy":"cluster","TagSpecifications":[{"ResourceType":"placement-group","Tags":\#(Self.written)}]}"#
        )
    }

    @Test("Names and tags with quotes, newlines and $() reach the cloud as they are")
    func hostileNames() async throws {
        let program = ScriptedAWS([.createPlacementGroup: [.answer("{}")]])
        try await AWSCommandLine.scripted(program).createPlacementGroup(
            "a\"b'\n$(reboot) ..", tags: [Tags.runKey: "\\\u{7}é"])
        #expect(
            program.calls[0].request
                == #"{"GroupName":"a\"b'\n$(reboot) ..","Strategy":"cluster","TagSpecifications":[{"ResourceType":"placement-group","Tags":[{"Key":"tessera:run","Value":"\\\u0007é"}]}]}"#
        )
    }

    @Test("A security group is open to itself both ways and to one address by ssh")
    func securityGroup() async throws {
        let program = ScriptedAWS([
            .createSecurityGroup: [.answer(#"{"GroupId": "sg-1"}"#)],
            .authorizeIngress: [.answer(#"{"Return": true}"#)],
            .authorizeEgress: [.answer(#"{"Return": true}"#)],
        ])
        let aws = AWSCommandLine.scripted(program)
        #expect(
            try await aws.createSecurityGroup("g", network: "vpc-1", sshFrom: "192.0.2.1/32", tags: Self.tags) == "sg-1"
        )
        #expect(
            program.calls.map(\.request) == [
                #"{"Description":"Nodes of a Tessera run","GroupName":"g","TagSpecifications":[{"ResourceType":"security-group","Tags":\#(Self.written)}],"VpcId":"vpc-1"}"#,
                #"{"GroupId":"sg-1","IpPermissions":[{"IpProtocol":"-1","UserIdGroupPairs":[{"GroupId":"sg-1"}]},{"FromPort":22,"IpProtocol":"tcp","IpRanges":[{"CidrIp":"192.0.2.1/32"}],"ToPort":22}]}"#,
                #"{"GroupId":"sg-1","IpPermissions":[{"IpProtocol":"-1","UserIdGroupPairs":[{"GroupId":"sg-1"}]}]}"#,
            ])
        _ = try await aws.createSecurityGroup("g", network: "vpc-1", sshFrom: nil, tags: Self.tags)
        #expect(program.calls[4].request.contains("22") == false)
    }

    @Test(
        "Port 22 is never opened to more than one address",
        arguments: [
            "0.0.0.0/0", "192.0.2.0/24", "192.0.2.1", "192.0.2.256/32", "192.0.2/32", "::1/128", "1.2.3.+4/32", "/32",
        ])
    func openToAll(_ address: String) async {
        let program = ScriptedAWS()
        let error = await cause { () async throws(CloudError) in
            _ = try await AWSCommandLine.scripted(program).createSecurityGroup(
                "g", network: "v", sshFrom: address, tags: [:])
        }
        #expect(error?.cause == .request)
        #expect(program.calls.count == 0)
    }

    @Test(
        "A key goes as text to version 1 of the client, which encodes it, and encoded to later ones",
        arguments: [
            ("aws-cli/1.45.11 Python/3.11.7", "ssh-ed25519 AAAA me"),
            ("aws-cli/2.9.19 Python", "c3NoLWVkMjU1MTkgQUFBQSBtZQ=="),
        ])
    func keyPair(_ version: String, _ material: String) async throws {
        let program = ScriptedAWS([.importKeyPair: [.answer("{}")]], version: version)
        try await AWSCommandLine.scripted(program).importKeyPair("k", publicKey: "ssh-ed25519 AAAA me", tags: Self.tags)
        #expect(program.calls[0].request.contains(#""PublicKeyMaterial":"\#(material)""#))
    }

    @Test("Ending goes on without what is gone, asks for it again, and then takes it for gone")
    func terminate() async throws {
        let unknown = AWSProgramEnd.failure("InvalidInstanceID.NotFound", "The instance ID 'i-2' does not exist")
        let program = ScriptedAWS([.terminateInstances: [unknown, .answer("{}"), unknown]])
        try await AWSCommandLine.scripted(program).terminate(["i-1", "i-2", "i-3"])
        let asked = program.calls.map(\.request)
        #expect(asked[0] == #"{"InstanceIds":["i-1","i-2","i-3"]}"#)
        #expect(asked[1] == #"{"InstanceIds":["i-1","i-3"]}"#)
        #expect(asked.dropFirst(2) == Array(repeating: #"{"InstanceIds":["i-2"]}"#, count: 4)[...])
    }

    @Test("A node that the cloud did not know yet is ended when it does")
    func terminateLater() async throws {
        let unknown = AWSProgramEnd.failure("InvalidInstanceID.NotFound", "The instance ID 'i-2' does not exist")
        let program = ScriptedAWS([.terminateInstances: [unknown, unknown, .answer("{}")]])
        try await AWSCommandLine.scripted(program).terminate(["i-2"])
        #expect(program.calls.count == 3)
    }

    @Test("Ending nothing asks for nothing, and a refusal is not taken for gone")
    func terminateRefused() async throws {
        let program = ScriptedAWS([.terminateInstances: [.failure("UnauthorizedOperation", "No.")]])
        let aws = AWSCommandLine.scripted(program)
        try await aws.terminate([])
        #expect(program.calls.count == 0)
        let error = await cause { () async throws(CloudError) in try await aws.terminate(["i-1"]) }
        #expect(error?.cause == .permission)
    }

    @Test(
        "Deleting is done where the thing is gone, and not where it is in use",
        arguments: [
            (ResourceKind.volume, "InvalidVolume.NotFound", "VolumeInUse"),
            (.networkInterface, "InvalidNetworkInterfaceID.NotFound", "InvalidNetworkInterface.InUse"),
            (.placementGroup, "InvalidPlacementGroup.Unknown", "InvalidPlacementGroup.InUse"),
            (.securityGroup, "InvalidGroup.NotFound", "DependencyViolation"),
            (.keyPair, "InvalidKeyPair.NotFound", "DependencyViolation"),
        ])
    func delete(_ kind: ResourceKind, _ gone: String, _ used: String) async throws {
        let answers: [AWSProgramEnd] = [.answer(""), .failure(gone, "Gone."), .failure(used, "Used.")]
        let program = ScriptedAWS(
            Dictionary(
                uniqueKeysWithValues: [
                    AWSOperation.deleteVolume, .deleteNetworkInterface, .deletePlacementGroup, .deleteSecurityGroup,
                    .deleteKeyPair,
                ].map { ($0, answers) }))
        let aws = AWSCommandLine.scripted(program)
        let resource = Resource(kind: kind, id: "x-1", tags: [:])
        try await aws.delete(resource)
        try await aws.delete(resource)
        let error = await cause { () async throws(CloudError) in try await aws.delete(resource) }
        #expect(error?.cause == .inUse)
        #expect(Set(program.calls.map(\.arguments[1])).count == 1)
        #expect(program.calls[0].request.contains("x-1"))
    }
}
