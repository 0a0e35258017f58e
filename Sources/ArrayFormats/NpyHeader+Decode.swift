// The bytes of elements to numbers: byte swap, then conversion to the caller's floating-point type.
//
// Integers are rounded to nearest where the target has fewer bits. Complex elements are pairs (real, imaginary), which is
// also how a complex number lies in memory, so that a buffer of them may be filled as a buffer of twice as many scalars.

public import Failures

extension NpyHeader {
    /// Decodes as many whole elements as `values` holds, each to one number.
    ///
    /// - Parameters:
    ///   - bytes: elements as they stand in the file, `values.count * elementType.byteSize` bytes; any alignment.
    ///   - values: filled from its start to its end.
    ///   - path: the file's name, for the error.
    /// - Throws: `TesseraError.file` where the elements are complex: no part of them is dropped silently.
    @inlinable
    public func decode<T: BinaryFloatingPoint>(
        _ bytes: UnsafeRawBufferPointer, into values: UnsafeMutableBufferPointer<T>, path: String
    ) throws(TesseraError) {
        try requireReal(path: path)
        decodeScalars(bytes, into: values)
    }

    /// Decodes elements to pairs (real, imaginary); real elements get an imaginary part of zero.
    ///
    /// - Parameters:
    ///   - bytes: `pairs.count / 2 * elementType.byteSize` bytes as they stand in the file.
    ///   - pairs: twice as many scalars as there are elements.
    @inlinable
    public func decodePairs<T: BinaryFloatingPoint>(
        _ bytes: UnsafeRawBufferPointer, into pairs: UnsafeMutableBufferPointer<T>
    ) {
        guard !elementType.isComplex else { return decodeScalars(bytes, into: pairs) }
        let count = pairs.count / 2
        // The reals fill the first half, then spread from the back: each moves to a place at or beyond its own.
        decodeScalars(bytes, into: UnsafeMutableBufferPointer(rebasing: pairs[..<count]))
        for index in stride(from: count - 1, through: 0, by: -1) {
            pairs[2 &* index] = pairs[index]
            pairs[2 &* index &+ 1] = 0
        }
    }

    /// Refuses complex elements.
    public func requireReal(path: String) throws(TesseraError) {
        if elementType.isComplex {
            throw .file(path: path, reason: "expected real elements, found complex ones (\(typeDescription))")
        }
    }

    /// Decodes real numbers, the two of a complex element each for itself.
    @inlinable
    func decodeScalars<T: BinaryFloatingPoint>(
        _ bytes: UnsafeRawBufferPointer, into values: UnsafeMutableBufferPointer<T>
    ) {
        precondition(bytes.count >= values.count * elementType.scalarByteSize, "fewer bytes than elements")
        let swap = isLittleEndian != hostIsLittleEndian
        switch elementType {
        case .bool: fill(values, bytes, swap) { (raw: UInt8) in raw == 0 ? 0 : 1 }
        case .int8: fill(values, bytes, swap) { (raw: Int8) in T(raw) }
        case .int16: fill(values, bytes, swap) { (raw: Int16) in T(raw) }
        case .int32: fill(values, bytes, swap) { (raw: Int32) in T(raw) }
        case .int64: fill(values, bytes, swap) { (raw: Int64) in T(raw) }
        case .uint8: fill(values, bytes, swap) { (raw: UInt8) in T(raw) }
        case .uint16: fill(values, bytes, swap) { (raw: UInt16) in T(raw) }
        case .uint32: fill(values, bytes, swap) { (raw: UInt32) in T(raw) }
        case .uint64: fill(values, bytes, swap) { (raw: UInt64) in T(raw) }
        case .float32, .complex64: fill(values, bytes, swap) { (raw: UInt32) in T(Float(bitPattern: raw)) }
        case .float64, .complex128: fill(values, bytes, swap) { (raw: UInt64) in T(Double(bitPattern: raw)) }
        }
    }

    @inlinable @inline(__always)
    func fill<T, Raw: FixedWidthInteger & BitwiseCopyable>(
        _ values: UnsafeMutableBufferPointer<T>, _ bytes: UnsafeRawBufferPointer, _ swap: Bool, _ convert: (Raw) -> T
    ) {
        for index in 0..<values.count {
            let raw = bytes.loadUnaligned(fromByteOffset: index &* MemoryLayout<Raw>.size, as: Raw.self)
            values[index] = convert(swap ? raw.byteSwapped : raw)
        }
    }
}
