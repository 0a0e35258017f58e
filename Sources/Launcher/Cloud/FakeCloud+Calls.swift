// The fake cloud's answers.

extension FakeCloud: CloudAPI {
    // MARK: Looking

    package func callerIdentity() async throws(CloudError) -> CallerIdentity {
        try call("sts get-caller-identity") { CallerIdentity(account: $0.account, name: "rehearsal") }
    }

    package func limit(_ quota: Quota) async throws(CloudError) -> Double {
        try call("service-quotas get-service-quota") { $0.limit(quota) }
    }

    package func instanceTypes(_ names: [String]) async throws(CloudError) -> [InstanceType] {
        try call("ec2 describe-instance-types") { state throws(CloudError) in
            for name in names where !state.types.contains(where: { $0.name == name }) {
                throw CloudError(
                    .request, operation: "ec2 describe-instance-types", code: "InvalidInstanceType",
                    message: "expected one of \(state.types.map(\.name).joined(separator: ", ")), found \(name)")
            }
            return state.types.filter { names.contains($0.name) }
        }
    }

    package func zones(offering type: String) async throws(CloudError) -> [String] {
        try call("ec2 describe-instance-type-offerings") { $0.zones }
    }

    package func image(_ id: String?, for architecture: Architecture) async throws(CloudError) -> MachineImage {
        try call("ssm get-parameter") { state in
            MachineImage(
                id: id ?? "ami-0fa4e\(state.imageVersion)-\(architecture.rawValue)", architecture: architecture,
                rootDevice: "/dev/xvda",
                user: "admin")
        }
    }

    package func subnets(_ id: String?) async throws(CloudError) -> [Subnet] {
        try call("ec2 describe-subnets") { state in
            let all = state.zones.enumerated().map { index, zone in
                Subnet(
                    id: "subnet-\(zone)", network: "vpc-fake", zone: zone, addresses: "10.0.\(index * 16).0/20",
                    givesPublicAddresses: true, hasNAT: state.hasNAT)
            }
            return id.map { id in all.filter { $0.id == id } } ?? all
        }
    }

    package func onDemandPrices(_ types: [String]) async throws(CloudError) -> [String: Double] {
        try call("pricing get-products") { state in state.prices.filter { types.contains($0.key) } }
    }

    package func spotPrices(_ type: String) async throws(CloudError) -> [String: Double] {
        try call("ec2 describe-spot-price-history") { state in
            guard let price = state.prices[type] else { return [:] }
            return Dictionary(uniqueKeysWithValues: state.zones.map { ($0, price / 3) })
        }
    }

    package func instances(of run: String?) async throws(CloudError) -> [Instance] {
        try call("ec2 describe-instances") { state in
            state.nodes.filter { node in
                let isForgotten = node.terminatedFrom.map { state.now > $0 + 3600 } ?? false
                return state.now >= node.listedFrom && !isForgotten && node.instance.tags.isOf(run)
            }.map(state.shown)
        }
    }

    package func resources(of run: String?) async throws(CloudError) -> [Resource] {
        try call("ec2 describe-tags") { state in
            let nodes = state.nodes.filter { node in
                state.now >= node.listedFrom && state.shown(node).state.isLeft
            }
            let things = state.things.filter { $0.isListed(state.now) }
            return (nodes.map(\.resource) + things.map(\.resource)).filter { $0.tags.isOf(run) }
        }
    }

    package func consoleOutput(_ instance: String) async throws(CloudError) -> String {
        try call("ec2 get-console-output") { _ in "" }
    }

    // MARK: Changing

    package func createPlacementGroup(_ name: String, tags: Tags) async throws(CloudError) {
        _ = try call("ec2 create-placement-group") { state throws(CloudError) in
            try state.create(.placementGroup, name, id: name, tags, "ec2 create-placement-group")
        }
    }

    package func createSecurityGroup(
        _ name: String, network: String, sshFrom: String?, tags: Tags
    ) async throws(CloudError) -> String {
        try call("ec2 create-security-group") { state throws(CloudError) in
            let id = state.name("sg-")
            return try state.create(.securityGroup, name, id: id, tags, "ec2 create-security-group")
        }
    }

    package func importKeyPair(_ name: String, publicKey: String, tags: Tags) async throws(CloudError) {
        _ = try call("ec2 import-key-pair") { state throws(CloudError) in
            try state.create(.keyPair, name, id: name, tags, "ec2 import-key-pair")
        }
    }

    package func launch(_ request: LaunchRequest) async throws(CloudError) -> [Instance] {
        try call("ec2 run-instances", late: request) { state throws(CloudError) in try state.launch(request) }
    }

    package func terminate(_ instances: [String]) async throws(CloudError) {
        try call("ec2 terminate-instances") { state throws(CloudError) in
            for id in instances {
                let node = state.nodes.first { $0.instance.id == id }
                let isKnown = node.map { state.now >= $0.listedFrom } ?? false
                guard isKnown || state.forgetsUnlisted else {
                    throw CloudError(
                        .notFound, operation: "ec2 terminate-instances", code: "InvalidInstanceID.NotFound",
                        message: "\(id) does not exist")
                }
            }
            for index in state.nodes.indices where instances.contains(state.nodes[index].instance.id) {
                guard state.nodes[index].terminatedFrom == nil, state.now >= state.nodes[index].listedFrom else {
                    continue
                }
                state.nodes[index].terminatedFrom = state.now
                state.nodes[index].reason = "Client.UserInitiatedShutdown"
            }
        }
    }

    package func delete(_ resource: Resource) async throws(CloudError) {
        let operation = "ec2 delete-\(resource.kind.rawValue)"
        try call(operation) { state throws(CloudError) in
            let isIt = { (thing: FakeState.Thing) in
                thing.exists && thing.resource.kind == resource.kind && thing.resource.id == resource.id
            }
            guard let index = state.things.firstIndex(where: isIt) else { return }
            let users = state.users(resource.kind, resource.id)
            guard users == 0 || resource.kind == .keyPair || !state.guardsGroups else {
                throw CloudError(
                    .inUse, operation: operation, code: "DependencyViolation",
                    message: "\(resource.id) is used by \(users) instances")
            }
            state.things[index].listedUntil = state.now + state.listingAfterwards
        }
    }
}

extension FakeState {
    fileprivate mutating func create(
        _ kind: ResourceKind, _ name: String, id: String, _ tags: Tags, _ operation: String
    ) throws(CloudError) -> String {
        let isTaken = things.contains { thing in
            thing.exists && thing.resource.kind == kind && thing.name == name
        }
        guard !isTaken else {
            throw CloudError(.duplicate, operation: operation, code: "Duplicate", message: "\(name) exists")
        }
        things.append(
            Thing(
                resource: Resource(kind: kind, id: id, tags: tags), name: name, listedFrom: now + listingLag))
        return id
    }
}

extension Tags {
    /// Whether they say that a thing is of that run, or of any.
    fileprivate func isOf(_ run: String?) -> Bool {
        run.map { self[Tags.runKey] == $0 } ?? (self[Tags.runKey] != nil)
    }
}
