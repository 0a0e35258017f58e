// mpirun's options from what the nodes are: where ranks go, what they are bound to, the network they talk over, and how soon
// a node that is gone is noticed.
//
// Keep-alives 5 s, every 3 s, 3 times: a link that is cut without a word ends the run after 14 s, instead of minutes.

/// What mpirun is told.
package struct MPIFlags: Hashable, Sendable {
    /// The network between the ranks.
    package enum Network: Hashable, Sendable {
        /// Sockets on these networks, as `10.0.1.0/24`; empty on a single machine.
        case tcp([String])
        /// Elastic Fabric Adapters, and nothing else: a node without one ends the job instead of slowing it down.
        case efa(control: [String])
    }

    /// What a rank may use.
    package enum Binding: Hashable, Sendable {
        /// Cores of its own, as many as it has threads.
        case cores
        /// Whatever is free; waiting ranks give their core away.
        case none
    }

    package var version: MPIVersion
    package var ranks: Int
    /// Ranks on each node, where all have the same number.
    package var ranksPerNode: Int?
    package var threads: Int
    package var network: Network
    package var binding: Binding
    /// OpenBLAS's processor, where it would mistake it.
    package var coreType: String?
    /// Seconds between SIGTERM and SIGKILL. mpirun waits twice as long after every run that fails, so not for a rank that
    /// saves itself: SIGUSR1 asks it to, without a clock.
    package var grace: Int
    /// The file of nodes and the command that reaches them; nil on a single machine.
    package var nodes: (hostfile: String, agent: String)?
    /// Folder of shared libraries that came with the program.
    package var libraries: String?

    package init(
        version: MPIVersion, ranks: Int, ranksPerNode: Int?, threads: Int, network: Network, binding: Binding = .cores,
        coreType: String? = nil, grace: Int = 5, nodes: (hostfile: String, agent: String)? = nil,
        libraries: String? = nil
    ) {
        self.version = version
        self.ranks = ranks
        self.ranksPerNode = ranksPerNode
        self.threads = threads
        self.network = network
        self.binding = binding
        self.coreType = coreType
        self.grace = grace
        self.nodes = nodes
        self.libraries = libraries
    }

    package static func == (a: Self, b: Self) -> Bool { a.arguments == b.arguments }
    package func hash(into hasher: inout Hasher) { hasher.combine(arguments) }

    /// The arguments of mpirun, up to the program.
    package var arguments: [String] { placement + transport + control + environment }

    private var placement: [String] {
        var flags = nodes.map { ["--hostfile", $0.hostfile] } ?? []
        flags += ["-np", "\(ranks)"]
        let width = threads > 1 ? ":PE=\(threads)" : ""
        switch binding {
        case .cores:
            flags += ["--map-by", ranksPerNode.map { "ppr:\($0):node\(width)" } ?? "slot\(width)", "--bind-to", "core"]
        case .none:
            flags += ["--map-by", ranksPerNode.map { "ppr:\($0):node" } ?? "slot", "--bind-to", "none"]
            flags += ["--mca", "mpi_yield_when_idle", "1"]
        }
        return flags
    }

    private var transport: [String] {
        switch network {
        case .tcp(let networks):
            var flags = ["--mca", "pml", "ob1", "--mca", "btl"]
            if networks.isEmpty { return flags + ["\(version.sharedMemory),self"] }
            flags += ["tcp,\(version.sharedMemory),self"]
            return flags + ["--mca", "btl_tcp_if_include", networks.joined(separator: ",")]
        case .efa:
            return ["--mca", "pml", "cm", "--mca", "mtl", "ofi", "--mca", "mtl_ofi_provider_include", "efa"]
        }
    }

    private var control: [String] {
        let option = version.launcherParameter
        var flags = [option, "odls_base_sigkill_timeout", "\(grace)"]
        guard let nodes else { return flags }
        let networks =
            switch network {
            case .tcp(let networks), .efa(let networks): networks
            }
        flags += [option, "oob_tcp_if_include", networks.joined(separator: ",")]
        for (name, value) in [("time", 5), ("intvl", 3), ("probes", 3)] {
            flags += [option, "oob_tcp_keepalive_\(name)", "\(value)"]
        }
        return flags + [option, version.agentParameter, nodes.agent, option, version.noTreeParameter, "1"]
    }

    private var environment: [String] {
        var variables = ["OPENBLAS_NUM_THREADS=\(threads)"]
        if let coreType { variables.append("OPENBLAS_CORETYPE=\(coreType)") }
        if case .efa = network { variables.append("FI_PROVIDER=efa") }
        if let libraries { variables.append("LD_LIBRARY_PATH=\(libraries)") }
        return variables.flatMap { ["-x", $0] }
    }
}
