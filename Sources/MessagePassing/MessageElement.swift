public import ComplexModule
internal import CShim

/// A value that travels in messages: trivial (its bits are all of it, no references), and known to MPI.
///
/// The protocol does not refine `BitwiseCopyable` because `Complex` does not conform to it.
public protocol MessageElement: Sendable {
    /// The MPI datatype of one element.
    static var datatype: Datatype { get }
}

/// An MPI datatype: how the elements of a message lie in memory.
///
/// Built-in ones come from ``MessageElement/datatype``; a ``StridedBlocks`` makes one for a sub-matrix.
public struct Datatype {
    package let handle: OpaquePointer
    /// Bytes of payload in one element.
    public let size: Int

    package init(handle: OpaquePointer, size: Int) {
        self.handle = handle
        self.size = size
    }
}

extension Int8: MessageElement { public static var datatype: Datatype { .init(handle: MPI_INT8_T, size: 1) } }
extension Int16: MessageElement { public static var datatype: Datatype { .init(handle: MPI_INT16_T, size: 2) } }
extension Int32: MessageElement { public static var datatype: Datatype { .init(handle: MPI_INT32_T, size: 4) } }
extension Int64: MessageElement { public static var datatype: Datatype { .init(handle: MPI_INT64_T, size: 8) } }
extension Int: MessageElement { public static var datatype: Datatype { .init(handle: MPI_INT64_T, size: 8) } }
extension UInt8: MessageElement { public static var datatype: Datatype { .init(handle: MPI_UINT8_T, size: 1) } }
extension UInt16: MessageElement { public static var datatype: Datatype { .init(handle: MPI_UINT16_T, size: 2) } }
extension UInt32: MessageElement { public static var datatype: Datatype { .init(handle: MPI_UINT32_T, size: 4) } }
extension UInt64: MessageElement { public static var datatype: Datatype { .init(handle: MPI_UINT64_T, size: 8) } }
extension UInt: MessageElement { public static var datatype: Datatype { .init(handle: MPI_UINT64_T, size: 8) } }
extension Float: MessageElement { public static var datatype: Datatype { .init(handle: MPI_FLOAT, size: 4) } }
extension Double: MessageElement { public static var datatype: Datatype { .init(handle: MPI_DOUBLE, size: 8) } }

/// The component types whose complex numbers MPI knows.
public protocol ComplexMessageComponent: MessageElement {
    static var complexDatatype: Datatype { get }
}
extension Float: ComplexMessageComponent {
    public static var complexDatatype: Datatype { .init(handle: MPI_C_FLOAT_COMPLEX, size: 8) }
}
extension Double: ComplexMessageComponent {
    public static var complexDatatype: Datatype { .init(handle: MPI_C_DOUBLE_COMPLEX, size: 16) }
}
extension Complex: MessageElement where RealType: ComplexMessageComponent {
    public static var datatype: Datatype { RealType.complexDatatype }
}
