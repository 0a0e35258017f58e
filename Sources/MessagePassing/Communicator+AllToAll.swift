public import Failures
internal import CShim

extension Communicator {
    /// Part r of every rank's values goes to rank r; the parts arrive in rank order. All parts have one length.
    public func allToAll<T: MessageElement>(_ values: [T]) throws(TesseraError) -> [T] {
        let handle = try handle(for: "MPI_Alltoall")
        guard values.count.isMultiple(of: size) else {
            throw .argument(
                routine: "allToAll", name: "values", expected: "a multiple of \(size) elements",
                found: "\(values.count)")
        }
        var received = values
        let count = values.count / size
        try counting(.allToAll, bytes: values.count * T.datatype.size) { () throws(TesseraError) in
            try LargeCount.with(count, T.datatype) { (count, type) throws(TesseraError) in
                try check(MPI_Alltoall(values, count, type, &received, count, type, handle), "MPI_Alltoall")
            }
        }
        return received
    }

    /// `sending[r]` of the values go to rank r, in order; `receiving[r]` values come from rank r.
    public func allToAllVarying<T: MessageElement>(
        _ values: [T], sending: [Int], receiving: [Int]
    ) throws(TesseraError) -> [T] {
        try allToAllVarying(values, sending: sending, receiving: receiving, as: .allToAll)
    }

    func allToAllVarying<T: MessageElement>(
        _ values: [T], sending: [Int], receiving: [Int], as operation: Traffic.Operation
    ) throws(TesseraError) -> [T] {
        guard sending.count == size, receiving.count == size, sending.reduce(0, +) == values.count else {
            throw .argument(
                routine: "\(operation)", name: "sending", expected: "\(size) counts that sum to \(values.count)",
                found: "\(sending.count) counts that sum to \(sending.reduce(0, +))")
        }
        let total = receiving.reduce(0, +)
        return try unsafeArray(count: total) { (received: UnsafeMutablePointer<T>?) throws(TesseraError) in
            try values.withUnsafeBufferPointer { (memory) throws(TesseraError) in
                try allToAll(
                    memory.baseAddress, sending, exclusiveSums(sending), received, receiving, exclusiveSums(receiving),
                    T.datatype, as: operation)
            }
        }
    }

    /// The general exchange over pointers. Counts and displacements in elements.
    package func allToAll(
        _ outgoing: UnsafeRawPointer?, _ sendCounts: [Int], _ sendDisplacements: [Int],
        _ incoming: UnsafeMutableRawPointer?, _ receiveCounts: [Int], _ receiveDisplacements: [Int],
        _ datatype: Datatype, as operation: Traffic.Operation = .allToAll
    ) throws(TesseraError) {
        let handle = try handle(for: "MPI_Alltoallv")
        let bytes = sendCounts.reduce(0, +) * datatype.size
        // Whether the counts fit must be decided alike on all ranks: the two paths do not meet.
        let largest = max(
            sendCounts.max() ?? 0, sendDisplacements.max() ?? 0, receiveCounts.max() ?? 0,
            receiveDisplacements.max() ?? 0)
        var isLarge = largest > LargeCount.limit ? 1 : 0
        try check(MPI_Allreduce(MPI_IN_PLACE, &isLarge, 1, MPI_INT64_T, MPI_MAX, handle), "MPI_Allreduce")
        try counting(operation, bytes: bytes) { () throws(TesseraError) in
            if isLarge == 0 {
                try check(
                    MPI_Alltoallv(
                        outgoing, sendCounts.map(Int32.init), sendDisplacements.map(Int32.init), datatype.handle,
                        incoming, receiveCounts.map(Int32.init), receiveDisplacements.map(Int32.init), datatype.handle,
                        handle), "MPI_Alltoallv")
                return
            }
            // Past 2^31 - 1: one exchange with each partner at distance 0, 1, ..., size - 1.
            for distance in 0..<size {
                let to = (rank + distance) % size
                let from = (rank - distance + size) % size
                try LargeCount.with(sendCounts[to], datatype) { (sendCount, sendType) throws(TesseraError) in
                    try LargeCount.with(receiveCounts[from], datatype) {
                        (receiveCount, receiveType) throws(TesseraError) in
                        try check(
                            MPI_Sendrecv(
                                outgoing.map { $0 + sendDisplacements[to] * datatype.size }, sendCount, sendType,
                                Int32(to), 0, incoming.map { $0 + receiveDisplacements[from] * datatype.size },
                                receiveCount, receiveType, Int32(from), 0, handle, MPI_STATUS_IGNORE), "MPI_Sendrecv")
                    }
                }
            }
        }
    }
}

/// The sum of the counts before each one.
package func exclusiveSums(_ counts: [Int]) -> [Int] {
    var sum = 0
    return counts.map { count in
        defer { sum += count }
        return sum
    }
}

/// An array whose elements `fill` writes through a pointer, all of them.
func unsafeArray<T>(
    count: Int, _ fill: (UnsafeMutablePointer<T>?) throws(TesseraError) -> Void
) throws(TesseraError) -> [T] {
    var failure: TesseraError?
    let array = [T](unsafeUninitializedCapacity: count) { memory, initialized in
        do throws(TesseraError) {
            try fill(memory.baseAddress)
            initialized = count
        } catch {
            failure = error
            initialized = 0
        }
    }
    if let failure { throw failure }
    return array
}
