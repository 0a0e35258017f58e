// Where to ask for nodes, in which order: all zones for the first type, then the next type, then the next market. What can be
// refused is refused here, before anything exists.

internal import Failures

/// A place and market where nodes may be had.
package struct Rung: Hashable, Sendable {
    package let subnet: Subnet
    package let type: InstanceType
    package let market: Market
    package let image: MachineImage
    package let usesEFA: Bool
    package let givesPublicAddress: Bool
    /// US$ an hour and node; nil where no price is known.
    package let price: Double?

    package var zone: String { subnet.zone }
}

extension Rung {
    /// The ladder of a request.
    ///
    /// - Throws: `LauncherError.refused` for what the types or the network cannot do, `.cloud` with the cause `quota` where
    ///   the account may not have so many nodes of any type, and for calls that fail.
    package static func ladder(
        _ request: ClusterRequest, _ cloud: any CloudAPI, _ clock: any LaunchClock
    ) async throws(LauncherError) -> [Rung] {
        do { try request.check() } catch { throw .refused(error) }
        do {
            return try await unchecked(request, cloud, clock)
        } catch let error as CloudError {
            throw .cloud(error)
        } catch let error as TesseraError {
            throw .refused(error)
        } catch {
            fatalError("\(error)")
        }
    }

    private static func unchecked(
        _ request: ClusterRequest, _ cloud: any CloudAPI, _ clock: any LaunchClock
    ) async throws -> [Rung] {
        let types = try await inOrder(request, cloud, clock)
        let subnets = try await persisting(clock) { () throws(CloudError) in try await cloud.subnets(request.subnet) }
        // A price is a comfort, and never stands in the way.
        let onDemand = (try? await cloud.onDemandPrices(request.types)) ?? [:]
        var images: [Architecture: MachineImage] = [:]
        var places: [(InstanceType, [Subnet], [String: Double])] = []
        for type in types {
            if images[type.architecture] == nil {
                images[type.architecture] = try await persisting(clock) { () throws(CloudError) in
                    try await cloud.image(request.image, for: type.architecture)
                }
            }
            let offering = try await persisting(clock) { () throws(CloudError) in
                try await cloud.zones(offering: type.name)
            }
            let zones = offering.filter { request.zones.isEmpty || request.zones.contains($0) }
            let spot = request.markets.contains(.spot) ? (try? await cloud.spotPrices(type.name)) ?? [:] : [:]
            // The user's zones in the user's order, one subnet a zone.
            let ordered = request.zones.isEmpty ? zones.sorted() : request.zones.filter(zones.contains)
            places.append((type, ordered.compactMap { zone in subnets.first { $0.zone == zone } }, spot))
        }
        var rungs: [Rung] = []
        for market in request.markets {
            for (type, subnets, spot) in places where type.markets.contains(market) {
                try await checkQuota(type, market, request.nodes, cloud, clock)
                for subnet in subnets {
                    let usesEFA = request.efa ?? type.hasEFA
                    // An instance with several network cards in use takes no public address.
                    let isPublic = subnet.givesPublicAddresses && !(usesEFA && type.networkCards > 1)
                    guard isPublic || subnet.hasNAT else {
                        throw TesseraError.argument(
                            routine: "launch", name: "subnet",
                            expected:
                                "a way to the internet for nodes of \(type.name), which get no public address: a NAT",
                            found: "\(subnet.id) without one")
                    }
                    rungs.append(
                        Rung(
                            subnet: subnet, type: type, market: market, image: images[type.architecture]!,
                            usesEFA: usesEFA, givesPublicAddress: isPublic,
                            price: market == .spot ? spot[subnet.zone] : onDemand[type.name]))
                }
            }
        }
        guard !rungs.isEmpty else {
            throw TesseraError.argument(
                routine: "launch", name: "type", expected: "a zone and market that offer one of the types",
                found: "none for \(request.types.joined(separator: ", "))")
        }
        return rungs
    }

    /// The types as the cloud knows them, in the user's order.
    private static func inOrder(
        _ request: ClusterRequest, _ cloud: any CloudAPI, _ clock: any LaunchClock
    ) async throws -> [InstanceType] {
        let known = try await persisting(clock) { () throws(CloudError) in
            try await cloud.instanceTypes(request.types)
        }
        var types: [InstanceType] = []
        for name in request.types {
            guard let type = known.first(where: { $0.name == name }) else {
                throw TesseraError.argument(
                    routine: "launch", name: "type", expected: "a type of \(cloud.region)", found: shown(name))
            }
            if request.efa == true, !type.hasEFA {
                throw TesseraError.argument(
                    routine: "launch", name: "efa", expected: "a type with EFA", found: "\(name), which has none")
            }
            types.append(type)
        }
        return types
    }

    private static func checkQuota(
        _ type: InstanceType, _ market: Market, _ nodes: Int, _ cloud: any CloudAPI, _ clock: any LaunchClock
    ) async throws {
        let quota = market == .spot ? Quota.standardSpot : type.quota
        let limit = try await persisting(clock) { () throws(CloudError) in try await cloud.limit(quota) }
        let wanted = nodes * type.virtualCores
        guard Double(wanted) <= limit else {
            throw CloudError(
                .quota, operation: "service-quotas get-service-quota", code: quota.rawValue,
                message: "\(nodes) x \(type.name): expected at most \(Int(limit)) virtual cores, found \(wanted)")
        }
    }
}
