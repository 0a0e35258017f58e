// Where things lie on a node: one folder for all of ours, the same path on every node.

/// Paths on the nodes.
struct NodePlaces: Sendable {
    let base: String
    /// The run's name.
    let run: String

    /// The working directory of the ranks.
    var folder: String { "\(base)/runs/\(run)" }
    var results: String { folder + "/results" }
    var processFile: String { folder + "/mpirun.pid" }
    var hostfile: String { folder + "/hosts" }
    var knownHosts: String { folder + "/known_hosts" }
    var configuration: String { folder + "/ssh_config" }

    /// A program, by its hash: kept between runs, sent once.
    func program(_ hash: String) -> String { "\(base)/programs/\(hash)/tessera" }
    func libraries(_ hash: String) -> String { "\(base)/programs/\(hash)/lib" }
}
