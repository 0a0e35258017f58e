// The node that a job is about to run on: how much memory is free, and how many ranks share it.

import Failures
import Foundation

/// What a job file is held against besides itself.
public struct JobNode: Hashable, Sendable {
    /// Bytes that processes of this node can still allocate; nil where that cannot be found out.
    public var availableMemory: Int?
    /// Ranks of the job on this node.
    public var ranksOnNode: Int
    /// Ranks of the job on all nodes; nil where the job is only validated, on no ranks at all.
    public var ranks: Int?

    public init(availableMemory: Int?, ranksOnNode: Int = 1, ranks: Int? = nil) {
        self.availableMemory = availableMemory
        self.ranksOnNode = ranksOnNode
        self.ranks = ranks
    }

    /// This node, with the number of ranks that mpirun has started; needs no MPI.
    public static func current() -> JobNode {
        let environment = ProcessInfo.processInfo.environment
        let ranks = environment["OMPI_COMM_WORLD_SIZE"].flatMap { Int($0) }
        let local = environment["OMPI_COMM_WORLD_LOCAL_SIZE"].flatMap { Int($0) }
        return JobNode(availableMemory: SystemMemory.available, ranksOnNode: max(1, local ?? 1), ranks: ranks)
    }

    /// The bytes of a job over all its ranks that fall to this node.
    func share(of bytes: Int) -> Int {
        guard let ranks, ranks > ranksOnNode else { return bytes }
        return Int((Double(bytes) * Double(ranksOnNode) / Double(ranks)).rounded(.up))
    }
}
