// Fields in a checkpoint: n-dimensional arrays of which each rank holds a box, in strided memory (with ghosts around it,
// say). The boxes of all ranks are the whole array, each element once; the next run may cut it otherwise.

package import Failures
package import MessagePassing

extension CheckpointWriter {
    /// Writes a field as `NAME.npy`, in C order. Collective.
    ///
    /// - Parameters:
    ///   - base: the first element of this rank's box.
    ///   - strides: elements between neighbours along each axis in memory.
    ///   - origin: where the box begins in the field.
    ///   - extents: those of the box.
    ///   - shape: the field's extents.
    ///   - name: what it is read by.
    ///   - communicator: the ranks whose boxes are the field.
    package mutating func add<T: BinaryFloatingPoint & MessageElement>(
        _ base: UnsafePointer<T>?, strides: [Int], box origin: [Int], extents: [Int], of shape: [Int], as name: String,
        on communicator: Communicator
    ) throws(TesseraError) {
        let file = name + ".npy"
        try FieldFile.write(
            from: base, strides: strides, box: origin, extents: extents, of: shape, to: "\(folder)/\(file)",
            on: communicator)
        let box = FieldBox(base: base, strides: strides, origin: origin, extents: extents, shape: shape)
        files.append(
            CheckpointManifest.File(
                name: file, shape: shape, bytes: FieldFile.bytes(of: shape, elementSize: MemoryLayout<T>.size),
                checksum: try box.checksum(on: communicator).hexadecimal))
    }
}

extension CheckpointGeneration {
    /// Reads a field that was written as `name` into memory. Collective; the boxes are the whole field.
    ///
    /// - Parameters:
    ///   - name: what it was written as.
    ///   - base: where the first element of this rank's box goes.
    ///   - strides: elements between neighbours along each axis in memory.
    ///   - origin: where the box begins in the field.
    ///   - extents: those of the box.
    ///   - shape: the field's extents.
    ///   - communicator: the ranks whose boxes are the field.
    /// - Throws: `TesseraError.file` on all ranks where the file is not what was written.
    package func read<T: BinaryFloatingPoint & MessageElement>(
        _ name: String, into base: UnsafeMutablePointer<T>?, strides: [Int], box origin: [Int], extents: [Int],
        of shape: [Int], on communicator: Communicator
    ) throws(TesseraError) {
        guard let file = manifest.files.first(where: { $0.name == name + ".npy" }), file.shape == shape else {
            throw .file(path: folder, reason: "expected a field '\(name)' of shape \(shape)")
        }
        let path = "\(folder)/\(file.name)"
        let source = try FieldFile(path, on: communicator)
        guard source.shape == shape else {
            throw .file(path: path, reason: "expected an array of shape \(shape), found \(source.shape)")
        }
        try source.read(into: base, strides: strides, box: origin, extents: extents)
        let box = FieldBox(
            base: base.map { UnsafePointer($0) }, strides: strides, origin: origin, extents: extents, shape: shape)
        try file.requireChecksum(try box.checksum(on: communicator), path: path)
    }
}

/// A rank's box of a field, in memory.
private struct FieldBox<T: BinaryFloatingPoint & MessageElement> {
    let base: UnsafePointer<T>?
    let strides: [Int]
    let origin: [Int]
    let extents: [Int]
    let shape: [Int]

    /// The checksum of the field in C order. Collective.
    func checksum(on communicator: Communicator) throws(TesseraError) -> UInt64 {
        var hash = ElementHash()
        let chunks = BoxChunks(
            origin, extents, strides, of: shape, isReversed: false, elementSize: MemoryLayout<T>.size)
        for index in 0..<chunks.count {
            let chunk = chunks[index]
            chunk.forEachRow { place, offset, count, stride in
                guard let base else { return }
                let start = chunk.globalPlace(of: place)
                let row = UnsafeRawPointer(base + offset)
                // Neighbours in memory at once, others one by one.
                let runs = stride == 1 ? (count: 1, length: count) : (count: count, length: 1)
                for run in 0..<runs.count {
                    let numbers = row + run * stride * MemoryLayout<T>.stride
                    if MemoryLayout<T>.size == 8 {
                        hash.add(numbers.assumingMemoryBound(to: UInt64.self), runs.length, at: start + run)
                    } else {
                        hash.add(numbers.assumingMemoryBound(to: UInt32.self), runs.length, at: start + run)
                    }
                }
            }
        }
        return try hash.total(on: communicator)
    }
}

extension BoxChunk {
    /// The place in the whole array of an element that is given by its place in the box.
    fileprivate func globalPlace(of place: Int) -> Int {
        var (rest, global, stride) = (place, 0, 1)
        for axis in extents.indices.reversed() {
            global += (origin[axis] + rest % extents[axis]) * stride
            rest /= extents[axis]
            stride *= shape[axis]
        }
        return global
    }
}
