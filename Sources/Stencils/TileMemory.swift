// Tiles that were found fastest, from one run to the next: a small text file, a line for each machine, stencil and grid.
//
// TESSERA_TILES names the file; `off` keeps none. Without it: tessera/tiles in $XDG_CACHE_HOME, or in ~/.cache. A file that
// cannot be read or written is no error: the tiles are tried again.

internal import ArrayFormats
internal import Foundation

struct TileMemory {
    let path: String

    /// The user's file; nil where he wants none.
    init?(environment: [String: String] = ProcessInfo.processInfo.environment) {
        switch environment["TESSERA_TILES"] {
        case "off"?: return nil
        case let given? where !given.isEmpty: path = given
        default:
            let cache = environment["XDG_CACHE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
            guard let folder = cache ?? environment["HOME"].map({ $0 + "/.cache" }) else { return nil }
            path = folder + "/tessera/tiles"
        }
    }

    private var lines: [Substring] {
        // Of a file that is not ours, no more than ours would hold.
        guard let file = FileHandle(forReadingAtPath: path), let data = try? file.read(upToCount: 1 << 20) else {
            return []
        }
        return String(decoding: data, as: UTF8.self).split(separator: "\n")
    }

    /// The tile remembered under a name.
    func recall(_ name: String) -> TileShape? {
        for line in lines where line.hasPrefix(name + "\t") {
            let numbers = line.dropFirst(name.count + 1).split(separator: "x").map { Int($0) }
            if numbers.count == 2, let steps = numbers[0], let width = numbers[1], steps > 0, width > 0 {
                return TileShape(steps: steps, width: width)
            }
        }
        return nil
    }

    /// Remembers a tile in place of what was remembered under its name.
    func remember(_ name: String, _ shape: TileShape) {
        let kept = lines.filter { !$0.hasPrefix(name + "\t") }.suffix(499)
        let text = (kept.map(String.init) + ["\(name)\t\(shape)"]).joined(separator: "\n") + "\n"
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        guard var file = try? AtomicFile(path), (try? file.write(Array(text.utf8))) != nil else { return }
        try? file.commit()
    }

    /// What a tile is remembered under: everything that its speed depends on.
    static func name<Scalar>(
        _ footprint: Footprint, of type: Scalar.Type, extents: [Int], shape: [Int], threads: Int
    ) -> String {
        func list(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: "x") }
        let taps = footprint.taps.map { "\($0.field),\($0.ago),\($0.offset.x),\($0.offset.y),\($0.offset.z)" }.sorted()
        let hash = (taps + ["\(footprint.flops)", "\(footprint.written.sorted())"]).joined(separator: ";").utf8
            .reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        return [
            processor, "\(type)", list(extents), "on \(list(shape)) ranks of \(threads)",
            String(hash, radix: 16),
        ].joined(separator: ", ")
    }

    private static var processor: String {
        guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return "processor" }
        let line = text.split(separator: "\n").first { $0.hasPrefix("model name") || $0.hasPrefix("CPU part") }
        return line?.split(separator: ":").last?.trimmingCharacters(in: .whitespaces) ?? "processor"
    }
}
