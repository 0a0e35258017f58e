package import Failures
internal import CShim

/// How the values of all ranks become one.
///
/// Sums of floating-point numbers depend on the number of ranks in their last bits; minima, maxima and integer sums do
/// not. Overflow of integers is not detected.
public struct Reduction<Element: MessageElement> {
    enum Kind {
        case predefined(OpaquePointer)
        case custom((Element, Element) -> Element)
    }
    let kind: Kind

    /// A reduction of the caller's own. `combine` must be associative and commutative up to rounding, and must not
    /// communicate. The elements may be any trivial type.
    public static func custom(_ combine: @escaping (Element, Element) -> Element) -> Reduction {
        Reduction(kind: .custom(combine))
    }
}

extension Reduction where Element: Numeric {
    public static var sum: Reduction { Reduction(kind: .predefined(MPI_SUM)) }
    public static var product: Reduction { Reduction(kind: .predefined(MPI_PROD)) }
}

/// Of floating-point numbers one of which is NaN, the result is unspecified and may differ between ranks' orders: MPI
/// compares with `<`, for which a NaN is neither smaller nor larger. To find NaNs, reduce a ``Located`` value, or a
/// flag.
extension Reduction where Element: Comparable {
    public static var minimum: Reduction { Reduction(kind: .predefined(MPI_MIN)) }
    public static var maximum: Reduction { Reduction(kind: .predefined(MPI_MAX)) }
}

extension Reduction where Element: FixedWidthInteger {
    public static var bitwiseAnd: Reduction { Reduction(kind: .predefined(MPI_BAND)) }
    public static var bitwiseOr: Reduction { Reduction(kind: .predefined(MPI_BOR)) }
}

/// A value and where it stands: the element of a max-location or min-location reduction.
public struct Located<Value: Comparable & MessageElement>: Hashable, Sendable where Value: Hashable {
    public var value: Value
    public var location: Int

    public init(_ value: Value, at location: Int) {
        self.value = value
        self.location = location
    }

    /// The larger value; of equal ones the one at the smaller location. A NaN counts as larger than every number, so
    /// that it is found.
    public static func maximum(_ a: Located, _ b: Located) -> Located {
        let aIsNaN = a.value != a.value
        let bIsNaN = b.value != b.value
        if aIsNaN || bIsNaN {
            return aIsNaN && bIsNaN ? (a.location <= b.location ? a : b) : (aIsNaN ? a : b)
        }
        if a.value == b.value { return a.location <= b.location ? a : b }
        return a.value > b.value ? a : b
    }

    /// The smaller value; of equal ones the one at the smaller location. NaN as in ``maximum(_:_:)``.
    public static func minimum(_ a: Located, _ b: Located) -> Located {
        let aIsNaN = a.value != a.value
        let bIsNaN = b.value != b.value
        if aIsNaN || bIsNaN {
            return aIsNaN && bIsNaN ? (a.location <= b.location ? a : b) : (aIsNaN ? a : b)
        }
        if a.value == b.value { return a.location <= b.location ? a : b }
        return a.value < b.value ? a : b
    }
}

// MARK: Handing a reduction to MPI

/// The reduction of the blocking call that is under way. MPI's callback has no context argument; one slot is enough,
/// because only the thread that started MPI communicates and every user-defined reduction blocks.
nonisolated(unsafe) private var pendingCombine: ((UnsafeRawPointer, UnsafeMutableRawPointer, Int) -> Void)?

private let trampoline:
    @convention(c) (
        UnsafeMutableRawPointer?, UnsafeMutableRawPointer?, UnsafeMutablePointer<Int32>?,
        UnsafeMutablePointer<MPI_Datatype?>?
    ) -> Void = { incoming, accumulated, count, _ in
        pendingCombine?(UnsafeRawPointer(incoming!), accumulated!, Int(count!.pointee))
    }

extension Reduction {
    /// Calls `body` with MPI's operation and datatype for this reduction.
    func withOperation(
        _ body: (OpaquePointer, Datatype) throws(TesseraError) -> Void
    ) throws(TesseraError) {
        switch kind {
        case .predefined(let operation):
            try body(operation, Element.datatype)
        case .custom(let combine):
            pendingCombine = { incoming, accumulated, count in
                let left = incoming.assumingMemoryBound(to: Element.self)
                let right = accumulated.assumingMemoryBound(to: Element.self)
                for i in 0..<count { right[i] = combine(left[i], right[i]) }
            }
            defer { pendingCombine = nil }
            try body(try combining(), Element.datatype)
        }
    }
}

/// MPI's handle of ``pendingCombine``, made at its first use and kept until MPI ends.
nonisolated(unsafe) private var combiningOperation: OpaquePointer?

private func combining() throws(TesseraError) -> OpaquePointer {
    if let combiningOperation { return combiningOperation }
    var operation: OpaquePointer? = nil
    try check(MPI_Op_create(trampoline, 1, &operation), "MPI_Op_create")
    combiningOperation = operation
    return operation!
}

extension Communicator {
    /// Combines one record of each rank in place, as one element that cannot be cut: `combine(theirs, ours)` changes ours,
    /// is associative and commutative, and does not communicate.
    package func allReduceRecord(
        _ record: UnsafeMutableRawPointer, bytes: Int,
        _ combine: @escaping (UnsafeRawPointer, UnsafeMutableRawPointer) -> Void
    ) throws(TesseraError) {
        let handle = try handle(for: "MPI_Allreduce")
        let datatype = pairDatatype(bytes)
        pendingCombine = { incoming, accumulated, count in
            for i in 0..<count { combine(incoming + i * bytes, accumulated + i * bytes) }
        }
        defer { pendingCombine = nil }
        let operation = try combining()
        try counting(.allReduce, bytes: bytes) { () throws(TesseraError) in
            try check(MPI_Allreduce(MPI_IN_PLACE, record, 1, datatype.handle, operation, handle), "MPI_Allreduce")
        }
    }
}

extension Located: MessageElement {
    /// A pair travels as its bytes.
    public static var datatype: Datatype { pairDatatype(MemoryLayout<Located>.stride) }
}

/// Committed byte-block types by size, kept until MPI ends.
nonisolated(unsafe) private var byteBlocks: [Int: OpaquePointer] = [:]

/// A datatype of this many bytes, for trivial structures. Only for use while MPI runs.
package func pairDatatype(_ size: Int) -> Datatype {
    if let known = byteBlocks[size] { return Datatype(handle: known, size: size) }
    var block: OpaquePointer? = nil
    MPI_Type_contiguous(Int32(size), MPI_BYTE, &block)
    MPI_Type_commit(&block)
    byteBlocks[size] = block!
    return Datatype(handle: block!, size: size)
}
