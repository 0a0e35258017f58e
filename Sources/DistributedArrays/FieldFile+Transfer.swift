// Boxes of an n-dimensional array between a file and strided memory (a field with its ghosts, say), in rounds.
//
// A file in Fortran order is one in C order with its axes reversed; reversing the box and the strides of memory too makes
// the two one case. A box is cut along its outer axes into chunks of at most `limit` bytes, each one collective transfer
// through a file view; a rank with fewer chunks than others joins with none. Memory: a chunk or two beside the field.

internal import ArrayFormats
package import Failures
package import MessagePassing

extension FieldFile {
    /// Bytes of a rank's chunk.
    nonisolated(unsafe) package static var limit = 8 << 20

    /// Reads this rank's box into memory. Collective.
    ///
    /// - Parameters:
    ///   - base: where the box's first element goes.
    ///   - strides: elements between neighbours along each axis in memory.
    package func read<T: BinaryFloatingPoint & MessageElement>(
        into base: UnsafeMutablePointer<T>?, strides: [Int], box origin: [Int], extents: [Int]
    ) throws(TesseraError) {
        let (header, path) = (header, path)
        try communicator.agree("FieldFile.read", on: shape) { () throws(TesseraError) in
            try requireBox(origin, extents, strides, of: shape, routine: "FieldFile.read")
        }
        let size = header.elementType.byteSize
        let chunks = BoxChunks(
            origin, extents, strides, of: shape, isReversed: header.isFortranOrder,
            elementSize: max(size, MemoryLayout<T>.size))
        let rounds = try communicator.agreedMaximum(chunks.count)
        try SharedFile.reading(path, on: communicator) { (file) throws(TesseraError) in
            let fileSize = try file.size
            try communicator.agree("FieldFile.read") { () throws(TesseraError) in
                try header.checkSize(fileSize, path: path)
            }
            for index in 0..<rounds {
                let chunk = chunks[index]
                let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk.volume * size, alignment: 64)
                let values = UnsafeMutableBufferPointer<T>.allocate(capacity: chunk.volume)
                defer {
                    bytes.deallocate()
                    values.deallocate()
                }
                try file.read(into: bytes.baseAddress, try chunk.view(size), at: header.dataOffset)
                try decode(UnsafeRawBufferPointer(bytes), header, into: values, path: path)
                if let base, let source = values.baseAddress {
                    chunk.forEachRow { place, offset, count, stride in
                        for k in 0..<count { base[offset &+ k &* stride] = source[place &+ k] }
                    }
                }
            }
        }
    }

    private static func header(of shape: [Int], elementSize: Int) -> NpyHeader {
        NpyHeader(elementType: elementSize == 4 ? .float32 : .float64, shape: shape)
    }

    /// Bytes of the file that holds an array of this shape.
    static func bytes(of shape: [Int], elementSize: Int) -> Int {
        let header = header(of: shape, elementSize: elementSize)
        return header.dataOffset + header.byteCount
    }

    /// Writes this rank's box from memory. Collective.
    ///
    /// - Parameters:
    ///   - base: the box's first element.
    ///   - strides: elements between neighbours along each axis in memory.
    package static func write<T: BinaryFloatingPoint & MessageElement>(
        from base: UnsafePointer<T>?, strides: [Int], box origin: [Int], extents: [Int], of shape: [Int],
        to path: String, on communicator: Communicator
    ) throws(TesseraError) {
        try communicator.agree("FieldFile.write", on: shape + path.utf8.map(Int.init)) { () throws(TesseraError) in
            try requireBox(origin, extents, strides, of: shape, routine: "FieldFile.write")
        }
        try communicator.agreeOnCover("FieldFile.write", by: extents, of: shape)
        let size = MemoryLayout<T>.size
        let header = header(of: shape, elementSize: size)
        let chunks = BoxChunks(origin, extents, strides, of: shape, isReversed: false, elementSize: size)
        let rounds = try communicator.agreedMaximum(chunks.count)
        try SharedFile.replacing(path, on: communicator) { (file) throws(TesseraError) in
            let heading = communicator.rank == 0 ? header.rendered() : []
            try file.write(heading, heading.count, at: 0)
            for index in 0..<rounds {
                let chunk = chunks[index]
                let values = UnsafeMutableBufferPointer<T>.allocate(capacity: chunk.volume)
                defer { values.deallocate() }
                if let base, let target = values.baseAddress {
                    chunk.forEachRow { place, offset, count, stride in
                        for k in 0..<count { target[place &+ k] = base[offset &+ k &* stride] }
                    }
                }
                try file.write(values.baseAddress, try chunk.view(size), at: header.dataOffset)
            }
        }
    }
}

/// A box of an array that a file can hold, with a stride for each axis; local.
func requireBox(
    _ origin: [Int], _ extents: [Int], _ strides: [Int], of shape: [Int], routine: String
) throws(TesseraError) {
    guard let count = volume(shape), !count.multipliedReportingOverflow(by: 8).overflow else {
        throw .argument(
            routine: routine, name: "shape", expected: "extents that a file can hold", found: "\(shape)")
    }
    let fits =
        origin.count == shape.count && extents.count == shape.count && strides.count == shape.count
        && shape.indices.allSatisfy {
            origin[$0] >= 0 && extents[$0] >= 0 && origin[$0] <= shape[$0] && extents[$0] <= shape[$0] - origin[$0]
        }
    if !fits {
        throw .argument(
            routine: routine, name: "box", expected: "a box in an array of shape \(shape)",
            found: "\(extents) at \(origin)")
    }
}

extension Communicator {
    /// The boxes of all ranks have together as many elements as the array. Collective.
    func agreeOnCover(_ routine: StaticString, by extents: [Int], of shape: [Int]) throws(TesseraError) {
        let covered = try allReduce(volume(extents)!, .sum)
        try agree(routine) { () throws(TesseraError) in
            guard covered == volume(shape)! else {
                throw .argument(
                    routine: "\(routine)", name: "extents", expected: "boxes of \(volume(shape)!) elements together",
                    found: "\(covered)")
            }
        }
    }
}
