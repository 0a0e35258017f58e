// What Open MPI's run-time says when a run fails, as the cause and what to do: its own text names the consequence.

/// A failure in mpirun's output, understood.
package struct ORTEFailure: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The first rank that ended by a signal.
        case rankKilled(rank: Int, node: String, signal: Int)
        /// The first rank that ended with a status.
        case rankFailed(rank: Int, node: String?, status: Int)
        /// A daemon on this node does not answer any more.
        case nodeLost(String)
        /// ssh, or the daemon behind it, did not start on some node.
        case notStarted
        /// The program or a library of it is missing there.
        case programMissing
        case slots
        case binding
        case memory
        case network
        case fabric
    }

    package let kind: Kind
    /// One line: the cause, and what to do about it.
    package let message: String

    /// The causes in mpirun's output, each kind once, in the order of what explains most.
    ///
    /// - Parameter names: what the user calls the nodes, by the addresses that mpirun knows them by.
    package static func all(in text: String, names: [String: String] = [:]) -> [ORTEFailure] {
        func called(_ node: Substring) -> String { names[String(node)] ?? String(node) }
        var found: [ORTEFailure] = []
        func add(_ kind: Kind, _ message: String) { found.append(ORTEFailure(kind: kind, message: message)) }

        if text.contains("lost communication with a remote daemon")
            || text.contains("lost communication with its daemon")
        {
            let name = text.firstMatch(of: /Remote daemon: \[\[[^\]]*\],\d+\] on node (\S+)/).map { called($0.1) }
            add(
                .nodeLost(name ?? ""),
                "node \(name ?? "(mpirun does not say which)") was lost: it is down, or the network to it is cut")
        }
        if let it = text.firstMatch(
            of: /process rank (\d+) with PID \d+ on node (\S+) exited on signal (\d+)/), let rank = Int(it.1),
            let signal = Int(it.3)
        {
            add(
                .rankKilled(rank: rank, node: called(it.2), signal: signal),
                "rank \(rank) on node \(called(it.2)) was ended by signal \(signal)\(Self.reason(signal))")
        } else if let it = text.firstMatch(
            of: /Process name: \[\[\d+,\d+\],(\d+)\]\s+Exit code:\s+(\d+)/), let rank = Int(it.1),
            let status = Int(it.2)
        {
            add(
                .rankFailed(rank: rank, node: nil, status: status),
                "rank \(rank) ended with status \(status): what it said stands above")
        }
        if text.contains("unable to reliably start one or more daemons")
            || text.contains("ORTE daemon has unexpectedly failed")
            || text.contains("PRTE daemon has unexpectedly failed")
        {
            add(
                .notStarted,
                "mpirun could not start its daemon on a node: the first node cannot log in there, Open MPI is not there, or it cannot connect back"
            )
        }
        if text.contains("error while loading shared libraries") {
            let name = text.firstMatch(of: /loading shared libraries: ([^:\s]+)/).map { String($0.1) } ?? "one"
            add(.programMissing, "a library is missing on a node: \(name)")
        } else if text.contains("unable to find the specified executable")
            || text.contains("could not access\nor execute")
        {
            add(.programMissing, "the program is missing on a node, or may not be executed there")
        }
        if text.contains("not enough slots available") {
            add(.slots, "more ranks were asked for than the nodes have slots")
        }
        if text.contains("more processes than ppr") || text.contains("bind to overload-allowed")
            || text.contains("more processes than cpus")
        {
            add(.binding, "there are fewer free cores on a node than its ranks ask for")
        }
        if text.contains("Unable to allocate shared memory")
            || text.contains("not enough space") && text.contains("shmem")
        {
            add(.memory, "shared memory between the ranks of a node has no room: /dev/shm is too small")
        }
        if text.contains("No components were able to be opened in the mtl framework")
            || text.contains("No components were able to be opened in the pml framework")
            || text.contains("PML cm cannot be selected")
        {
            add(
                .fabric,
                "the Elastic Fabric Adapter cannot be used: its library or its permission to lock memory is missing")
        } else if found.isEmpty,
            text.contains("unable to reach each other") || text.contains("unable to connect to its peer")
                || text.contains("WARNING: Open MPI failed to TCP connect")
        {
            add(.network, "ranks on two nodes cannot reach each other: a firewall, or interfaces on different networks")
        }
        return found
    }

    /// What a signal says about a rank that was sent it.
    private static func reason(_ signal: Int) -> String {
        switch signal {
        case 9: " (SIGKILL): by hand, or by the kernel because memory ran out"
        case 7: " (SIGBUS): most likely /dev/shm or a disk without room"
        case 11: " (SIGSEGV): a fault of the program"
        case 4: " (SIGILL): the program was built for another processor"
        case 6: " (SIGABRT): it gave up; what it said stands above"
        case 15: " (SIGTERM): it was asked to stop"
        default: ""
        }
    }
}
