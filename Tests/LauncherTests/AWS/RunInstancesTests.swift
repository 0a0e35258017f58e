import Foundation
import Launcher
import TestSupport
import Testing

@Suite("The request that starts nodes")
struct RunInstancesTests {
    /// One of each family that the launcher is meant for, as the built-in table has them.
    static let types = [
        type("c7i.48xlarge", .x86, cores: 96, threads: 2, gibibytes: 384, gigabits: 50),
        type("c7a.48xlarge", .x86, cores: 192, gibibytes: 384, gigabits: 50),
        type("c7g.16xlarge", .arm, cores: 64, gibibytes: 128, gigabits: 30),
        type("c7gn.16xlarge", .arm, cores: 64, gibibytes: 128, gigabits: 200),
        type("c8g.48xlarge", .arm, cores: 192, gibibytes: 384, gigabits: 50),
        type("hpc6a.48xlarge", .x86, cores: 96, gibibytes: 384, gigabits: 100),
        type("hpc7a.96xlarge", .x86, cores: 192, gibibytes: 768, gigabits: 300, cards: 2),
        type("hpc7g.16xlarge", .arm, cores: 64, gibibytes: 128, gigabits: 200),
    ]

    private static func type(
        _ name: String, _ architecture: Architecture, cores: Int, threads: Int = 1, gibibytes: Int, gigabits: Double,
        cards: Int = 1
    ) -> InstanceType {
        InstanceType(
            name: name, architecture: architecture, cores: cores, threadsPerCore: threads,
            takesCoreOptions: threads == 2,
            memory: gibibytes << 30, networkBitsPerSecond: gigabits * 1e9, networkCards: cards, hasEFA: true,
            markets: name.hasPrefix("hpc") ? [.onDemand] : [.onDemand, .spot],
            quota: name.hasPrefix("hpc") ? .highPerformance : .standard)
    }

    static func request(
        _ type: InstanceType, market: Market = .onDemand, usesEFA: Bool = false, givesPublicAddress: Bool? = nil,
        count: Int = 4, token: String = "r1-1", profile: String? = nil, userData: String = "#!/bin/sh\n",
        architecture: Architecture? = nil
    ) -> LaunchRequest {
        LaunchRequest(
            token: token, type: type, count: count, market: market,
            image: MachineImage(
                id: "ami-1", architecture: architecture ?? type.architecture, rootDevice: "/dev/xvda", user: "admin"),
            subnet: Subnet(
                id: "subnet-1", network: "vpc-1", zone: "us-east-2a", addresses: "10.0.0.0/24",
                givesPublicAddresses: true,
                hasNAT: false),
            placementGroup: "tessera-r1-1", securityGroup: "sg-1", keyPair: "tessera-r1", usesEFA: usesEFA,
            givesPublicAddress: givesPublicAddress ?? !(usesEFA && type.networkCards > 1), volumeGibibytes: 30,
            instanceProfile: profile, userData: userData, tags: [Tags.runKey: "r1", Tags.attemptKey: "1"])
    }

    private static func fields(_ request: LaunchRequest) throws -> [String: Any] {
        let data = try JSONEncoder.aws.encode(RunInstancesInput(request))
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    /// JSON with one parameter a line.
    private static func lines(_ request: LaunchRequest) throws -> String {
        let lines = try fields(request).sorted { $0.key < $1.key }.map { name, value in
            let data = try JSONSerialization.data(
                withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed, .withoutEscapingSlashes])
            return "  \"\(name)\": \(String(decoding: data, as: UTF8.self))"
        }
        return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
    }

