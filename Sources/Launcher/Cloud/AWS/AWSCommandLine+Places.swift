// Where nodes start, and from what.

extension AWSCommandLine {
    package func image(_ id: String?, for architecture: Architecture) async throws(CloudError) -> MachineImage {
        let wanted = if let id { id } else { try await newestDebian(architecture) }
        let answer = try await call(.describeImages, ImagesInput(imageIds: [wanted]), as: ImagesOutput.self)
        guard let image = answer.images.first else {
            throw refusal("\(wanted): expected an image in \(region), found none")
        }
        guard image.architecture == architecture.rawValue else {
            throw refusal(
                "\(wanted): expected an image for \(architecture.rawValue), found one for \(image.architecture)")
        }
        guard let device = image.rootDeviceName else {
            throw refusal("\(wanted): expected an image with a root device, found none")
        }
        guard let user = id == nil ? "admin" : user(of: image) else {
            throw refusal(
                "\(wanted): expected Debian, Ubuntu or Amazon Linux, or a tag \(Tags.userKey) with the name that ssh lets "
                    + "in, found '\(image.name ?? "")'")
        }
        return MachineImage(id: wanted, architecture: architecture, rootDevice: device, user: user)
    }

    package func subnets(_ id: String?) async throws(CloudError) -> [Subnet] {
        let input = SubnetsInput(
            subnetIds: id.map { [$0] },
            filters: id == nil ? [AWSFilter(name: "default-for-az", values: ["true"])] : nil)
        let found = try await call(.describeSubnets, input, as: SubnetsOutput.self).subnets
        guard !found.isEmpty else { return [] }
        let networks = Set(found.map(\.vpcId)).sorted()
        let tables = try await call(
            .describeRouteTables, FilteredInput(filters: [AWSFilter(name: "vpc-id", values: networks)]),
            as: RoutesOutput.self
        ).routeTables
        return found.map { subnet in
            // A subnet without a table of its own has its network's main one.
            let own = tables.first { $0.associations.contains { $0.subnetId == subnet.subnetId } }
            let main = tables.first { $0.vpcId == subnet.vpcId && $0.associations.contains { $0.main == true } }
            return Subnet(
                id: subnet.subnetId, network: subnet.vpcId, zone: subnet.availabilityZone,
                addresses: subnet.cidrBlock, givesPublicAddresses: subnet.mapPublicIpOnLaunch,
                hasNAT: (own ?? main)?.routes.contains(where: \.leadsOutWithoutPublicAddress) ?? false)
        }.sorted { $0.zone < $1.zone }
    }

    /// Debian publishes the newest image's id for each processor.
    private func newestDebian(_ architecture: Architecture) async throws(CloudError) -> String {
        let name =
            switch architecture {
            case .x86: "amd64"
            case .arm: "arm64"
            }
        let input = ParameterInput(name: "/aws/service/debian/release/12/latest/\(name)")
        return try await call(.getParameter, input, as: ParameterOutput.self).parameter.value
    }

    /// The account that ssh lets in, by the image's tag or its maker's habit.
    private func user(of image: ImageDescription) -> String? {
        if let tagged = Tags(image.tags)[Tags.userKey] { return tagged }
        let name = (image.name ?? "").lowercased()
        let habits = [("debian", "admin"), ("ubuntu", "ubuntu"), ("al2023", "ec2-user"), ("amzn", "ec2-user")]
        return habits.first { name.contains($0.0) }?.1
    }

    private func refusal(_ message: String) -> CloudError {
        CloudError(.request, operation: AWSOperation.describeImages.rawValue, message: message)
    }
}

extension Tags {
    /// The tag of an image that says which account ssh lets in.
    package static var userKey: String { "tessera:user" }
}

private struct ParameterInput: Encodable {
    let name: String
}

private struct ParameterOutput: Decodable {
    struct Parameter: Decodable {
        let value: String
    }
    let parameter: Parameter
}

private struct ImagesInput: Encodable {
    let imageIds: [String]
}

private struct ImagesOutput: Decodable {
    let images: [ImageDescription]
}

private struct ImageDescription: Decodable {
    let architecture: String
    let rootDeviceName: String?
    let name: String?
    let tags: [AWSTag]?
}

private struct SubnetsInput: Encodable {
    let subnetIds: [String]?
    let filters: [AWSFilter]?
}

private struct SubnetsOutput: Decodable {
    struct Subnet: Decodable {
        let subnetId: String
        let vpcId: String
        let availabilityZone: String
        let cidrBlock: String
        let mapPublicIpOnLaunch: Bool
    }
    let subnets: [Subnet]
}

private struct RoutesOutput: Decodable {
    struct Association: Decodable {
        let subnetId: String?
        let main: Bool?
    }
    struct Route: Decodable {
        let destinationCidrBlock: String?
        let state: String?
        let natGatewayId: String?
        let transitGatewayId: String?
        let networkInterfaceId: String?

        /// By a NAT gateway, a NAT instance, or another network that has one. An internet gateway asks for a public address.
        var leadsOutWithoutPublicAddress: Bool {
            destinationCidrBlock == "0.0.0.0/0" && state == "active"
                && (natGatewayId ?? transitGatewayId ?? networkInterfaceId) != nil
        }
    }
    struct Table: Decodable {
        let vpcId: String
        let associations: [Association]
        let routes: [Route]
    }
    let routeTables: [Table]
}
