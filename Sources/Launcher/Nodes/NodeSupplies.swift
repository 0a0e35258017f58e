// What the ranks need on every node: the program with its libraries, the job file, its inputs, and the checkpoints of a run
// that was stopped.

internal import Foundation
internal import JobFiles

/// Brings a run's files to its nodes.
struct NodeSupplies: Sendable {
    let ssh: SSH
    let request: NodesRun.Request
    let places: NodePlaces
    let report: @Sendable (String) -> Void

    /// What is there now.
    struct Supplied: Sendable {
        let program: String
        /// The job file, from the ranks' working directory.
        let job: String
        /// The folder of libraries that came along; nil where the nodes have them all.
        let libraries: String?
        /// Arguments of `tessera run` that name the inputs and the output there.
        let arguments: [String]
    }

    /// Brings everything.
    ///
    /// - Throws: ``NodeError`` (`unfit`) where ranks on several nodes would write one file and the nodes share no folder,
    ///   or a node lacks what cannot be brought.
    func bring() async throws(NodeError) -> Supplied {
        let hosts = request.hosts
        let isShared = try await sharesFolder()
        guard hosts.count == 1 || isShared || !request.job.needsSharedFolder else {
            throw NodeError(
                .unfit,
                """
                \(places.base): expected a folder that all nodes share, since all ranks of a \(request.job.kind) job write \
                its files, found one on each node: give --remote-folder
                """)
        }
        let targets = isShared ? [hosts[0]] : hosts
        let hash = try await Shipping.hash(request.program)
        let program = places.program(hash)
        var files = [ShippedFile(source: request.program, target: program, isExecutable: true)]

        let job = request.job
        let jobFile = "job/" + URL(filePath: job.path).lastPathComponent
        files.append(ShippedFile(source: job.path, target: "\(places.folder)/\(jobFile)"))
        var arguments = ["--output", "results"]
        for (index, input) in job.inputs.enumerated() {
            // Another folder, another name: no path of this machine needs to exist there, or be quoted for YAML.
            let name = "inputs/\(index)\(input.path.lowercased().hasSuffix(".mtx") ? ".mtx" : ".npy")"
            files.append(ShippedFile(source: input.path, target: "\(places.folder)/\(name)"))
            arguments += ["--set", "\(input.key)=\(name)"]
        }
        if let checkpoint = job.checkpoint { files += saved(checkpoint.folder) }

        report("sending \(files.count) files to \(isShared ? "the nodes' shared folder" : "\(targets.count) nodes")")
        var hashed: [(ShippedFile, String)] = []
        for file in files { hashed.append((file, try await Shipping.hash(file.source))) }
        let shipped = hashed
        _ = try await concurrently(targets.count) { index async throws(NodeError) in
            try await Shipping(ssh).send(shipped, to: targets[index])
        }
        let libraries = try await bringLibraries(program, places.libraries(hash), to: targets)
        return Supplied(program: program, job: jobFile, libraries: libraries, arguments: arguments)
    }

    /// The files of a checkpoint's folder here.
    private func saved(_ name: String) -> [ShippedFile] {
        let folder = request.job.outputFolder + "/" + name
        let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
        return names.sorted().compactMap { file in
            var isFolder: ObjCBool = false
            let path = "\(folder)/\(file)"
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
                return nil
            }
            return ShippedFile(source: path, target: "\(places.results)/\(name)/\(file)")
        }
    }

    /// Whether what the first node writes into the run's folder is there on all others.
    private func sharesFolder() async throws(NodeError) -> Bool {
        let hosts = request.hosts
        let made = try await ssh.run(
            hosts[0], #"umask 077; mkdir -p -- "$1/results" && echo "$2" > "$1/.mark""#, [places.folder, places.run],
            seconds: 30)
        guard made.status == 0 else {
            throw NodeError(
                .unfit,
                "node \(hosts[0].name): expected a folder '\(places.base)' that can be written, found: \(made.complaint)"
            )
        }
        let marks = try await concurrently(hosts.count) { index async throws(NodeError) in
            try await ssh.run(hosts[index], #"cat -- "$1/.mark" 2>/dev/null"#, [places.folder], seconds: 30).output
        }
        return marks.allSatisfy { $0 == places.run + "\n" }
    }

    /// Sends the program's own libraries where a node lacks any; what is then still missing is named.
    private func bringLibraries(
        _ program: String, _ folder: String, to targets: [Host]
    ) async throws(NodeError) -> String? {
        let hosts = request.hosts
        @Sendable func missing(_ libraries: String) async throws(NodeError) -> [[String]] {
            try await concurrently(hosts.count) { index async throws(NodeError) in
                let asked = try await ssh.run(
                    hosts[index], #"LD_LIBRARY_PATH=$2 exec ldd -- "$1""#, [program, libraries], seconds: 60)
                guard asked.status == 0 else {
                    throw NodeError(
                        .unfit,
                        "node \(hosts[index].name): expected a program for its processor, found: \(asked.complaint)")
                }
                return SharedLibraries.missing(asked.output)
            }
        }
        if try await missing("").allSatisfy({ $0.isEmpty }) { return nil }
        let here = try await LocalProcess.run(["ldd", request.program], seconds: 60)
        var files: [(ShippedFile, String)] = []
        for path in SharedLibraries.own(here.output) {
            let target = folder + "/" + URL(filePath: path).lastPathComponent
            files.append((ShippedFile(source: path, target: target), try await Shipping.hash(path)))
        }
        report("sending \(files.count) libraries of the program")
        let libraries = files
        _ = try await concurrently(targets.count) { index async throws(NodeError) in
            try await Shipping(ssh).send(libraries, to: targets[index])
        }
        let faults = zip(hosts, try await missing(folder)).filter { !$1.isEmpty }.map { host, names in
            "node \(host.name): expected all libraries of the program, found no \(names.joined(separator: ", ")): install their packages"
        }
        guard faults.isEmpty else { throw NodeError(.unfit, faults) }
        return folder
    }
}
