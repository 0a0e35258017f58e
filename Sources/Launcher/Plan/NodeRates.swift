// How fast a node is: rates of arithmetic, memory, network and disk, and the share of them that each kind of routine reaches.
//
// Rates of types of instances follow from their makers' figures, as far as known; none has been measured:
//     arithmetic  clock with all cores busy x operations a cycle (fused ones count two): Sapphire Rapids 2 x 512 bits,
//                 2.6 GHz in such code; Zen 3 and Zen 4 2 x 256 bits at 3.4 and 3.5 GHz; Graviton 3 2 x 256 bits at
//                 2.6 GHz; Graviton 4 4 x 128 bits at 2.8 GHz
//     memory      channels x transfers x 8 bytes of the processors, of which a triad gets four fifths; smaller sizes have
//                 their cores' part, those of hpc types all (Sapphire Rapids 16 x 4800 MT/s for 96 cores, Genoa
//                 24 x 4800 for 192, Milan 16 x 3200 for 96, Graviton 3 8 x 4800 for 64, Graviton 4 24 x 5600 for 192)
//     network     nine tenths of the type's; 16 µs a message with EFA, 30 µs without (AWS on EFA, and round trips in a
//                 placement group)
//     disk        gp3's baseline of 125 MB/s

internal import Foundation

/// The rates of one node, or of this machine.
package struct NodeRates: Hashable, Codable, Sendable {
    /// DGEMM of a core while all are busy, operations a second.
    package var gemm: Double
    /// Operations a second of a core in a stencil's update that memory does not hold up.
    package var update: Double
    /// Bytes a second of the triad, of the whole node.
    package var stream: Double
    /// Seconds of a message between nodes, and between ranks of one.
    package var networkLatency: Double
    package var localLatency: Double
    /// Bytes a second into a node.
    package var network: Double
    /// Bytes a second of files.
    package var disk: Double
    /// Seconds of a call of a mathematical function, with its arguments.
    package var evaluation: Double
    /// What each kind of routine reaches of them.
    package var shares: [JobWork.Routine: RateShare]
    /// Whether the rates, apart from the shares, have been measured.
    package var isMeasured: Bool

    /// What a routine reaches of arithmetic and memory where nothing is known of the machine.
    package static let usualShares: [JobWork.Routine: RateShare] = [
        .dense: RateShare(value: 0.93), .sweep: RateShare(value: 1), .solver: RateShare(value: 0.4),
    ]

    /// The published rates of a type.
    package static func published(_ type: InstanceType) -> NodeRates {
        let processor = Processor.of(type.family)
        return NodeRates(
            gemm: processor.gigahertz * 1e9 * processor.flopsPerCycle * 0.85,
            update: processor.gigahertz * 1e9 * processor.flopsPerCycle * Self.updateShare,
            stream: 0.8 * processor.bandwidth
                * (type.quota == .highPerformance ? 1 : min(1, Double(type.cores) / processor.cores)),
            networkLatency: type.hasEFA ? 16e-6 : 30e-6, localLatency: 1e-6,
            network: 0.9 * type.networkBitsPerSecond / 8, disk: 125e6, evaluation: Self.usualEvaluation,
            shares: usualShares, isMeasured: false)
    }

    /// This machine, from what its ranks reach together.
    ///
    /// - Parameters:
    ///   - gemm: DGEMM of all ranks together, operations a second.
    ///   - stream: bytes a second of the triad of all ranks together.
    ///   - ranks: how many they are.
    package static func measured(gemm: Double, stream: Double, ranks: Int) -> NodeRates {
        NodeRates(
            gemm: gemm / Double(ranks), update: gemm / Double(ranks) / 0.85 * Self.updateShare, stream: stream,
            networkLatency: 30e-6, localLatency: 1e-6, network: 1e9, disk: 500e6, evaluation: Self.usualEvaluation,
            shares: usualShares, isMeasured: true)
    }

    /// Of the peak, in updates: additions without products, loads between them.
    private static let updateShare = 0.19
    private static let usualEvaluation = 5e-9

    package func share(_ routine: JobWork.Routine) -> Double { shares[routine]?.value ?? 1 }
}

/// A share of the rates that a kind of routine reaches, learned from runs.
package struct RateShare: Hashable, Codable, Sendable {
    package var value: Double
    /// Runs that it comes from; 0 where it is the usual one.
    package var runs = 0
    /// Seconds since 1970 of the last of them.
    package var last = 0.0

    package init(value: Double) { self.value = value }

    /// One run more: the geometric mean of all, the last ten counting most.
    package mutating func learn(_ share: Double, at time: Double) {
        let weight = 1 / Double(min(runs, 9) + 1)
        value = Foundation.exp((1 - weight) * Foundation.log(value) + weight * Foundation.log(share))
        runs += 1
        last = time
    }
}

/// What is published of the processors of a family, in its largest size.
private struct Processor {
    let gigahertz: Double
    let flopsPerCycle: Double
    let cores: Double
    /// Of its memory, bytes a second.
    let bandwidth: Double

    static func of(_ family: Substring) -> Processor {
        switch family {
        case "c7i": Processor(gigahertz: 2.6, flopsPerCycle: 32, cores: 96, bandwidth: 16 * 38.4e9)
        case "c7a", "hpc7a": Processor(gigahertz: 3.5, flopsPerCycle: 16, cores: 192, bandwidth: 24 * 38.4e9)
        case "hpc6a": Processor(gigahertz: 3.4, flopsPerCycle: 16, cores: 96, bandwidth: 16 * 25.6e9)
        case "c7g", "c7gn", "hpc7g": Processor(gigahertz: 2.6, flopsPerCycle: 16, cores: 64, bandwidth: 8 * 38.4e9)
        case "c8g": Processor(gigahertz: 2.8, flopsPerCycle: 16, cores: 192, bandwidth: 24 * 44.8e9)
        // A processor that nothing is known of: the slowest of these.
        default: Processor(gigahertz: 2.6, flopsPerCycle: 16, cores: 96, bandwidth: 16 * 25.6e9)
        }
    }
}
