// The calls that change something in the cloud, each between its intention and its answer in the journal. Nothing is created
// that the journal does not know of: a disk that takes no more lines refuses the call. What ends things does not wait for
// a disk: it is safe to repeat, and tags find what it should end.

internal import Failures

/// A run's way to change the cloud.
package struct JournaledCalls: Sendable {
    package let cloud: any CloudAPI
    /// Nil where another machine has the journal: things can be ended then, not created.
    package let journal: Journal?

    package init(_ cloud: any CloudAPI, journal: Journal?) {
        self.cloud = cloud
        self.journal = journal
    }

    package func createPlacementGroup(_ name: String, tags: Tags) async throws(CloudError) {
        try await create(.createPlacementGroup(name: name), answer: { _ in .done(id: nil) }) { () throws(CloudError) in
            try await cloud.createPlacementGroup(name, tags: tags)
        }
    }

    package func createSecurityGroup(
        _ name: String, network: String, sshFrom: String?, tags: Tags
    ) async throws(CloudError) -> String {
        try await create(.createSecurityGroup(name: name), answer: { .done(id: $0) }) { () throws(CloudError) in
            try await cloud.createSecurityGroup(name, network: network, sshFrom: sshFrom, tags: tags)
        }
    }

    package func importKeyPair(_ name: String, publicKey: String, tags: Tags) async throws(CloudError) {
        try await create(.importKeyPair(name: name), answer: { _ in .done(id: nil) }) { () throws(CloudError) in
            try await cloud.importKeyPair(name, publicKey: publicKey, tags: tags)
        }
    }

    package func launch(_ request: LaunchRequest) async throws(CloudError) -> [Instance] {
        try await create(.launch(request: request), answer: { .launched(instances: $0) }) { () throws(CloudError) in
            try await cloud.launch(request)
        }
    }

    package func terminate(_ instances: [String]) async throws(CloudError) {
        try await end(.terminate(instances: instances)) { () throws(CloudError) in
            try await cloud.terminate(instances)
        }
    }

    package func delete(_ resource: Resource) async throws(CloudError) {
        try await end(.delete(resource: resource)) { () throws(CloudError) in try await cloud.delete(resource) }
    }

    private func create<R: Sendable>(
        _ action: CloudAction, answer: (R) -> CloudAnswer, _ body: () async throws(CloudError) -> R
    ) async throws(CloudError) -> R {
        guard let journal else {
            throw CloudError(.client, operation: "journal", message: "expected the run's own journal, found none")
        }
        let call: Int
        do { call = try journal.intend(action) } catch {
            throw CloudError(.client, operation: "journal", message: "nothing was asked of the cloud: \(error)")
        }
        do {
            let result = try await body()
            // The intention stands where this cannot be written: the next line would be refused, and recovery asks the cloud.
            try? journal.record(.answered(call: call, answer: answer(result)))
            return result
        } catch {
            try? journal.record(.answered(call: call, answer: .failed(error: error)))
            throw error
        }
    }

    private func end(_ action: CloudAction, _ body: () async throws(CloudError) -> Void) async throws(CloudError) {
        let call = try? journal?.intend(action)
        do {
            try await body()
            if let call { try? journal?.record(.answered(call: call, answer: .done(id: nil))) }
        } catch {
            if let call { try? journal?.record(.answered(call: call, answer: .failed(error: error))) }
            throw error
        }
    }
}
