import Launcher
import Testing

@Suite("What AWS answers")
struct AWSAnswerTests {
    @Test("A limit that the account has never raised is the default one")
    func limit() async throws {
        let program = ScriptedAWS([
            .getServiceQuota: [.failure("NoSuchResourceException", "No applied value.")],
            .getDefaultServiceQuota: [.answer(#"{"Quota": {"QuotaCode": "L-F7808C92", "Value": 768.0}}"#)],
        ])
        #expect(try await AWSCommandLine.scripted(program).limit(.highPerformance) == 768)
        #expect(program.calls.last?.request == #"{"QuotaCode":"L-F7808C92","ServiceCode":"ec2"}"#)
    }

    @Test("Types in the order asked for: cores, memory, cards, and whether they take one thread a core")
    func types() async throws {
        let program = ScriptedAWS([.describeInstanceTypes: [.answer(Self.types)]])
        let types = try await AWSCommandLine.scripted(program).instanceTypes(["hpc7a.96xlarge", "c7i.48xlarge"])
        #expect(
            types == [
                InstanceType(
                    name: "hpc7a.96xlarge", architecture: .x86, cores: 192, threadsPerCore: 1, takesCoreOptions: false,
                    memory: 768 << 30, networkBitsPerSecond: 300e9, networkCards: 2, hasEFA: true, markets: [.onDemand],
                    quota: .highPerformance),
                InstanceType(
                    name: "c7i.48xlarge", architecture: .x86, cores: 96, threadsPerCore: 2, takesCoreOptions: true,
                    memory: 384 << 30, networkBitsPerSecond: 50e9, networkCards: 1, hasEFA: true,
                    markets: [.onDemand, .spot], quota: .standard),
            ])
    }

    @Test("A card without figures is known by its words, a whole node too")
    func speeds() async throws {
        let c5n = #"""
            {"InstanceTypes": [{"InstanceType": "c5n.18xlarge", "SupportedUsageClasses": ["on-demand", "spot", "capacity-block"],
              "ProcessorInfo": {"SupportedArchitectures": ["x86_64"]},
              "VCpuInfo": {"DefaultCores": 36, "DefaultThreadsPerCore": 2, "ValidThreadsPerCore": [1, 2]},
              "MemoryInfo": {"SizeInMiB": 196608}, "NetworkInfo": {"NetworkPerformance": "2x 50 Gigabit"}}]}
            """#
        let program = ScriptedAWS([.describeInstanceTypes: [.answer(c5n)]])
        let type = try #require(try await AWSCommandLine.scripted(program).instanceTypes(["c5n.18xlarge"]).first)
        #expect(type.networkBitsPerSecond == 100e9)
        #expect(type.networkCards == 1)
        #expect(type.hasEFA == false)
        #expect(type.markets == [.onDemand, .spot])
    }

    @Test("Prices by the hour, of Linux alone; a type that has none is left out")
    func prices() async throws {
        let entry = #"""
            {"PriceList": ["{\"product\": {}, \"terms\": {\"OnDemand\": {\"A.B\": {\"priceDimensions\": {\"A.B.C\": {\"unit\": \"Hrs\", \"pricePerUnit\": {\"USD\": \"8.5680000000\"}}, \"A.B.D\": {\"unit\": \"Quantity\", \"pricePerUnit\": {\"USD\": \"99\"}}}}}}}", "{\"terms\": {}}"]}
            """#
        let program = ScriptedAWS([.getProducts: [.answer(entry), .answer(#"{"PriceList": []}"#)]])
        let prices = try await AWSCommandLine.scripted(program).onDemandPrices(["c7i.48xlarge", "c9z.large"])
        #expect(prices == ["c7i.48xlarge": 8.568])
        // The price list has one home; the region asked about is one of its columns.
        #expect(program.calls.allSatisfy { $0.arguments[2...3] == ["--region", "us-east-1"] })
        #expect(program.calls[0].request.contains(#"{"Field":"regionCode","Type":"TERM_MATCH","Value":"us-east-2"}"#))
    }

    @Test("The newest spot price of each zone, whichever way the client writes the time")
    func spotPrices() async throws {
        let history = #"""
            {"SpotPriceHistory": [
              {"AvailabilityZone": "us-east-2a", "SpotPrice": "2.90", "Timestamp": "2026-11-27T14:46:21.000Z"},
              {"AvailabilityZone": "us-east-2a", "SpotPrice": "3.10", "Timestamp": "2026-11-27T13:46:21.000Z"},
              {"AvailabilityZone": "us-east-2b", "SpotPrice": "3.00", "Timestamp": "2026-11-26T10:00:00+00:00"},
              {"AvailabilityZone": "us-east-2b", "SpotPrice": "3.20", "Timestamp": "2026-11-26T11:00:00+00:00"}]}
            """#
        let program = ScriptedAWS([.describeSpotPriceHistory: [.answer(history)]])
        let prices = try await AWSCommandLine.scripted(program).spotPrices("c7i.48xlarge")
        #expect(prices == ["us-east-2a": 2.9, "us-east-2b": 3.2])
        #expect(program.calls[0].request.contains(#""StartTime":"2026-11-27T14:33:20Z""#))
    }

    @Test("An image is the right processor's, and says who may come in")
    func images() async throws {
        func image(_ fields: String) -> [AWSProgramEnd] {
            [.answer(#"{"Images": [{"RootDeviceName": "/dev/xvda", \#(fields)}]}"#)]
        }
        let debian = ScriptedAWS([
            .getParameter: [.answer(#"{"Parameter": {"Value": "ami-1"}}"#)],
            .describeImages: image(#""Architecture": "arm64", "Name": "debian-12-arm64-20261101-2000""#),
        ])
        #expect(
            try await AWSCommandLine.scripted(debian).image(nil, for: .arm)
                == MachineImage(id: "ami-1", architecture: .arm, rootDevice: "/dev/xvda", user: "admin"))
        #expect(debian.calls[0].request == #"{"Name":"/aws/service/debian/release/12/latest/arm64"}"#)

        let own = ScriptedAWS([
            .describeImages: image(
                #""Architecture": "x86_64", "Name": "ours", "Tags": [{"Key": "tessera:user", "Value": "me"}]"#)
        ])
        #expect(try await AWSCommandLine.scripted(own).image("ami-2", for: .x86).user == "me")
        let wrong = await cause { () async throws(CloudError) in
            _ = try await AWSCommandLine.scripted(own).image("ami-2", for: .arm)
        }
        #expect(wrong?.cause == .request)
        let nameless = ScriptedAWS([.describeImages: image(#""Architecture": "x86_64", "Name": "ours""#)])
        let unknown = await cause { () async throws(CloudError) in
            _ = try await AWSCommandLine.scripted(nameless).image("ami-2", for: .x86)
        }
        #expect(unknown?.cause == .request)
    }

    @Test("A subnet reaches the internet by its own routes, or by its network's where it has none")
    func subnets() async throws {
        let program = ScriptedAWS([
            .describeSubnets: [.answer(Self.subnets)], .describeRouteTables: [.answer(Self.routes)],
        ])
        let subnets = try await AWSCommandLine.scripted(program).subnets(nil)
        #expect(subnets.map(\.id) == ["s-own", "s-main", "s-dead"])
        #expect(subnets.map(\.hasNAT) == [true, false, false])
        #expect(subnets.map(\.givesPublicAddresses) == [false, true, false])
        #expect(program.calls[0].request == #"{"Filters":[{"Name":"default-for-az","Values":["true"]}]}"#)
        _ = try await AWSCommandLine.scripted(program).subnets("s-own")
        #expect(program.calls[2].request == #"{"SubnetIds":["s-own"]}"#)
    }

    @Test("Instances with their market, state and reason; an unknown state counts as one that costs")
    func instances() async throws {
        let program = ScriptedAWS([.describeInstances: [.answer(Self.instances)]])
        let instances = try await AWSCommandLine.scripted(program).instances(of: "r1")
        #expect(
            instances[0]
                == Instance(
                    id: "i-1", type: "c7i.48xlarge", market: .spot, zone: "us-east-2a", state: .terminated,
                    reason: "Server.SpotInstanceTermination", launched: 1_795_785_981, tags: [Tags.runKey: "r1"]))
        #expect(instances[1].state == .running)
        #expect(instances[1].privateAddress == "172.31.0.4")
        #expect(program.calls[0].request == #"{"Filters":[{"Name":"tag:tessera:run","Values":["r1"]}]}"#)
    }

    @Test("The console is shown without what would move a terminal's cursor")
    func console() async throws {
        let text = #"{"Output": "\u001b[1;31mred\u001b[0m\r\n\u001b]0;title\u0007next\ttab\u0000\rlast é"}"#
        let program = ScriptedAWS([.getConsoleOutput: [.answer(text), .answer("{}")]])
        #expect(try await AWSCommandLine.scripted(program).consoleOutput("i-1") == "red\nnext\ttab\nlast é")
        #expect(try await AWSCommandLine.scripted(program).consoleOutput("i-1") == "")
    }
}

extension AWSAnswerTests {
    private static let types = #"""
        {"InstanceTypes": [
          {"InstanceType": "c7i.48xlarge", "SupportedUsageClasses": ["on-demand", "spot"],
           "ProcessorInfo": {"SupportedArchitectures": ["x86_64"]},
           "VCpuInfo": {"DefaultCores": 96, "DefaultThreadsPerCore": 2, "ValidThreadsPerCore": [1, 2]},
           "MemoryInfo": {"SizeInMiB": 393216},
           "NetworkInfo": {"NetworkPerformance": "50 Gigabit", "EfaSupported": true,
             "NetworkCards": [{"NetworkPerformance": "50 Gigabit", "PeakBandwidthInGbps": 50.0}]}},
          {"InstanceType": "hpc7a.96xlarge", "SupportedUsageClasses": ["on-demand"],
           "ProcessorInfo": {"SupportedArchitectures": ["x86_64"]},
           "VCpuInfo": {"DefaultCores": 192, "DefaultThreadsPerCore": 1},
           "MemoryInfo": {"SizeInMiB": 786432},
           "NetworkInfo": {"NetworkPerformance": "300 Gigabit", "EfaSupported": true,
             "NetworkCards": [{"NetworkPerformance": "150 Gigabit", "PeakBandwidthInGbps": 150.0},
                              {"NetworkPerformance": "150 Gigabit"}]}}]}
        """#

    private static let subnets = #"""
        {"Subnets": [
          {"SubnetId": "s-main", "VpcId": "v", "AvailabilityZone": "us-east-2b", "CidrBlock": "10.0.1.0/24", "MapPublicIpOnLaunch": true},
          {"SubnetId": "s-own", "VpcId": "v", "AvailabilityZone": "us-east-2a", "CidrBlock": "10.0.0.0/24", "MapPublicIpOnLaunch": false},
          {"SubnetId": "s-dead", "VpcId": "v", "AvailabilityZone": "us-east-2c", "CidrBlock": "10.0.2.0/24", "MapPublicIpOnLaunch": false}]}
        """#

    private static let routes = #"""
        {"RouteTables": [
          {"VpcId": "v", "Associations": [{"Main": true}], "Routes": [
            {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
            {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}]},
          {"VpcId": "v", "Associations": [{"Main": false, "SubnetId": "s-own"}], "Routes": [
            {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"}]},
          {"VpcId": "v", "Associations": [{"Main": false, "SubnetId": "s-dead"}], "Routes": [
            {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-0", "State": "blackhole"}]}]}
        """#

    private static let instances = #"""
        {"Reservations": [{"Instances": [
          {"InstanceId": "i-1", "InstanceType": "c7i.48xlarge", "InstanceLifecycle": "spot",
           "Placement": {"AvailabilityZone": "us-east-2a"}, "State": {"Code": 48, "Name": "terminated"},
           "StateReason": {"Code": "Server.SpotInstanceTermination", "Message": "Spot instance termination"},
           "PrivateIpAddress": "", "LaunchTime": "2026-11-27T13:26:21.000Z", "Tags": [{"Key": "tessera:run", "Value": "r1"}]}]},
         {"Instances": [
          {"InstanceId": "i-2", "InstanceType": "c7i.48xlarge", "Placement": {"AvailabilityZone": "us-east-2a"},
           "State": {"Name": "rebooting"}, "PrivateIpAddress": "172.31.0.4", "LaunchTime": "2026-11-27T13:26:21+00:00"}]}]}
        """#
}
