// A job file, read and checked as a whole before any work starts.

import Foundation

/// A job that is ready to run: every key checked, every input found, its memory at hand.
public struct JobFile: Hashable, Sendable {
    /// What to compute.
    public enum Job: Hashable, Sendable {
        case gaussianProcess(GaussianProcessSpec)
        case heat(HeatSpec)
        case poisson(PoissonSpec)
        case wave(WaveSpec)
        case reactionDiffusion(ReactionDiffusionSpec)
        case shallowWater(ShallowWaterSpec)
        case solve(SolveSpec)
        case multiply(MultiplySpec)
        case linpack(LinpackSpec)
    }

    /// The file's path, as given.
    public let path: String
    public let name: String
    /// Where results go, relative to the working directory; it may not exist yet.
    public let outputFolder: String
    public let job: Job
    /// The files that it reads.
    public let inputs: [Input]

    /// A file that a job reads.
    public struct Input: Hashable, Sendable {
        /// The key that names it.
        public let key: String
        /// The path that opens it from the working directory.
        public let path: String
    }

    /// The word of the key `kind`.
    public var kind: String { type(of: spec).kind }

    /// Bytes that the job needs over all its ranks.
    public func memory(ranks: Int) -> Int { spec.memory(ranks: ranks) }

    var spec: any JobSpec {
        switch job {
        case .gaussianProcess(let spec): spec
        case .heat(let spec): spec
        case .poisson(let spec): spec
        case .wave(let spec): spec
        case .reactionDiffusion(let spec): spec
        case .shallowWater(let spec): spec
        case .solve(let spec): spec
        case .multiply(let spec): spec
        case .linpack(let spec): spec
        }
    }

    /// Reads a job file and checks all of it.
    ///
    /// - Parameters:
    ///   - path: the file. Inputs in it are relative to its folder.
    ///   - overrides: `key.path=value`, applied before the checks; inputs in them are relative to the working directory.
    ///   - output: the folder of the results, instead of what the file says.
    ///   - node: where the job is to run; nil leaves memory and process grid unchecked.
    /// - Throws: every fault that was found, each one line.
    public static func load(
        path: String, overrides: [String] = [], output: String? = nil, node: JobNode? = .current()
    ) throws(JobFileError) -> JobFile {
        var report = JobReport(file: path)
        let root = readRoot(path, overrides, output, &report)
        guard let root, let kind = kind(of: root, &report) else {
            try report.finish()
            throw JobFileError(faults: [])
        }
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) }.map { $0.isEmpty ? "/" : $0 } ?? ""
        let section = CheckedSection(root, keys: kind.allKeys, folder: folder, report: &report)
        kind.checkRelations(section, node, &report)

        let stem = URL(filePath: path).deletingPathExtension().lastPathComponent
        let name = section.ifSound(text: "name") ?? stem
        let outputFolder = section.ifSound(text: "output") ?? "results/\(name)"
        if section.values["output"] == nil, let obstacle = outputObstacle(outputFolder) {
            report.add(section.location, "output", expected: JobValueType.outputFolder.expectation, found: obstacle)
        }
        try report.finish()

        let inputs = kind.inputKeys.compactMap { key in
            section.ifSound(input: key).map { Input(key: key, path: $0.path) }
        }
        let file = JobFile(
            path: path, name: name, outputFolder: outputFolder, job: job(kind.init(section)), inputs: inputs)
        file.checkInputsStay(section, &report)
        file.checkMemory(node, at: section.location(kind.memoryKey), &report)
        try report.finish()
        return file
    }

    private static func job(_ spec: any JobSpec) -> Job {
        switch spec {
        case let spec as GaussianProcessSpec: .gaussianProcess(spec)
        case let spec as HeatSpec: .heat(spec)
        case let spec as PoissonSpec: .poisson(spec)
        case let spec as WaveSpec: .wave(spec)
        case let spec as ReactionDiffusionSpec: .reactionDiffusion(spec)
        case let spec as ShallowWaterSpec: .shallowWater(spec)
        case let spec as SolveSpec: .solve(spec)
        case let spec as MultiplySpec: .multiply(spec)
        case let spec as LinpackSpec: .linpack(spec)
        default: preconditionFailure("a kind without its case in JobFile.Job")
        }
    }

    /// A job that goes on from an earlier result in the same folder would write over what it reads.
    private func checkInputsStay(_ section: CheckedSection, _ report: inout JobReport) {
        for key in type(of: spec).inputKeys {
            guard let input = section.ifSound(input: key)?.path else { continue }
            let name = String(input[(input.lastIndex(of: "/").map(input.index(after:)) ?? input.startIndex)...])
            guard spec.writes(name), areOneFolder(String(input.dropLast(name.count)), outputFolder) else { continue }
            report.add(
                section.location(key), key, expected: "a file that no result replaces: another output folder keeps it",
                found: "\(ConfigurationNode.quote(name)) in the output folder")
        }
    }

    private func checkMemory(_ node: JobNode?, at location: JobLocation, _ report: inout JobReport) {
        guard let node, let available = node.availableMemory else { return }
        let needed = node.share(of: memory(ranks: max(node.ranks ?? 1, node.ranksOnNode)))
        guard needed > available else { return }
        report.add(
            location, type(of: spec).memoryKey,
            expected: "a job that fits into \(gibibytes(available)), free on this node",
            found: "one that needs \(gibibytes(needed))")
    }
}

private func gibibytes(_ bytes: Int) -> String {
    String(format: "%.2f GiB", Double(bytes) / 1_073_741_824)
}
