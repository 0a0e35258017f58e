// What a run has in the cloud. Everything bears the tags of its run from the moment that it exists.

/// Names and values on a resource.
package typealias Tags = [String: String]

extension Tags {
    /// The tag that says of a resource that it is Tessera's, and of which run.
    package static var runKey: String { "tessera:run" }
    /// The tag that says which launch of the run: rungs of the ladder and replacements count up.
    package static var attemptKey: String { "tessera:attempt" }
}

/// Kinds of things that cost money or count against a quota, in the order in which they go: each needs those before it gone.
package enum ResourceKind: String, Codable, Sendable, CaseIterable {
    case instance
    case volume
    case networkInterface = "network-interface"
    case placementGroup = "placement-group"
    case securityGroup = "security-group"
    case keyPair = "key-pair"
}

/// A thing in the cloud.
package struct Resource: Hashable, Codable, Sendable {
    package let kind: ResourceKind
    /// What the cloud calls it: `i-0abc...`; a placement group's and a key pair's is its name.
    package let id: String
    package let tags: Tags

    package init(kind: ResourceKind, id: String, tags: Tags) {
        self.kind = kind
        self.id = id
        self.tags = tags
    }
}

/// A node, as the cloud sees it.
package struct Instance: Hashable, Codable, Sendable {
    package enum State: String, Codable, Sendable {
        case pending
        case running
        case shuttingDown = "shutting-down"
        case terminated
        case stopping
        case stopped

        /// Whether it is paid for, or will be.
        package var isLeft: Bool { self != .terminated }
    }

    package let id: String
    package let type: String
    package let market: Market
    package let zone: String
    package var state: State
    /// Why it has the state, in the cloud's words: `Server.SpotInstanceTermination`.
    package var reason: String
    package var privateAddress: String?
    package var publicAddress: String?
    /// Seconds since 1970.
    package let launched: Double
    package let tags: Tags

    package init(
        id: String, type: String, market: Market, zone: String, state: State, reason: String = "",
        privateAddress: String? = nil, publicAddress: String? = nil, launched: Double, tags: Tags
    ) {
        self.id = id
        self.type = type
        self.market = market
        self.zone = zone
        self.state = state
        self.reason = reason
        self.privateAddress = privateAddress
        self.publicAddress = publicAddress
        self.launched = launched
        self.tags = tags
    }
}

/// A part of a network in one zone.
package struct Subnet: Hashable, Codable, Sendable {
    package let id: String
    package let network: String
    package let zone: String
    /// Addresses, as `10.0.1.0/24`.
    package let addresses: String
    /// Whether its nodes get public addresses of their own accord.
    package let givesPublicAddresses: Bool
    /// Whether its nodes reach the internet without one: a NAT.
    package let hasNAT: Bool

    package init(
        id: String, network: String, zone: String, addresses: String, givesPublicAddresses: Bool, hasNAT: Bool
    ) {
        self.id = id
        self.network = network
        self.zone = zone
        self.addresses = addresses
        self.givesPublicAddresses = givesPublicAddresses
        self.hasNAT = hasNAT
    }
}

/// A system to start from.
package struct MachineImage: Hashable, Codable, Sendable {
    package let id: String
    package let architecture: Architecture
    package let rootDevice: String
    /// The account that ssh lets in: `admin` with Debian.
    package let user: String

    package init(id: String, architecture: Architecture, rootDevice: String, user: String) {
        self.id = id
        self.architecture = architecture
        self.rootDevice = rootDevice
        self.user = user
    }
}

/// All nodes of a launch, or none: one call.
package struct LaunchRequest: Hashable, Codable, Sendable {
    /// The same token launches once, however often it is sent.
    package let token: String
    package let type: InstanceType
    package let count: Int
    package let market: Market
    package let image: MachineImage
    package let subnet: Subnet
    package let placementGroup: String
    package let securityGroup: String
    package let keyPair: String
    /// Network interfaces for EFA instead of plain ones.
    package let usesEFA: Bool
    package let givesPublicAddress: Bool
    /// Gibibytes of the encrypted root volume, which goes with its instance.
    package let volumeGibibytes: Int
    /// A role for S3; nil where nothing needs one.
    package let instanceProfile: String?
    /// The boot script, before any encoding: at most 16 KiB, and nothing secret.
    package let userData: String
    /// On instances, volumes and network interfaces.
    package let tags: Tags

    package init(
        token: String, type: InstanceType, count: Int, market: Market, image: MachineImage, subnet: Subnet,
        placementGroup: String, securityGroup: String, keyPair: String, usesEFA: Bool, givesPublicAddress: Bool,
        volumeGibibytes: Int, instanceProfile: String?, userData: String, tags: Tags
    ) {
        self.token = token
        self.type = type
        self.count = count
        self.market = market
        self.image = image
        self.subnet = subnet
        self.placementGroup = placementGroup
        self.securityGroup = securityGroup
        self.keyPair = keyPair
        self.usesEFA = usesEFA
        self.givesPublicAddress = givesPublicAddress
        self.volumeGibibytes = volumeGibibytes
        self.instanceProfile = instanceProfile
        self.userData = userData
        self.tags = tags
    }
}

/// Who is asking.
package struct CallerIdentity: Hashable, Codable, Sendable {
    package let account: String
    package let name: String

    package init(account: String, name: String) {
        self.account = account
        self.name = name
    }
}
