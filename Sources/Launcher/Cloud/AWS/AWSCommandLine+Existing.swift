// What there is already: instances, everything that bears the tag, and what a node wrote to its console.

extension AWSCommandLine {
    package func instances(of run: String?) async throws(CloudError) -> [Instance] {
        try await call(.describeInstances, FilteredInput(filters: [.run(run)]), as: ReservationsOutput.self)
            .reservations.flatMap(\.instances).map(Instance.init)
    }

    package func resources(of run: String?) async throws(CloudError) -> [Resource] {
        let input = FilteredInput(filters: [.run(run)])
        let instances = try await instances(of: run).filter(\.state.isLeft)
        let volumes = try await call(.describeVolumes, input, as: VolumesOutput.self).volumes
        let interfaces = try await call(.describeNetworkInterfaces, input, as: InterfacesOutput.self).networkInterfaces
        let placements = try await call(.describePlacementGroups, input, as: PlacementsOutput.self).placementGroups
        let groups = try await call(.describeSecurityGroups, input, as: GroupsOutput.self).securityGroups
        let keys = try await call(.describeKeyPairs, input, as: KeysOutput.self).keyPairs
        return instances.map { Resource(kind: .instance, id: $0.id, tags: $0.tags) }
            + volumes.filter { $0.state != "deleted" }
            .map { Resource(kind: .volume, id: $0.volumeId, tags: Tags($0.tags)) }
            + interfaces.map { Resource(kind: .networkInterface, id: $0.networkInterfaceId, tags: Tags($0.tagSet)) }
            + placements.filter { $0.state != "deleted" }
            .map { Resource(kind: .placementGroup, id: $0.groupName, tags: Tags($0.tags)) }
            + groups.map { Resource(kind: .securityGroup, id: $0.groupId, tags: Tags($0.tags)) }
            + keys.map { Resource(kind: .keyPair, id: $0.keyName, tags: Tags($0.tags)) }
    }

    package func consoleOutput(_ instance: String) async throws(CloudError) -> String {
        // The client decodes the text. `latest` asks for what is there now, not for what was there after the start.
        let input = ConsoleInput(instanceId: instance, latest: true)
        let text = try await call(.getConsoleOutput, input, as: ConsoleOutput.self).output ?? ""
        return readableText(text)
    }
}

/// A console's text without what would move a terminal's cursor or change its colours: its lines are shown to people, and
/// anyone on the node can write to it.
func readableText(_ text: String) -> String {
    let withoutSequences = text.replacing(
        /\u{1B}(\[[0-9;?]*[ -\/]*[@-~]|\][^\u{07}\u{1B}]*(\u{07}|\u{1B}\\)?|[@-Z\\^_])/, with: "")
    let lines = withoutSequences.replacing("\r\n", with: "\n").replacing("\r", with: "\n")
    return String(
        String.UnicodeScalarView(
            lines.unicodeScalars.filter {
                $0 == "\n" || $0 == "\t" || $0.properties.generalCategory != .control
            }))
}

/// Instances as several calls answer.
struct ReservationsOutput: Decodable {
    let reservations: [ReservationOutput]
}

/// Instances that one request started.
struct ReservationOutput: Decodable {
    let instances: [InstanceDescription]
}

struct InstanceDescription: Decodable {
    struct State: Decodable {
        let name: String
    }
    struct Reason: Decodable {
        let code: String?
        let message: String?
    }
    struct Placement: Decodable {
        let availabilityZone: String
    }
    let instanceId: String
    let instanceType: String
    let instanceLifecycle: String?
    let placement: Placement
    let state: State
    let stateReason: Reason?
    let privateIpAddress: String?
    let publicIpAddress: String?
    let launchTime: String
    let tags: [AWSTag]?
}

extension Instance {
    init(_ description: InstanceDescription) {
        func given(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }
        self.init(
            id: description.instanceId, type: description.instanceType,
            market: description.instanceLifecycle == "spot" ? .spot : .onDemand,
            zone: description.placement.availabilityZone,
            // A state that is not known is one that may cost.
            state: State(rawValue: description.state.name) ?? .running,
            reason: given(description.stateReason?.code) ?? "",
            privateAddress: given(description.privateIpAddress), publicAddress: given(description.publicIpAddress),
            launched: secondsSince1970(description.launchTime) ?? 0, tags: Tags(description.tags))
    }
}

private struct VolumesOutput: Decodable {
    struct Volume: Decodable {
        let volumeId: String
        let state: String
        let tags: [AWSTag]?
    }
    let volumes: [Volume]
}

private struct InterfacesOutput: Decodable {
    struct Interface: Decodable {
        let networkInterfaceId: String
        let tagSet: [AWSTag]?
    }
    let networkInterfaces: [Interface]
}

private struct PlacementsOutput: Decodable {
    struct Group: Decodable {
        let groupName: String
        let state: String
        let tags: [AWSTag]?
    }
    let placementGroups: [Group]
}

private struct GroupsOutput: Decodable {
    struct Group: Decodable {
        let groupId: String
        let tags: [AWSTag]?
    }
    let securityGroups: [Group]
}

private struct KeysOutput: Decodable {
    struct Key: Decodable {
        let keyName: String
        let tags: [AWSTag]?
    }
    let keyPairs: [Key]
}

private struct ConsoleInput: Encodable {
    let instanceId: String
    let latest: Bool
}

private struct ConsoleOutput: Decodable {
    let output: String?
}
