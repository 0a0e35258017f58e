// Reading the newest generation that is whole: the manifest by one rank, the data by all, and its checksum against what
// has come to lie in memory. A generation with a fault is passed over with one line.

package import Failures
package import LinearAlgebra
package import MessagePassing

/// A generation whose manifest is sound; its data has not been looked at.
package struct CheckpointGeneration {
    package let manifest: CheckpointManifest
    /// The folder of its files.
    let folder: String

    /// A value of the small state.
    ///
    /// - Throws: `TesseraError.file` where there is none of that name and length.
    package func state(_ name: String, count: Int) throws(TesseraError) -> [Int] {
        guard let values = manifest.state[name], values.count == count else {
            throw .file(path: "\(folder)/\(CheckpointManifest.name)", reason: "expected \(count) numbers '\(name)'")
        }
        return values
    }

    /// Refuses a generation whose state does not hold together.
    package func require(_ holds: Bool, _ expected: @autoclosure () -> String) throws(TesseraError) {
        if !holds {
            throw .file(path: "\(folder)/\(CheckpointManifest.name)", reason: "expected \(expected())")
        }
    }

    /// Reads a matrix that was written as `name`, in square blocks. Collective.
    ///
    /// - Throws: `TesseraError.file` on all ranks where the file is not what was written.
    package func matrix<Scalar: LinearScalar>(
        _ name: String, block: Int?, on grid: ProcessGrid
    ) throws(TesseraError) -> DistributedMatrix<Scalar> {
        guard let file = manifest.files.first(where: { $0.name == name + ".npy" }), file.shape.count == 2 else {
            throw .file(path: folder, reason: "expected a matrix '\(name)'")
        }
        let path = "\(folder)/\(file.name)"
        let source = try MatrixFile(path, on: grid)
        guard [source.rows, source.columns] == file.shape else {
            throw .file(
                path: path,
                reason: "expected \(file.shape[0])x\(file.shape[1]), found \(source.rows)x\(source.columns)")
        }
        let matrix: DistributedMatrix<Scalar> = try source.read(block: block)
        try file.requireChecksum(try matrix.checksum(), path: path)
        return matrix
    }
}

extension CheckpointStore {
    /// Which of these computations the newest generation with a sound manifest is of, passing over those of others; nil
    /// where there is none. Collective.
    ///
    /// - Parameter computations: what each is called, and the type of its numbers.
    /// - Throws: `TesseraError.file` on all ranks for the checkpoint of another job.
    package func newest(
        of computations: [(kind: String, scalar: String)], on communicator: Communicator
    ) throws(TesseraError) -> Int? {
        for manifest in try soundManifests(on: communicator) {
            if let index = computations.firstIndex(where: { $0 == (manifest.kind, manifest.scalar) }) { return index }
            refuse(manifest, expected: computations.map { "\($0.kind) of \($0.scalar)" }.joined(separator: " or "))
        }
        return nil
    }

    /// Takes up the newest generation that is whole: calls `body` with one after the other until it does not throw an
    /// error of files. Nil where there is none. Collective.
    ///
    /// - Parameters:
    ///   - kind: the computation. Generations of others are passed over.
    ///   - scalar: the type of its numbers.
    ///   - body: reads data and state.
    /// - Throws: `TesseraError.file` on all ranks for the checkpoint of another job; what `body` throws but errors of
    ///   files.
    package func restore<Result: ~Copyable>(
        kind: String, scalar: String, on communicator: Communicator,
        _ body: (CheckpointGeneration) throws(TesseraError) -> Result
    ) throws(TesseraError) -> Result? {
        for manifest in try soundManifests(on: communicator) {
            let generation = CheckpointGeneration(manifest: manifest, folder: place.generation(manifest.generation))
            guard manifest.kind == kind, manifest.scalar == scalar else {
                refuse(manifest, expected: "\(kind) of \(scalar)")
                continue
            }
            do throws(TesseraError) {
                let result = try body(generation)
                resumedStep = manifest.step
                held = Contents(kind: kind, step: manifest.step)
                return result
            } catch {
                guard case .file = error else { throw error }
                refuse("\(error)")
            }
        }
        return nil
    }

    /// The manifests of this job that are sound, the newest first. Collective.
    package func soundManifests(on communicator: Communicator) throws(TesseraError) -> [CheckpointManifest] {
        try communicator.agree("CheckpointStore", on: words)
        let (place, isRoot) = (place, communicator.rank == 0)
        var numbers = isRoot ? place.generations : []
        try communicator.broadcast(varying: &numbers)
        var manifests: [CheckpointManifest] = []
        for number in numbers.reversed() {
            do throws(TesseraError) {
                var text: [UInt8] = []
                try communicator.agree("CheckpointStore") { () throws(TesseraError) in
                    if isRoot { text = try place.readManifest(number) }
                }
                try communicator.broadcast(varying: &text)
                manifests.append(try CheckpointManifest(parsing: text, path: place.manifest(number)))
            } catch {
                guard case .file = error else { throw error }
                refuse("\(error)")
            }
        }
        if let other = manifests.first(where: { $0.fingerprint != fingerprint }) {
            throw .file(
                path: folder,
                reason:
                    "it holds the checkpoint of another job: expected '\(fingerprint)', found '\(other.fingerprint)'")
        }
        return manifests
    }

    private func refuse(_ manifest: CheckpointManifest, expected: String) {
        refuse(
            "\(place.generation(manifest.generation)): expected \(expected), found \(manifest.kind) of \(manifest.scalar)"
        )
    }

    private func refuse(_ reason: String) {
        if !refused.contains(reason) { refused.append(reason) }
    }
}

extension Communicator {
    /// The first rank's values, on every rank. Collective.
    fileprivate func broadcast<T: MessageElement & ExpressibleByIntegerLiteral>(
        varying values: inout [T]
    ) throws(TesseraError) {
        let count = try broadcast(values.count, from: 0)
        if rank != 0 { values = [T](repeating: 0, count: count) }
        var span = values.mutableSpan
        try broadcast(&span, from: 0)
    }
}
