// Whether the arrays of a routine fit into the memory of the nodes, asked before anything is allocated.
//
// Every rank knows from the layout what each rank would allocate, so that the question needs no message; what its node can
// still give only the rank itself knows, so that the answer belongs into the entry check of a collective routine, which
// makes one rank's refusal that of all. With b the bytes of a rank,
//     bytes on a node <= min(Σ b over all ranks, ranks on the node * max b)
// which is exact where one node holds all ranks, and where their shares are even.

package import Failures

/// What a routine is about to allocate; `Int.max` where 64 bits do not count the bytes.
package struct MemoryDemand: Hashable, Sendable {
    /// Bytes on the rank that allocates the most.
    package let largest: Int
    /// Bytes on all ranks together.
    package let total: Int

    package init(largest: Int, total: Int) {
        self.largest = largest
        self.total = total
    }

    /// An array on one rank alone.
    package init(onOneRank bytes: Int) { self.init(largest: bytes, total: bytes) }

    /// The same array on each of `ranks` ranks.
    package init(onEachOf ranks: Int, _ bytes: Int) {
        self.init(largest: bytes, total: saturatingProduct(ranks, bytes))
    }

    /// No fewer bytes than a node with this many of the ranks must give.
    package func onNode(ranks: Int) -> Int { min(total, saturatingProduct(largest, ranks)) }

    package static func + (a: MemoryDemand, b: MemoryDemand) -> MemoryDemand {
        MemoryDemand(largest: saturatingSum(a.largest, b.largest), total: saturatingSum(a.total, b.total))
    }
}

extension Communicator {
    /// Throws `TesseraError.memory` where this rank's node cannot give what its ranks are about to allocate. Local: for
    /// the check of ``agree(_:on:check:)``.
    ///
    /// - Parameters:
    ///   - demand: the same on all ranks.
    ///   - purpose: what is allocated: `a 10x10 matrix`.
    package func requireMemory(
        _ demand: MemoryDemand, for purpose: @autoclosure () -> String
    ) throws(TesseraError) {
        let needed = demand.onNode(ranks: min(size, MPIEnvironment.ranksOnNode))
        // Less is not worth asking the kernel.
        let given = NodeMemory.assumed ?? (needed > 1 << 26 ? SystemMemory.available : nil)
        guard let available = given, needed > available else { return }
        throw .memory(purpose: "\(purpose()), this node's share", needed: needed, available: available)
    }
}

/// A node with little memory on purpose: the tests see what is refused there, and by whom.
package enum NodeMemory {
    /// Bytes that this rank's node can give; nil asks the kernel.
    nonisolated(unsafe) package static var assumed: Int?
}

/// The product of numbers that are not negative; `Int.max` where 64 bits do not hold it.
package func saturatingProduct(_ factors: Int...) -> Int {
    if factors.contains(0) { return 0 }
    return factors.reduce(1) { product, factor in
        let (value, overflows) = product.multipliedReportingOverflow(by: factor)
        return overflows ? .max : value
    }
}

/// The sum of two numbers that are not negative; `Int.max` where 64 bits do not hold it.
package func saturatingSum(_ a: Int, _ b: Int) -> Int {
    let (sum, overflows) = a.addingReportingOverflow(b)
    return overflows ? .max : sum
}
