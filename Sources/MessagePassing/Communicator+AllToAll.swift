public import Failures
internal import CShim

extension Communicator {
    /// Part r of every rank's values goes to rank r; the parts arrive in rank order. All parts have one length.
    public func allToAll<T: MessageElement>(_ values: [T]) throws(TesseraError) -> [T] {
        let handle = try handle(for: "MPI_Alltoall")
        requireParts(values.count, "allToAll")
        return try counting(.allToAll, bytes: values.count * T.datatype.size) { () throws(TesseraError) in
            try exchanged(values, count: values.count / size, total: values.count) {
                (outgoing, incoming, count, type) throws(TesseraError) in
                try check(MPI_Alltoall(outgoing, count, type, incoming, count, type, handle), "MPI_Alltoall")
            }
        }
    }

    /// Part r goes to rank r; returns the parts that came, in rank order. The ranks first tell each other the lengths,
    /// which counts as agreement.
    public func allToAllVarying<T: MessageElement>(_ parts: [[T]]) throws(TesseraError) -> [[T]] {
        let handle = try handle(for: "MPI_Alltoall")
        require(parts.count == size, "allToAllVarying", "parts", "\(size) parts", "\(parts.count)")
        let sending = parts.map(\.count)
        var receiving = sending
        let start = MPI_Wtime()
        try check(MPI_Alltoall(sending, 1, MPI_INT64_T, &receiving, 1, MPI_INT64_T, handle), "MPI_Alltoall")
        traffic.count(.agreement, bytes: 8 * size, seconds: MPI_Wtime() - start)
        let whole = try allToAllVarying(Array(parts.joined()), sending: sending, receiving: receiving)
        return self.parts(of: whole, receiving)
    }

    /// `sending[r]` of the values go to rank r, in order; `receiving[r]` values come from rank r.
    public func allToAllVarying<T: MessageElement>(
        _ values: [T], sending: [Int], receiving: [Int]
    ) throws(TesseraError) -> [T] {
        for (name, counts) in [("sending", sending), ("receiving", receiving)] {
            require(
                counts.count == size && counts.allSatisfy { $0 >= 0 }, "allToAllVarying", name,
                "\(size) counts of 0 or more", "\(counts)")
        }
        require(
            sending.reduce(0, +) == values.count, "allToAllVarying", "sending", "counts that sum to \(values.count)",
            "\(sending.reduce(0, +))")
        return try unsafeArray(count: receiving.reduce(0, +)) {
            (received: UnsafeMutablePointer<T>?) throws(TesseraError) in
            try values.withUnsafeBufferPointer { (memory) throws(TesseraError) in
                try allToAll(
                    memory.baseAddress, sending, exclusiveSums(sending), received, receiving, exclusiveSums(receiving),
                    T.datatype)
            }
        }
    }

    // MARK: Pointers, for the numeric modules

    /// The general exchange. Counts and displacements in elements.
    ///
    /// - Parameter bound: what no rank's counts and displacements exceed, the same on all ranks: without it they agree on
    ///   the largest, which is a message more.
    package func allToAll(
        _ outgoing: UnsafeRawPointer?, _ sendCounts: [Int], _ sendDisplacements: [Int],
        _ incoming: UnsafeMutableRawPointer?, _ receiveCounts: [Int], _ receiveDisplacements: [Int],
        _ datatype: Datatype, atMost bound: Int? = nil
    ) throws(TesseraError) {
        let handle = try handle(for: "MPI_Alltoallv")
        let largest = max(
            sendCounts.max() ?? 0, sendDisplacements.max() ?? 0, receiveCounts.max() ?? 0,
            receiveDisplacements.max() ?? 0)
        // Decided alike on all ranks: the two ways do not meet.
        let limit = if let bound { bound } else { try agreedMaximum(largest) }
        let isLarge = limit > LargeCount.limit
        try counting(.allToAll, bytes: sendCounts.reduce(0, +) * datatype.size) { () throws(TesseraError) in
            if isLarge {
                return try exchangeLarge(
                    outgoing, sendCounts, sendDisplacements, incoming, receiveCounts, receiveDisplacements, datatype)
            }
            try check(
                MPI_Alltoallv(
                    outgoing, sendCounts.map(Int32.init), sendDisplacements.map(Int32.init), datatype.handle,
                    incoming, receiveCounts.map(Int32.init), receiveDisplacements.map(Int32.init), datatype.handle,
                    handle), "MPI_Alltoallv")
        }
    }

    /// Counts and displacements past 2^31 - 1 go into one datatype for each partner (`MPI_Alltoallw`). Not counted.
    func exchangeLarge(
        _ outgoing: UnsafeRawPointer?, _ sendCounts: [Int], _ sendDisplacements: [Int],
        _ incoming: UnsafeMutableRawPointer?, _ receiveCounts: [Int], _ receiveDisplacements: [Int],
        _ datatype: Datatype
    ) throws(TesseraError) {
        let handle = try handle(for: "MPI_Alltoallw")
        var sendTypes = [OpaquePointer?]()
        var receiveTypes = [OpaquePointer?]()
        defer {
            for i in sendTypes.indices { MPI_Type_free(&sendTypes[i]) }
            for i in receiveTypes.indices { MPI_Type_free(&receiveTypes[i]) }
        }
        for rank in 0..<size {
            sendTypes.append(try displaced(sendCounts[rank], at: sendDisplacements[rank], datatype))
            receiveTypes.append(try displaced(receiveCounts[rank], at: receiveDisplacements[rank], datatype))
        }
        let zeros = [Int32](repeating: 0, count: size)
        try check(
            MPI_Alltoallw(
                outgoing, sendCounts.map { $0 > 0 ? 1 : 0 }, zeros, sendTypes, incoming,
                receiveCounts.map { $0 > 0 ? 1 : 0 }, zeros, receiveTypes, handle), "MPI_Alltoallw")
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
