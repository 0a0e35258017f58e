// What a kind of node is: as `describe-instance-types` says, and as the built-in table does where there is no account.

/// A kind of instance.
package struct InstanceType: Hashable, Codable, Sendable {
    /// As the cloud spells it: `c7i.48xlarge`.
    package let name: String
    package let architecture: Architecture
    /// Physical cores: the ranks that a node takes.
    package let cores: Int
    /// Threads a core as it starts; 2 where hyperthreads are on unless turned off.
    package let threadsPerCore: Int
    /// Whether the launch request may say one thread a core. hpc6a and hpc7a refuse to be asked.
    package let takesCoreOptions: Bool
    /// Bytes of memory.
    package let memory: Int
    /// Bits a second of all cards together.
    package let networkBitsPerSecond: Double
    package let networkCards: Int
    package let hasEFA: Bool
    package let markets: Set<Market>
    package let quota: Quota

    package init(
        name: String, architecture: Architecture, cores: Int, threadsPerCore: Int, takesCoreOptions: Bool, memory: Int,
        networkBitsPerSecond: Double, networkCards: Int, hasEFA: Bool, markets: Set<Market>, quota: Quota
    ) {
        self.name = name
        self.architecture = architecture
        self.cores = cores
        self.threadsPerCore = threadsPerCore
        self.takesCoreOptions = takesCoreOptions
        self.memory = memory
        self.networkBitsPerSecond = networkBitsPerSecond
        self.networkCards = networkCards
        self.hasEFA = hasEFA
        self.markets = markets
        self.quota = quota
    }

    /// What the quota counts: hyperthreads.
    package var virtualCores: Int { cores * threadsPerCore }

    /// The part of the name before the dot: `c7i`.
    package var family: Substring { name.prefix { $0 != "." } }
}

/// The processors' instruction set, as the cloud spells it.
package enum Architecture: String, Codable, Sendable, CaseIterable {
    case x86 = "x86_64"
    case arm = "arm64"
}

/// How an instance is paid.
package enum Market: String, Codable, Sendable, CaseIterable {
    case onDemand = "on-demand"
    /// Cheaper, and taken back at two minutes' notice.
    case spot
}

/// A limit of the account, in virtual cores, that a launch counts against.
package enum Quota: String, Codable, Sendable, CaseIterable {
    case standard = "L-1216C47A"
    case highPerformance = "L-F7808C92"
    case standardSpot = "L-34B43A08"
}
