// What has been learned of machines: a JSON file in the state folder, replaced as a whole.
//
//     $XDG_STATE_HOME/tessera/rates.json, or ~/.local/state/tessera/rates.json; TESSERA_RATES names another, `off` none
//
// Two runs that end at once leave what the later one learned: a run's lesson is lost, the file is not.

internal import ArrayFormats
package import Failures
internal import Foundation

/// Rates by machine: a type of instances, or a host.
package struct RateStore: Hashable, Codable, Sendable {
    /// Measured rates, with shares; of types of instances the shares count, beside published rates.
    package var machines: [String: NodeRates] = [:]

    package init() {}

    /// The file; nil where none is wanted.
    package static func path(_ environment: [String: String]) -> String? {
        switch environment["TESSERA_RATES"] {
        case "off": return nil
        case let path? where !path.isEmpty: return path
        default: break
        }
        return StateFolder.path(environment).map { "\($0)/rates.json" }
    }

    /// What a host is called among the machines.
    package static var thisHost: String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "host" }
        return "host " + String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Reads the file; nothing is known where there is none.
    ///
    /// - Throws: `TesseraError.file` where it cannot be read, or holds something else.
    package static func read(_ path: String) throws(TesseraError) -> RateStore {
        guard FileManager.default.fileExists(atPath: path) else { return RateStore() }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw .file(path: path, reason: "cannot be read")
        }
        guard let store = try? JSONDecoder().decode(RateStore.self, from: data),
            store.machines.values.allSatisfy(\.isSound)
        else {
            throw .file(path: path, reason: "expected rates of machines, found something else: remove it")
        }
        return store
    }

    /// Replaces the file, and makes its folder, which only its owner can read.
    package func write(_ path: String) throws(TesseraError) {
        let folder = URL(filePath: path).deletingLastPathComponent().path
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        guard let data = try? encoder.encode(self) else { throw .file(path: path, reason: "rates that are no numbers") }
        try? FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        var file = try AtomicFile(path)
        try file.write(Array(data))
        try file.commit()
    }

    /// The rates of a type: published, with the shares that runs have taught.
    package func rates(of type: InstanceType) -> NodeRates {
        var rates = NodeRates.published(type)
        for (routine, share) in machines[type.name]?.shares ?? [:] where share.runs > 0 {
            rates.shares[routine] = share
        }
        return rates
    }

    /// This machine: what is measured now where it is given, what was measured before otherwise.
    ///
    /// - Parameters:
    ///   - name: of the machine.
    ///   - gemm: DGEMM of all ranks together, operations a second.
    ///   - stream: bytes a second of the triad of all ranks together.
    ///   - ranks: how many they are.
    package func rates(of name: String, gemm: Double?, stream: Double?, ranks: Int) -> NodeRates {
        let known = machines[name]
        // Where one was never measured: three operations a byte, as on most processors that are sold.
        let perRank = gemm.map { $0 / Double(ranks) } ?? known?.gemm ?? 3 * (stream ?? 0) / Double(ranks)
        let bytes = stream ?? known?.stream ?? perRank * Double(ranks) / 3
        var rates = NodeRates.measured(gemm: perRank * Double(ranks), stream: bytes, ranks: ranks)
        for (routine, share) in known?.shares ?? [:] { rates.shares[routine] = share }
        return rates
    }
}

extension NodeRates {
    /// Whether all of it are numbers that rates can be.
    fileprivate var isSound: Bool {
        [gemm, update, stream, networkLatency, localLatency, network, disk, evaluation].allSatisfy {
            $0.isFinite && $0 > 0 && $0 < 1e18
        } && shares.values.allSatisfy { (0.001...1000).contains($0.value) && $0.runs >= 0 && $0.last.isFinite }
    }
}
