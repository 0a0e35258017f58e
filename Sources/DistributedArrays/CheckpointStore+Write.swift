// Writing a generation: data by all ranks, then the manifest by one, then room for the next.
//
// Cost: the bytes once to the disk, in panels of bounded size, and a pass over the elements for their checksum. An error
// removes what was written of the generation; those before it stay.

package import Failures
package import LinearAlgebra
package import MessagePassing

/// The data files of a generation that is being written.
package struct CheckpointWriter {
    let folder: String
    var files: [CheckpointManifest.File] = []

    /// Writes a matrix as `NAME.npy`. Collective.
    package mutating func add<Scalar: LinearScalar>(
        _ matrix: borrowing DistributedMatrix<Scalar>, as name: String
    ) throws(TesseraError) {
        let file = name + ".npy"
        try matrix.writeNpy(to: "\(folder)/\(file)")
        files.append(
            CheckpointManifest.File(
                name: file, shape: [matrix.rows, matrix.columns], bytes: matrix.npyBytes,
                checksum: try matrix.checksum().hexadecimal))
    }
}

extension CheckpointStore {
    /// Refuses a folder that another job uses, before any work. Collective.
    package func requireOwnFolder(on communicator: Communicator) throws(TesseraError) {
        _ = try soundManifests(on: communicator)
    }

    /// Writes a generation. Collective.
    ///
    /// - Parameters:
    ///   - kind: the computation.
    ///   - scalar: the type of its numbers.
    ///   - step: how far it has come.
    ///   - state: its small state, the same on all ranks; rank 0's is written.
    ///   - body: adds the data files.
    /// - Throws: `TesseraError.file` on all ranks; the generation is then gone, and those before it are as they were.
    package func write(
        kind: String, scalar: String, step: Int, state: [String: [Int]], on communicator: Communicator,
        _ body: (inout CheckpointWriter) throws(TesseraError) -> Void
    ) throws(TesseraError) {
        let start = MPIEnvironment.seconds
        let (place, isRoot) = (place, communicator.rank == 0)
        var own = 0
        try communicator.agree("CheckpointStore.write", on: words + [step]) { () throws(TesseraError) in
            if isRoot { own = try place.makeNext() }
        }
        let number = try communicator.agreedMaximum(own)
        var manifest = CheckpointManifest(
            kind: kind, scalar: scalar, fingerprint: fingerprint, generation: number, step: step, state: state)
        do throws(TesseraError) {
            var writer = CheckpointWriter(folder: place.generation(number))
            try body(&writer)
            manifest.files = writer.files
            let finished = manifest
            try communicator.agree("CheckpointStore.write") { () throws(TesseraError) in
                if isRoot { try place.publish(finished) }
            }
        } catch {
            if isRoot { place.remove(number) }
            throw error
        }
        if isRoot { place.retire(keeping: keep) }
        written.append(
            Receipt(
                generation: number, step: step, bytes: manifest.files.reduce(0) { $0 + $1.bytes },
                seconds: MPIEnvironment.seconds - start))
        held = Contents(kind: kind, step: step)
        startClock()
    }
}
