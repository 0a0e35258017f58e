// The folder of a checkpoint as one rank sees it: generations are folders of their own, numbered upwards. Everything here
// is local and touches no data.

internal import ArrayFormats
internal import Failures
private import Foundation

struct CheckpointFolder {
    let path: String

    /// The folder of a generation.
    func generation(_ number: Int) -> String {
        let digits = String(number)
        return "\(path)/generation-\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits)"
    }

    func manifest(_ number: Int) -> String { "\(generation(number))/\(CheckpointManifest.name)" }

    /// The numbers of all generations, finished or not, ascending; none where the folder does not exist.
    var generations: [Int] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        return names.compactMap { name in
            guard name.hasPrefix("generation-"), let number = Int(name.dropFirst("generation-".count)),
                number > 0, "\(path)/\(name)" == generation(number)
            else { return nil }
            return number
        }.sorted()
    }

    /// Makes the folder of the next generation, empty, and returns its number.
    func makeNext() throws(TesseraError) -> Int {
        let number = (generations.last ?? 0) + 1
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw .file(path: path, reason: "the folder of the checkpoints cannot be made")
        }
        guard mkdir(generation(number), 0o777) == 0 else {
            throw .file(path: generation(number), reason: String(cString: strerror(errno)).lowercased())
        }
        return number
    }

    /// Finishes a generation: its manifest, then the names of its files and its own, to the disk.
    func publish(_ manifest: CheckpointManifest) throws(TesseraError) {
        var file = try AtomicFile(self.manifest(manifest.generation))
        try file.write(manifest.rendered())
        try file.commit()
        synchronize(generation(manifest.generation))
        synchronize(path)
    }

    /// The text of a generation's manifest, once the sizes of its files are right.
    func readManifest(_ number: Int) throws(TesseraError) -> [UInt8] {
        let path = manifest(number)
        guard let text = FileManager.default.contents(atPath: path) else {
            throw .file(path: path, reason: "there is no manifest: the checkpoint was not finished")
        }
        let manifest = try CheckpointManifest(parsing: [UInt8](text), path: path)
        guard manifest.generation == number else {
            throw .file(path: path, reason: "it is that of generation \(manifest.generation)")
        }
        for file in manifest.files {
            let path = "\(generation(number))/\(file.name)"
            var status = stat()
            guard stat(path, &status) == 0 else {
                throw .file(path: path, reason: String(cString: strerror(errno)).lowercased())
            }
            guard Int(status.st_size) == file.bytes else {
                throw .file(path: path, reason: "expected \(file.bytes) bytes, found \(status.st_size)")
            }
        }
        return [UInt8](text)
    }

    /// Removes all but the newest `keep` finished generations, and unfinished ones before those. What cannot be removed
    /// stays: it does no harm.
    func retire(keeping keep: Int) {
        let all = generations
        let finished = all.filter { FileManager.default.fileExists(atPath: manifest($0)) }
        let kept = finished.suffix(keep)
        guard let newest = kept.last else { return }
        for number in all where number < newest && !kept.contains(number) { remove(number) }
    }

    /// Removes one generation, its manifest first: from then on it does not count.
    func remove(_ number: Int) {
        unlink(manifest(number))
        try? FileManager.default.removeItem(atPath: generation(number))
    }

    /// Removes all generations, and the folder where nothing else is in it.
    func removeAll() {
        for number in generations { remove(number) }
        rmdir(path)
    }

    /// Brings the names in a folder to the disk. Some file systems cannot, and need not.
    private func synchronize(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
