// Ending and deleting, which are done where the thing is gone already.

extension AWSCommandLine {
    /// An id that the cloud does not know may be one that it does not know yet, seconds after its launch: it is asked for
    /// again a few times before it counts as gone. The others are ended at once.
    package func terminate(_ instances: [String]) async throws(CloudError) {
        var left = instances
        var unknown: [String] = []
        while !left.isEmpty {
            do throws(CloudError) {
                try await call(.terminateInstances, InstancesInput(instanceIds: left))
                break
            } catch {
                // One unknown id, and none of the request is ended; the message names them.
                guard error.cause == .notFound else { throw error }
                let named = left.filter { error.message.contains($0) }
                let missing = named.isEmpty ? left : named
                unknown += missing
                left.removeAll(where: missing.contains)
            }
        }
        for id in unknown {
            try await gone { () async throws(CloudError) in
                try await backoff.whileFailing(by: .notFound, attempts: 4) { () async throws(CloudError) in
                    try await call(.terminateInstances, InstancesInput(instanceIds: [id]))
                }
            }
        }
    }

    package func delete(_ resource: Resource) async throws(CloudError) {
        let id = resource.id
        switch resource.kind {
        case .instance: try await terminate([id])
        case .volume: try await delete(.deleteVolume, VolumeInput(volumeId: id))
        case .networkInterface: try await delete(.deleteNetworkInterface, InterfaceInput(networkInterfaceId: id))
        case .placementGroup: try await delete(.deletePlacementGroup, GroupNameInput(groupName: id))
        case .securityGroup: try await delete(.deleteSecurityGroup, GroupIDInput(groupId: id))
        case .keyPair: try await delete(.deleteKeyPair, KeyNameInput(keyName: id))
        }
    }

    private func delete(_ operation: AWSOperation, _ input: some Encodable & Sendable) async throws(CloudError) {
        try await gone { () async throws(CloudError) in try await call(operation, input) }
    }

    private func gone(_ call: () async throws(CloudError) -> Void) async throws(CloudError) {
        do throws(CloudError) { try await call() } catch { guard error.cause == .notFound else { throw error } }
    }
}

private struct InstancesInput: Encodable {
    let instanceIds: [String]
}

private struct VolumeInput: Encodable {
    let volumeId: String
}

private struct InterfaceInput: Encodable {
    let networkInterfaceId: String
}

private struct GroupNameInput: Encodable {
    let groupName: String
}

private struct GroupIDInput: Encodable {
    let groupId: String
}

private struct KeyNameInput: Encodable {
    let keyName: String
}
