// What the elements of an array are like, found before anything is computed with them: the first one that is no finite number
// (a map's missing cells are NaN, and one of them spoils every cell in the end), and the least and the greatest.

public import Failures

extension NpyHeader {
    /// The first element, in the order of the file, that is NaN or infinite. The file is read in pieces of 1 MiB;
    /// integers are always finite and not read.
    ///
    /// - Parameter path: the file that this header stands in.
    /// - Returns: its index along each axis, and its value; nil where all are finite.
    /// - Throws: `TesseraError.file` where the file cannot be read or holds complex elements.
    public func firstNonFinite(in path: String) throws(TesseraError) -> (index: [Int], value: Double)? {
        try requireReal(path: path)
        guard elementType.isFloatingPoint else { return nil }
        var first: (index: [Int], value: Double)?
        try forEachPiece(of: path) { start, values in
            guard let found = values.firstIndex(where: { !$0.isFinite }) else { return true }
            first = (index(ofElement: start + found), values[found])
            return false
        }
        return first
    }

    /// The least and the greatest of the finite elements; nil where there is none. The file is read in pieces of 1 MiB.
    ///
    /// - Parameter path: the file that this header stands in.
    /// - Throws: `TesseraError.file` where the file cannot be read or holds complex elements.
    public func finiteRange(in path: String) throws(TesseraError) -> ClosedRange<Double>? {
        try requireReal(path: path)
        var (least, greatest) = (Double.infinity, -Double.infinity)
        try forEachPiece(of: path) { _, values in
            for value in values where value.isFinite {
                least = min(least, value)
                greatest = max(greatest, value)
            }
            return true
        }
        return least <= greatest ? least...greatest : nil
    }

    /// Calls `body` with the place of the first element of each piece, and its elements, until it returns false.
    private func forEachPiece(
        of path: String, _ body: (Int, UnsafeMutableBufferPointer<Double>) -> Bool
    ) throws(TesseraError) {
        let file = try InputFile(path)
        let piece = (1 << 20) / elementType.byteSize
        var values = [Double](repeating: 0, count: min(piece, count))
        for start in stride(from: 0, to: count, by: piece) {
            let length = min(piece, count - start)
            let bytes = try file.bytes(
                from: dataOffset + start * elementType.byteSize, count: length * elementType.byteSize)
            guard bytes.count == length * elementType.byteSize else {
                throw .file(path: path, reason: "the file ends before its data")
            }
            let goesOn = values.withUnsafeMutableBufferPointer { values in
                let part = UnsafeMutableBufferPointer(rebasing: values[..<length])
                bytes.withUnsafeBytes { decodeScalars($0, into: part) }
                return body(start, part)
            }
            if !goesOn { return }
        }
    }

    /// The index along each axis of the element at a place in the file.
    private func index(ofElement place: Int) -> [Int] {
        var rest = place
        var index = shape
        for axis in isFortranOrder ? Array(shape.indices) : shape.indices.reversed() {
            index[axis] = rest % shape[axis]
            rest /= shape[axis]
        }
        return index
    }
}
