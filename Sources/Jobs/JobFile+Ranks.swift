// A job file read by all ranks: each reads it for itself, since nodes may see different files; one answer for all.

internal import Foundation
package import JobFiles
package import Tessera

extension JobFile {
    /// Reads and checks a job file on every rank. Collective.
    ///
    /// - Throws: on all ranks the same ``Refusal``, when one of them finds a fault (the lowest such rank's faults; they
    ///   name it where others find none) or the ranks have read different jobs.
    package static func load(
        path: String, overrides: [String] = [], output: String? = nil, on world: Communicator
    ) throws -> JobFile {
        let neighbours = try world.splitByNode()
        var node = JobNode.current()
        node.ranks = world.size
        node.ranksOnNode = neighbours.size
        try neighbours.close()

        var job: JobFile?
        var faults: [String] = []
        do throws(JobFileError) {
            job = try load(path: path, overrides: overrides, output: output, node: node)
        } catch {
            faults = Refusal(error).lines
        }
        let failing = try world.allReduce(job == nil ? 1 : 0, .sum)
        if failing > 0 {
            let lowest = try world.allReduce(job == nil ? world.rank : world.size, .minimum)
            if failing < world.size { faults = faults.map { "\($0) (on rank \(world.rank), node \(nodeName()))" } }
            let text = try world.broadcast(faults.joined(separator: "\n"), from: lowest)
            throw Refusal(text.split(separator: "\n").map(String.init))
        }
        guard let job else { preconditionFailure("no fault and no job") }
        do throws(TesseraError) {
            try world.agree("job file", on: "\(job)".utf8.map { Int($0) })
        } catch {
            guard case .disagreement = error else { throw error }
            throw Refusal(["\(path): expected the same job on every rank, found different files"])
        }
        return job
    }
}

extension Communicator {
    /// The root's text, on every rank. Collective.
    func broadcast(_ text: String, from root: Int) throws(TesseraError) -> String {
        var bytes = Array(text.utf8)
        let count = try broadcast(bytes.count, from: root)
        if rank != root { bytes = [UInt8](repeating: 0, count: count) }
        var span = bytes.mutableSpan
        try broadcast(&span, from: root)
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// The name of the machine that this process runs on.
func nodeName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "unknown" }
    return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
