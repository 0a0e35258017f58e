// What one element of a .npy file is: numpy's type codes without their byte order.

extension NpyHeader {
    /// The kind and size of an element, by numpy's code: `f8` is a Double, `c16` a pair of them.
    public enum ElementType: String, CaseIterable, Hashable, Sendable {
        case bool = "b1"
        case int8 = "i1"
        case int16 = "i2"
        case int32 = "i4"
        case int64 = "i8"
        case uint8 = "u1"
        case uint16 = "u2"
        case uint32 = "u4"
        case uint64 = "u8"
        case float32 = "f4"
        case float64 = "f8"
        case complex64 = "c8"
        case complex128 = "c16"

        /// Bytes of one element in the file.
        public var byteSize: Int {
            switch self {
            case .bool, .int8, .uint8: 1
            case .int16, .uint16: 2
            case .int32, .uint32, .float32: 4
            case .int64, .uint64, .float64, .complex64: 8
            case .complex128: 16
            }
        }

        /// Bytes that are swapped together: the size of one real number of the element.
        public var scalarByteSize: Int { isComplex ? byteSize / 2 : byteSize }

        public var isComplex: Bool { self == .complex64 || self == .complex128 }

        /// Whether the elements are floating-point numbers, real or complex.
        public var isFloatingPoint: Bool { self == .float32 || self == .float64 || isComplex }
    }
}

/// Whether this processor stores the least significant byte first.
@usableFromInline
let hostIsLittleEndian = 1.littleEndian == 1
