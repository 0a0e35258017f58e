// Whether nodes that answer can run one job together, found out before a rank starts, in words that name what to change.

/// The checks on what the nodes have said of themselves.
package enum Preflight {
    /// What stands in the way; empty where nothing does. Each line names the nodes and what to do.
    ///
    /// - Parameters:
    ///   - nodes: each node's name and facts.
    ///   - slots: ranks that each node is to take.
    ///   - folder: the nodes' folder for all of ours; nil where it goes into the home folder.
    ///   - checksCores: whether each rank is to have a core of its own.
    ///   - memory: bytes that the job needs over all ranks.
    package static func faults(
        _ nodes: [(name: String, facts: NodeFacts)], slots: [Int], folder: String? = nil, checksCores: Bool = true,
        memory: Int
    ) -> [String] {
        var faults: [String] = []
        for (name, facts) in nodes {
            if facts.openMPI.isEmpty {
                faults.append("node \(name): expected Open MPI, found no mpirun: install openmpi-bin")
            } else if MPIVersion(facts.openMPI) == nil {
                faults.append("node \(name): expected Open MPI 4 or 5, found '\(facts.openMPI)'")
            }
            if facts.address == nil { faults.append("node \(name): expected an address of version 4, found none") }
            if folder == nil && !isPlainPath(facts.home) {
                faults.append(
                    "node \(name): expected a home folder without spaces or signs, found '\(facts.home)': give --remote-folder"
                )
            }
        }
        faults += disagreement(
            "Open MPI", "install one version on all of them", nodes.map { ($0.name, $0.facts.openMPI) })
        faults += disagreement("the processor", "use nodes of one kind", nodes.map { ($0.name, $0.facts.architecture) })

        if folder == nil {
            faults += disagreement("the home folder", "give --remote-folder", nodes.map { ($0.name, $0.facts.home) })
        }

        for ((name, facts), slots) in zip(nodes, slots) where checksCores && slots > facts.cores && facts.cores > 0 {
            faults.append(
                "node \(name): expected at most a rank for each of its \(facts.cores) cores, found slots=\(slots)")
        }
        let ranks = slots.reduce(0, +)
        for ((name, facts), slots) in zip(nodes, slots) where ranks > 0 && facts.memory > 0 {
            let share = memory / ranks * slots
            if share > facts.memory {
                faults.append(
                    "node \(name): expected \(gibibytes(share)) of free memory for \(slots) of \(ranks) ranks, found \(gibibytes(facts.memory)): use more nodes"
                )
            }
        }
        return faults
    }

    /// A line where the nodes differ: each value with those that have it, the most frequent first.
    private static func disagreement(
        _ what: String, _ advice: String, _ values: [(name: String, value: String)]
    ) -> [String] {
        let groups = Dictionary(grouping: values.filter { !$0.value.isEmpty }, by: \.value)
            .sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
        guard groups.count > 1 else { return [] }
        let found = groups.map { "\($0.key) on \($0.value.map(\.name).joined(separator: ", "))" }.joined(
            separator: "; ")
        return ["\(what): expected the same on all nodes, found \(found): \(advice)"]
    }

    /// Whether a path needs no quoting anywhere: it goes into a configuration of ssh and into an agent's command, which
    /// know quotes of their own.
    package static func isPlainPath(_ path: String) -> Bool {
        path.hasPrefix("/") && !path.contains("/../") && !path.hasSuffix("/..")
            && path.utf8.allSatisfy { byte in
                byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "_")
                    || byte == UInt8(ascii: "-")
                    || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                    || UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
            }
    }

    /// Asks a node for the addresses of the others that do not answer it: a port that nobody listens on is refused at once
    /// where the way is open, and silent where it is not.
    package static let reach = #"""
        # shellcheck disable=SC2016
        export LC_ALL=C
        scratch=$(mktemp -d) || exit 1
        trap 'rm -rf "$scratch"' EXIT
        for peer in "$@"; do
          {
            if said=$(timeout 4 bash -c 'exec 3<>"/dev/tcp/$0/9"' "$peer" 2>&1); then :
            else case $said in *refused*) ;; *) : > "$scratch/$peer" ;; esac; fi
          } &
        done
        wait
        ls "$scratch"
        """#
}

func gibibytes(_ bytes: Int) -> String {
    let tenths = (bytes * 10 + (1 << 29)) >> 30
    return "\(tenths / 10).\(tenths % 10) GiB"
}
