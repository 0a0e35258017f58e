// Where the ranks of a run are, and whether they get in each other's way.

internal import Foundation
internal import Tessera

/// One rank's place.
package struct RankPlace: Hashable, Codable, Sendable {
    package let rank: Int
    package let node: String
    /// The numbers of the processors it may run on, in the kernel's notation; empty where that is unknown.
    package let processors: String
    /// BLAS threads.
    package let threads: Int

    package init(rank: Int, node: String, processors: String, threads: Int) {
        self.rank = rank
        self.node = node
        self.processors = processors
        self.threads = threads
    }

    /// The places of all ranks, on rank 0; empty elsewhere. Collective.
    static func all(on world: Communicator) throws(TesseraError) -> [RankPlace] {
        let own = RankPlace(
            rank: world.rank, node: nodeName(), processors: field("Cpus_allowed_list", in: "/proc/self/status") ?? "",
            threads: OpenBLAS.threads)
        let bytes = (try? [UInt8](JSONEncoder().encode(own))) ?? []
        let gathered = try world.gatherVarying(bytes, to: 0) ?? []
        return gathered.compactMap { try? JSONDecoder().decode(RankPlace.self, from: Data($0)) }
    }

    /// What is wrong with the places of a run's ranks: threads that outnumber the cores that they share, on a node or on
    /// the cores that a rank is bound to.
    package static func faults(of places: [RankPlace]) -> [Fault] {
        var faults: [Fault] = []
        for (node, ranks) in Dictionary(grouping: places, by: \.node).sorted(by: { $0.key < $1.key }) {
            let lists = ranks.map { ProcessorList($0.processors)?.numbers }
            guard lists.allSatisfy({ $0 != nil }) else { continue }
            let cores = lists.reduce(into: Set<Int>()) { $0.formUnion($1 ?? []) }
            let threads = ranks.reduce(0) { $0 + $1.threads }
            if threads > cores.count {
                let fitting = cores.count >= ranks.count ? max(1, cores.count / ranks.count) : nil
                faults.append(
                    Fault(
                        "\(node): \(counted(ranks.count, "rank")) with \(counted(threads, "thread")) in all share "
                            + counted(cores.count, "core"),
                        mend: fitting.map { "export OPENBLAS_NUM_THREADS=\($0)" }
                            ?? "mpirun --bind-to none -np \(cores.count) tessera ..."))
                continue
            }
            for (rank, list) in zip(ranks, lists) {
                guard let list, rank.threads > list.count else { continue }
                faults.append(
                    Fault(
                        "rank \(rank.rank) runs \(counted(rank.threads, "thread")) but is bound to "
                            + counted(list.count, "core"),
                        mend: "mpirun --map-by slot:PE=\(rank.threads) ..."))
            }
        }
        return faults
    }
}

/// "1 core", "3 cores".
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
