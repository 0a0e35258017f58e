// The header of a .npy file: element type, byte order, storage order and shape of one array.
//
// Source: numpy's NEP 1 and numpy.lib.format, versions 1.0, 2.0 and 3.0:
//     \x93NUMPY | major | minor | length of the text (2 bytes, from 2.0 on 4; little endian) | text | data
// where the text is a Python dictionary such as {'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }.

/// What a `.npy` file says of its array.
///
/// ```swift
/// let header = try NpyHeader.read(from: "a.npy")          // checks the file's size against the shape as well
/// let bytes = NpyHeader(elementType: .float64, shape: [3, 4]).rendered()   // exactly numpy's bytes
/// ```
public struct NpyHeader: Hashable, Sendable {
    public let elementType: ElementType
    /// Always true for elements of one byte.
    public let isLittleEndian: Bool
    /// Whether the first axis is the contiguous one (Fortran, LAPACK) rather than the last (C, numpy's default).
    public let isFortranOrder: Bool
    /// Extents of the axes; empty for a scalar.
    public let shape: [Int]
    /// Bytes before the first element.
    public let dataOffset: Int

    /// The header of a file to be written.
    ///
    /// - Precondition: the shape's extents are not negative and its bytes can be counted by `Int`.
    public init(elementType: ElementType, shape: [Int], isFortranOrder: Bool = false, isLittleEndian: Bool = true) {
        precondition(NpyHeader.byteCount(of: shape, elementType) != nil, "a shape that no file can hold: \(shape)")
        self.init(
            elementType: elementType, isLittleEndian: isLittleEndian, isFortranOrder: isFortranOrder, shape: shape,
            dataOffset: NpyHeader.render(elementType, isLittleEndian, isFortranOrder, shape).count)
    }

    init(elementType: ElementType, isLittleEndian: Bool, isFortranOrder: Bool, shape: [Int], dataOffset: Int) {
        self.elementType = elementType
        self.isLittleEndian = isLittleEndian || elementType.byteSize == 1
        self.isFortranOrder = isFortranOrder
        self.shape = shape
        self.dataOffset = dataOffset
    }

    /// Elements of the array; 1 for a scalar.
    public var count: Int { shape.reduce(1, *) }

    /// Bytes of the array's data.
    public var byteCount: Int { count * elementType.byteSize }

    /// Bytes of the whole file.
    public var fileSize: Int { dataOffset + byteCount }

    /// numpy's name of the type, byte order included: `<f8`, `>i2`, `|b1`.
    public var typeDescription: String {
        NpyHeader.typeDescription(elementType, isLittleEndian)
    }

    static func typeDescription(_ type: ElementType, _ isLittleEndian: Bool) -> String {
        (type.byteSize == 1 ? "|" : isLittleEndian ? "<" : ">") + type.rawValue
    }

    /// Bytes of an array of this shape; nil where an extent is negative or `Int` cannot count them.
    ///
    /// Extents of zero are left out of the product, so that no partial product of the others overflows later.
    static func byteCount(of shape: [Int], _ type: ElementType) -> Int? {
        var bytes = type.byteSize
        for extent in shape where extent != 0 {
            guard extent > 0 else { return nil }
            let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
            if overflow { return nil }
            bytes = product
        }
        return shape.contains(0) ? 0 : bytes
    }
}