    /// The golden files are in Tests/Golden/run-instances; TESSERA_GOLDEN=write writes them anew, to be read before they are kept.
    @Test("Each family with and without EFA, on both markets, asks for what it did", arguments: types)
    func golden(_ type: InstanceType) throws {
        var found = ""
        for market in Market.allCases where type.markets.contains(market) {
            for usesEFA in [false, true] {
                found += "// \(type.name), \(market.rawValue), \(usesEFA ? "EFA" : "no EFA")\n"
                found += try Self.lines(Self.request(type, market: market, usesEFA: usesEFA))
            }
        }
        let path = repositoryFile("Tests/Golden/run-instances/\(type.family).jsonc")
        if ProcessInfo.processInfo.environment["TESSERA_GOLDEN"] == "write" {
            try found.write(toFile: path, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == found)
    }

    @Test(
        "All or none, encrypted, with the metadata service's second version alone, ended by its own shutdown",
        arguments: types)
    func always(_ type: InstanceType) throws {
        for usesEFA in [false, true] {
            let found = try Self.fields(Self.request(type, usesEFA: usesEFA))
            #expect(found["MinCount"] as? Int == 4)
            #expect(found["MaxCount"] as? Int == 4)
            #expect(found["ClientToken"] as? String == "r1-1")
            #expect(found["InstanceInitiatedShutdownBehavior"] as? String == "terminate")
            let metadata = try #require(found["MetadataOptions"] as? [String: Any])
            #expect(metadata["HttpTokens"] as? String == "required")
            #expect(metadata["HttpPutResponseHopLimit"] as? Int == 1)
            let disks = try #require(found["BlockDeviceMappings"] as? [[String: Any]])
            let volume = try #require(disks[0]["Ebs"] as? [String: Any])
            #expect(volume["Encrypted"] as? Bool == true)
            #expect(volume["DeleteOnTermination"] as? Bool == true)
            let tagged = try #require(found["TagSpecifications"] as? [[String: Any]])
            #expect(tagged.map { $0["ResourceType"] as? String } == ["instance", "volume", "network-interface"])
        }
    }

    @Test("One thread a core is asked for where there are two, and of no type that refuses to be asked")
    func threads() throws {
        for type in Self.types {
            let options = try Self.fields(Self.request(type))["CpuOptions"] as? [String: Int]
            #expect(options == (type.family == "c7i" ? ["CoreCount": 96, "ThreadsPerCore": 1] : nil))
        }
    }

    @Test("Two cards take two interfaces, the second for EFA alone, and no public address")
    func cards() throws {
        let found = try Self.fields(Self.request(Self.types[6], usesEFA: true))
        let interfaces = try #require(found["NetworkInterfaces"] as? [[String: Any]])
        #expect(interfaces.map { $0["InterfaceType"] as? String } == ["efa", "efa-only"])
        #expect(interfaces.map { $0["NetworkCardIndex"] as? Int } == [0, 1])
        #expect(interfaces.map { $0["DeviceIndex"] as? Int } == [0, 1])
        #expect(interfaces.allSatisfy { $0["AssociatePublicIpAddress"] == nil })
    }

    @Test("Spot nodes are asked for once, ended when taken back, and their request is tagged")
    func spot() throws {
        let found = try Self.fields(Self.request(Self.types[0], market: .spot))
        let market = try #require(found["InstanceMarketOptions"] as? [String: Any])
        #expect(
            market["SpotOptions"] as? [String: String] == [
                "SpotInstanceType": "one-time", "InstanceInterruptionBehavior": "terminate",
            ])
        #expect(
            (found["TagSpecifications"] as? [[String: Any]])?.last?["ResourceType"] as? String
                == "spot-instances-request")
        #expect(try Self.fields(Self.request(Self.types[0]))["InstanceMarketOptions"] == nil)
    }

    @Test("A profile goes by its name, and only where there is one")
    func profile() throws {
        #expect(
            try Self.fields(Self.request(Self.types[0], profile: "nodes"))["IamInstanceProfile"] as? [String: String]
                == [
                    "Name": "nodes"
                ])
        #expect(try Self.fields(Self.request(Self.types[0]))["IamInstanceProfile"] == nil)
    }

    @Test("What cannot be started is refused before anything is asked")
    func refused() async {
        let plain = InstanceType(
            name: "c7i.large", architecture: .x86, cores: 1, threadsPerCore: 2, takesCoreOptions: true, memory: 4 << 30,
            networkBitsPerSecond: 12.5e9, networkCards: 1, hasEFA: false, markets: [.onDemand, .spot], quota: .standard)
        let c7i = Self.types[0]
        let hpc7a = Self.types[6]
        let requests = [
            (Self.request(hpc7a, market: .spot), "expected a type on the spot market"),
            (Self.request(plain, usesEFA: true), "expected a type with EFA"),
            (Self.request(hpc7a, usesEFA: true, givesPublicAddress: true), "expected no public address"),
            (Self.request(c7i, userData: String(repeating: "é", count: 8193)), "found 16386"),
            (Self.request(c7i, count: 0), "expected at least 1"),
            (Self.request(c7i, token: ""), "expected 1 to 64"),
            (Self.request(c7i, token: String(repeating: "t", count: 65)), "expected 1 to 64"),
            (Self.request(c7i, architecture: .arm), "expected an image for x86_64"),
        ]
        for (request, words) in requests {
            let program = ScriptedAWS()
            let error = await cause { () async throws(CloudError) in
                _ = try await AWSCommandLine.scripted(program).launch(request)
            }
            #expect(error?.cause == .request)
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
            #expect(program.calls.count == 0)
        }
        #expect(throws: Never.self) {
            try RunInstancesInput(Self.request(c7i, userData: String(repeating: "x", count: 16384)))
        }
    }
}
