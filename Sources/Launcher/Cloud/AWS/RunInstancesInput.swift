// The request that starts nodes: all of them or none, metered safely.
//
// EC2 API reference, RunInstances; EFA: "Get started with EFA and MPI" and "Maximize network bandwidth" in the EC2 user guide.

/// What `ec2 run-instances` reads.
package struct RunInstancesInput: Encodable, Sendable {
    struct Placement: Encodable {
        let groupName: String
    }
    struct Processor: Encodable {
        let coreCount: Int
        let threadsPerCore: Int
    }
    struct Metadata: Encodable {
        // Version 2 of the metadata service alone, which no forged request reaches, and no container behind the node.
        var httpEndpoint = "enabled"
        var httpTokens = "required"
        var httpPutResponseHopLimit = 1
    }
    struct Profile: Encodable {
        let name: String
    }
    struct SpotMarket: Encodable {
        struct Options: Encodable {
            // A request that came back after an interruption would start nodes that nobody waits for.
            var spotInstanceType = "one-time"
            var instanceInterruptionBehavior = "terminate"
        }
        var marketType = "spot"
        var spotOptions = Options()
    }
    struct Disk: Encodable {
        struct Volume: Encodable {
            var volumeType = "gp3"
            let volumeSize: Int
            var encrypted = true
            var deleteOnTermination = true
        }
        let deviceName: String
        let ebs: Volume
    }
    struct Interface: Encodable {
        let networkCardIndex: Int
        let deviceIndex: Int
        let interfaceType: String?
        let subnetId: String
        let groups: [String]
        let associatePublicIpAddress: Bool?
        var deleteOnTermination = true
    }

    let clientToken: String
    let instanceType: String
    let minCount: Int
    let maxCount: Int
    let imageId: String
    let keyName: String
    let userData: String
    // The dead-man timer shuts a node down, which must end it.
    let instanceInitiatedShutdownBehavior: String
    let placement: Placement?
    let cpuOptions: Processor?
    let metadataOptions: Metadata
    let iamInstanceProfile: Profile?
    let instanceMarketOptions: SpotMarket?
    let blockDeviceMappings: [Disk]
    let networkInterfaces: [Interface]
    let tagSpecifications: [AWSTagSpecification]

    /// Fails with `request` where the type cannot be started so: nothing has been asked for then.
    package init(_ request: LaunchRequest) throws(CloudError) {
        let type = request.type
        func check(_ holds: Bool, _ what: String, expected: String, found: String) throws(CloudError) {
            guard !holds else { return }
            throw CloudError(
                .request, operation: AWSOperation.runInstances.rawValue,
                message: "\(what): expected \(expected), found \(found)")
        }
        try check(request.count >= 1, "nodes", expected: "at least 1", found: "\(request.count)")
        try check(
            (1...64).contains(request.token.utf8.count) && request.token.allSatisfy(\.isASCII), "token",
            expected: "1 to 64 ASCII characters", found: "'\(request.token)'")
        try check(
            request.userData.utf8.count <= 16384, "user data", expected: "at most 16384 bytes",
            found: "\(request.userData.utf8.count)")
        try check(
            type.markets.contains(request.market), "\(type.name)",
            expected: "a type on the \(request.market.rawValue) market",
            found: "one on \(type.markets.map(\.rawValue).sorted().joined(separator: ", "))")
        try check(
            request.image.architecture == type.architecture, request.image.id,
            expected: "an image for \(type.architecture.rawValue)",
            found: "one for \(request.image.architecture.rawValue)")
        try check(
            type.hasEFA || !request.usesEFA, type.name, expected: "a type with EFA", found: "one without")
        try check(
            !(request.usesEFA && type.networkCards > 1 && request.givesPublicAddress), type.name,
            expected: "no public address with several EFA cards", found: "one asked for")

        clientToken = request.token
        instanceType = type.name
        minCount = request.count
        maxCount = request.count
        imageId = request.image.id
        keyName = request.keyPair
        // The client encodes it.
        userData = request.userData
        instanceInitiatedShutdownBehavior = "terminate"
        placement = request.placementGroup.isEmpty ? nil : Placement(groupName: request.placementGroup)
        // One rank a core: a second thread would only be counted and paid for twice by the quota.
        cpuOptions =
            type.takesCoreOptions && type.threadsPerCore > 1 ? Processor(coreCount: type.cores, threadsPerCore: 1) : nil
        metadataOptions = Metadata()
        iamInstanceProfile = request.instanceProfile.map(Profile.init)
        instanceMarketOptions = request.market == .spot ? SpotMarket() : nil
        blockDeviceMappings = [
            Disk(deviceName: request.image.rootDevice, ebs: .init(volumeSize: request.volumeGibibytes))
        ]
        networkInterfaces = Self.interfaces(request)
        let tagged =
            ["instance", "volume", "network-interface"] + (request.market == .spot ? ["spot-instances-request"] : [])
        tagSpecifications = tagged.map { AWSTagSpecification($0, request.tags) }
    }

    /// One interface on each card for EFA, else one: card 0 has the node's address; the others carry EFA's messages alone,
    /// need no address of the subnet, and rule a public address out.
    private static func interfaces(_ request: LaunchRequest) -> [Interface] {
        let cards = request.usesEFA ? request.type.networkCards : 1
        return (0..<cards).map { card in
            Interface(
                networkCardIndex: card, deviceIndex: card == 0 ? 0 : 1,
                interfaceType: request.usesEFA ? (card == 0 ? "efa" : "efa-only") : nil,
                subnetId: request.subnet.id, groups: [request.securityGroup],
                associatePublicIpAddress: cards > 1 ? nil : request.givesPublicAddress)
        }
    }
}

extension AWSCommandLine {
    package func launch(_ request: LaunchRequest) async throws(CloudError) -> [Instance] {
        try await call(.runInstances, RunInstancesInput(request), as: ReservationOutput.self).instances.map(
            Instance.init)
    }
}
