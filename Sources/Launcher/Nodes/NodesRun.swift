// A job on machines that ssh reaches: asked what they are, checked against each other, given the program and the inputs, run by
// mpirun on the first of them, watched, and its results brought back.

internal import Foundation
package import JobFiles

/// A job's run on nodes.
package struct NodesRun: Sendable {
    /// What is to run where.
    package struct Request: Sendable {
        package var job: JobFile
        /// Arguments of `tessera run` that change the job; the paths of its inputs come after them.
        package var arguments: [String]
        /// Its other arguments.
        package var options: [String]
        /// The program, built for the nodes' processor.
        package var program: String
        package var hosts: [Host]
        package var access: SSH.Access
        package var ranks: Int?
        package var fabric: FabricChoice
        package var binding: MPIFlags.Binding
        /// A folder on every node for all of ours; nil for `.tessera` in the home folder.
        package var folder: String?

        package init(
            job: JobFile, arguments: [String], options: [String], program: String, hosts: [Host], access: SSH.Access,
            ranks: Int? = nil,
            fabric: FabricChoice = .auto, binding: MPIFlags.Binding = .cores, folder: String? = nil
        ) {
            self.job = job
            self.arguments = arguments
            self.options = options
            self.program = program
            self.hosts = hosts
            self.access = access
            self.ranks = ranks
            self.fabric = fabric
            self.binding = binding
            self.folder = folder
        }
    }

    private let request: Request
    /// Progress, a line at a time.
    private let report: @Sendable (String) -> Void

    package init(_ request: Request, report: @escaping @Sendable (String) -> Void) {
        self.request = request
        self.report = report
    }

    private var hosts: [Host] { request.hosts }

    /// Runs the job and fetches its results.
    ///
    /// - Returns: mpirun's status, or 128 + the signal that stopped the launcher; 0 is a job that has come to its end.
    package func run() async throws(NodeError) -> Int32 {
        if let folder = request.folder, !Preflight.isPlainPath(folder) {
            throw NodeError(
                .request, "--remote-folder: expected an absolute path of letters, digits and . _ - /, found '\(folder)'"
            )
        }
        let ssh = try await SSH(request.access)
        let outcome: Result<Int32, NodeError>
        do throws(NodeError) { outcome = .success(try await run(ssh)) } catch { outcome = .failure(error) }
        await ssh.close(hosts)
        return try outcome.get()
    }

    /// What mpirun is started with.
    private struct Prepared: Sendable {
        let places: NodePlaces
        let addresses: [IPv4]
        let arguments: [String]
    }

    private func run(_ ssh: SSH) async throws(NodeError) -> Int32 {
        let name = "\(Int(Date().timeIntervalSince1970))-\(UInt32.random(in: 0...UInt32.max))"
        let relay = SignalRelay()
        let preparing = Task { () -> Result<Prepared, NodeError> in
            do throws(NodeError) { return .success(try await prepare(ssh, name)) } catch { return .failure(error) }
        }
        let stopped = Kept<Int32?>(nil)
        relay.handle { number in
            stopped.change { $0 = $0 ?? number }
            preparing.cancel()
        }
        let outcome = await preparing.value
        if let number = stopped.change({ $0 }) {
            await remove(ssh, name)
            return 128 + number
        }
        let prepared: Prepared
        do throws(NodeError) {
            prepared = try outcome.get()
        } catch {
            await remove(ssh, name)
            throw error
        }
        let watched = WatchedRun(
            shell: .ssh(ssh, hosts), addresses: prepared.addresses, folder: prepared.places.folder,
            processFile: prepared.places.processFile, report: report)
        return try await conclude(ssh, try await watched.run(prepared.arguments, relay), prepared)
    }

    /// Everything before the ranks.
    private func prepare(_ ssh: SSH, _ name: String) async throws(NodeError) -> Prepared {
        let hosts = hosts
        report("asking \(hosts.count) nodes what they are")
        let facts = try await concurrently(hosts.count) { index async throws(NodeError) in
            try await ssh.connect(hosts[index])
            let asked = try await ssh.run(hosts[index], NodeFacts.probe, seconds: 60)
            guard asked.status == 0 else {
                throw NodeError(
                    .unreachable,
                    "node \(hosts[index].name): expected an answer to the probe, found: \(asked.complaint)")
            }
            var facts = NodeFacts(answer: asked.output)
            if let address = hosts[index].address.flatMap({ IPv4($0) }) { facts.address = address }
            return facts
        }
        let slots = zip(hosts, facts).map { $0.slots ?? max(1, $1.cores) }
        let ranks = request.ranks ?? slots.reduce(0, +)
        let faults = Preflight.faults(
            zip(hosts, facts).map { ($0.name, $1) }, slots: slots, folder: request.folder,
            checksCores: request.binding == .cores,
            memory: request.job.memory(ranks: max(1, ranks)))
        guard faults.isEmpty else { throw NodeError(.unfit, faults) }

        let places = NodePlaces(base: request.folder ?? facts[0].home + "/.tessera", run: name)
        let addresses = facts.compactMap(\.address)
        try await checkReach(ssh, addresses)
        let nodes = zip(zip(hosts, facts), slots).map { (name: $0.0.name, facts: $0.1, slots: $1) }
        var flags = try MPIFlags(
            nodes, ranks: request.ranks, fabric: request.fabric, binding: request.binding,
            grace: 5, files: (places.hostfile, "ssh -F \(places.configuration)"))
        let supplied = try await NodeSupplies(ssh: ssh, request: request, places: places, report: report).bring()
        try await writeLists(ssh, facts, addresses, slots, places)
        flags.libraries = supplied.libraries

        let names = hosts.map(\.name).joined(separator: ", ")
        report("\(flags.ranks) ranks on \(names): mpirun \(flags.arguments.joined(separator: " "))")
        return Prepared(
            places: places, addresses: addresses,
            arguments: flags.arguments + [supplied.program, "run", supplied.job] + request.arguments
                + supplied.arguments + request.options)
    }

    /// Fetches what there is, and says how it ended.
    private func conclude(_ ssh: SSH, _ ending: WatchedRun.Ending, _ prepared: Prepared) async throws(NodeError)
        -> Int32
    {
        let places = prepared.places
        let names = Dictionary(zip(prepared.addresses.map(\.description), hosts.map(\.name))) { $1 }
        var lines: [String] = []
        var cause = NodeError.Cause.failed
        let hosts = hosts
        if ending.status != 0 {
            var lost = ending.finding.map { [$0.message] } ?? []
            let causes = ORTEFailure.all(in: ending.lastWords, names: names)
            if lost.isEmpty && ending.signal == nil {
                // mpirun may have noticed first, and names the host by its own name, or the wrong one.
                let answers = try await concurrently(hosts.count) { index async throws(NodeError) in
                    await ssh.answers(hosts[index], seconds: 8)
                }
                lost = zip(hosts, answers).filter { !$1 }.map {
                    "node \($0.0.name) was lost: it does not answer any more: it is down, or the network to it is cut"
                }
            }
            if !lost.isEmpty { cause = .lost }
            lines = lost
            for it in causes {
                if case .nodeLost = it.kind {
                    cause = .lost
                    if !lost.isEmpty { continue }
                }
                lines.append(it.message)
            }
        }
        do throws(NodeError) {
            let names = try await Shipping(ssh).fetch(places.results, of: hosts[0], into: request.job.outputFolder)
            report("\(names.count) files of results in \(request.job.outputFolder)")
            await remove(ssh, places.run)
        } catch {
            lines += error.lines
            if ending.status == 0 { cause = .shipping }
        }
        if let signal = ending.signal, ending.status != 0 { return 128 + signal }
        if cause == .failed, let status = ending.status, lines.isEmpty || status != 0 {
            for line in lines { report(line) }
            return status
        }
        throw NodeError(cause, lines)
    }

    /// Every node must reach the others: mpirun's daemons and ranks connect among all of them.
    private func checkReach(_ ssh: SSH, _ addresses: [IPv4]) async throws(NodeError) {
        let hosts = hosts
        guard hosts.count > 1 else { return }
        _ = try await concurrently(hosts.count) { index async throws(NodeError) in
            let others = hosts.indices.filter { $0 != index }
            let asked = try await ssh.run(hosts[index], Preflight.reach, others.map { "\(addresses[$0])" }, seconds: 60)
            let silent = Set(asked.output.split(separator: "\n").map(String.init))
            let lines = others.filter { silent.contains("\(addresses[$0])") }.map {
                "node \(hosts[index].name): expected node \(hosts[$0].name) to answer at \(addresses[$0]), found silence: "
                    + "open all ports between the nodes"
            }
            guard lines.isEmpty else { throw NodeError(.unfit, lines) }
        }
    }

    /// The first node's list of nodes and its ssh's configuration.
    private func writeLists(
        _ ssh: SSH, _ facts: [NodeFacts], _ addresses: [IPv4], _ slots: [Int], _ places: NodePlaces
    ) async throws(NodeError) {
        let shipping = Shipping(ssh)
        let list = MPINode.hostfile(zip(addresses, slots).map { MPINode(address: $0, slots: $1) })
        try await shipping.write(list, to: places.hostfile, on: hosts[0])
        guard hosts.count > 1 else { return }
        let known = zip(facts, addresses).map { $0.knownHosts($1) }.joined()
        try await shipping.write(known, to: places.knownHosts, on: hosts[0])
        let configuration = NodeConfiguration.text(Array(zip(addresses, facts)), knownHosts: places.knownHosts)
        try await shipping.write(configuration, to: places.configuration, on: hosts[0])
    }

    /// Removes the run's folder from every node that still answers; programs stay for the next run.
    private func remove(_ ssh: SSH, _ name: String) async {
        let hosts = hosts
        let folder = request.folder
        _ = try? await concurrently(hosts.count) { index async throws(NodeError) in
            _ = try await ssh.run(hosts[index], Self.removal, [name] + (folder.map { [$0] } ?? []), seconds: 20)
        }
    }

    /// Removes the run $1 under the folder $2, or where it lies without one.
    static let removal = #"""
        rm -rf -- "${2:-$HOME/.tessera}/runs/$1"
        """#
}
