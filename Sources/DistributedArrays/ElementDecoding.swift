// The loops over elements of a file, compiled for the two floating-point types.

internal import ArrayFormats
internal import Failures

/// Decodes real elements as they stand in a file.
@specialized(where T == Double)
@specialized(where T == Float)
func decode<T: BinaryFloatingPoint>(
    _ bytes: UnsafeRawBufferPointer, _ header: NpyHeader, into values: UnsafeMutableBufferPointer<T>, path: String
) throws(TesseraError) {
    try header.decode(bytes, into: values, path: path)
}

/// Decodes real or complex elements to pairs of numbers.
@specialized(where T == Double)
@specialized(where T == Float)
func decodePairs<T: BinaryFloatingPoint>(
    _ bytes: UnsafeRawBufferPointer, _ header: NpyHeader, into pairs: UnsafeMutableBufferPointer<T>
) {
    header.decodePairs(bytes, into: pairs)
}
