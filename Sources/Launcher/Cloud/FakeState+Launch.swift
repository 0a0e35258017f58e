// How the fake cloud launches: as EC2 does where it matters here. A token launches once; all nodes or none; groups and key
// must exist; capacity and quota are checked before anything is there.

extension FakeState {
    mutating func launch(_ request: LaunchRequest) throws(CloudError) -> [Instance] {
        func refuse(_ cause: CloudError.Cause, _ code: String, _ message: String) -> CloudError {
            CloudError(cause, operation: "ec2 run-instances", code: code, message: message)
        }
        let earlier = nodes.filter { $0.request.token == request.token }
        if let first = earlier.first {
            guard first.request == request else {
                throw refuse(.request, "IdempotentParameterMismatch", "the token was used with other parameters")
            }
            guard earlier.contains(where: { $0.terminatedFrom == nil }) else {
                throw refuse(.request, "IdempotentInstanceTerminated", "the token's instances are terminated")
            }
            return earlier.map { shown($0) }
        }
        for (kind, id, code) in [
            (ResourceKind.placementGroup, request.placementGroup, "InvalidPlacementGroup.Unknown"),
            (.securityGroup, request.securityGroup, "InvalidGroup.NotFound"),
            (.keyPair, request.keyPair, "InvalidKeyPair.NotFound"),
        ] where !things.contains(where: { $0.exists && $0.resource.kind == kind && $0.resource.id == id }) {
            throw refuse(.request, code, "\(id) does not exist")
        }
        let (zone, type) = (request.subnet.zone, request.type.name)
        guard zones.contains(zone), let known = types.first(where: { $0.name == type }) else {
            throw refuse(.request, "Unsupported", "\(type) is not offered in \(zone)")
        }
        let left = nodes.filter { $0.state(now, ending: endingSeconds).isLeft }
        let used = left.map { $0.request.type.virtualCores }.reduce(0, +)
        guard Double(used + request.count * known.virtualCores) <= limit(known.quota) else {
            throw refuse(.quota, "VcpuLimitExceeded", "more virtual cores than your limit of \(limit(known.quota))")
        }
        for capacity in capacities where capacity.covers(zone, type, request.market) {
            let taken = left.count { capacity.covers($0.instance.zone, $0.instance.type, $0.instance.market) }
            guard taken + request.count <= capacity.nodes else {
                throw refuse(
                    .capacity, "InsufficientInstanceCapacity", "no \(request.count) x \(type) in \(zone) at this time")
            }
        }
        let first = nodes.count
        for _ in 0..<request.count {
            serial += 1
            let address = "\(serial / 250 % 250).\(serial % 250 + 4)"
            let instance = Instance(
                id: name("i-"), type: type, market: request.market, zone: zone, state: .pending,
                privateAddress: "10.0.\(address)",
                publicAddress: request.givesPublicAddress ? "198.18.\(address)" : nil, launched: now,
                tags: request.tags)
            nodes.append(
                Node(
                    instance: instance, request: request, listedFrom: now + listingLag, runsFrom: now + pendingSeconds))
        }
        return nodes[first...].map { shown($0) }
    }

    /// An id that no other thing has had.
    mutating func name(_ prefix: String) -> String {
        serial += 1
        let digits = String(serial, radix: 16)
        return prefix + "0fa4e" + String(repeating: "0", count: max(0, 12 - digits.count)) + digits
    }

    func limit(_ quota: Quota) -> Double { limits[quota.rawValue] ?? 4096 }

    /// A node as it is listed now.
    func shown(_ node: Node) -> Instance {
        var instance = node.instance
        instance.state = node.state(now, ending: endingSeconds)
        instance.reason = node.reason
        return instance
    }
}

extension FakeState {
    /// One type of each family; the figures are EC2's.
    package static var defaultTypes: [InstanceType] {
        func type(
            _ name: String, _ architecture: Architecture, _ cores: Int, threads: Int = 1, _ gibibytes: Int,
            _ gigabits: Double, cards: Int = 1, quota: Quota = .standard
        ) -> InstanceType {
            InstanceType(
                name: name, architecture: architecture, cores: cores, threadsPerCore: threads,
                takesCoreOptions: threads > 1, memory: gibibytes << 30, networkBitsPerSecond: gigabits * 1e9,
                networkCards: cards, hasEFA: true, markets: quota == .standard ? [.onDemand, .spot] : [.onDemand],
                quota: quota)
        }
        return [
            type("c7i.48xlarge", .x86, 96, threads: 2, 384, 50), type("c7a.48xlarge", .x86, 192, 384, 50),
            type("c7gn.16xlarge", .arm, 64, 128, 200), type("c8g.48xlarge", .arm, 192, 384, 50),
            type("hpc7a.96xlarge", .x86, 192, 768, 300, cards: 2, quota: .highPerformance),
            type("hpc7g.16xlarge", .arm, 64, 128, 200, quota: .highPerformance),
            type("hpc6a.48xlarge", .x86, 96, 384, 100, quota: .highPerformance),
        ]
    }

    package static var defaultPrices: [String: Double] {
        [
            "c7i.48xlarge": 8.568, "c7a.48xlarge": 9.853, "c7gn.16xlarge": 3.994, "c8g.48xlarge": 7.63,
            "hpc7a.96xlarge": 7.2, "hpc7g.16xlarge": 1.683, "hpc6a.48xlarge": 2.88,
        ]
    }
}
