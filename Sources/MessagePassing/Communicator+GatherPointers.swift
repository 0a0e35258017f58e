package import Failures
internal import CShim

extension Communicator {
    /// Every rank's elements on every rank: `counts[r]` elements of rank r land at `displacements[r]` elements from
    /// `incoming`. All ranks know all counts.
    package func allGather(
        _ outgoing: UnsafeRawPointer?, _ incoming: UnsafeMutableRawPointer?, _ counts: [Int], _ displacements: [Int],
        _ datatype: Datatype
    ) throws(TesseraError) {
        let handle = try handle(for: "MPI_Allgatherv")
        let total = (displacements.last ?? 0) + (counts.last ?? 0)
        try counting(.allGather, bytes: counts[rank] * datatype.size) { () throws(TesseraError) in
            if total <= LargeCount.limit {
                try check(
                    MPI_Allgatherv(
                        outgoing, Int32(counts[rank]), datatype.handle, incoming, counts.map(Int32.init),
                        displacements.map(Int32.init), datatype.handle, handle), "MPI_Allgatherv")
                return
            }
            // Past 2^31 - 1: the parts travel one after the other.
            if let incoming, let outgoing {
                (incoming + displacements[rank] * datatype.size)
                    .copyMemory(from: outgoing, byteCount: counts[rank] * datatype.size)
            }
            for root in 0..<size {
                try LargeCount.with(counts[root], datatype) { (count, type) throws(TesseraError) in
                    try check(
                        MPI_Bcast(
                            incoming.map { $0 + displacements[root] * datatype.size }, count, type, Int32(root), handle),
                        "MPI_Bcast")
                }
            }
        }
    }
}
