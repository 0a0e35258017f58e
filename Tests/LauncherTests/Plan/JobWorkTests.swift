import CostModels
import JobFiles
import Launcher
import TestSupport
import Testing

@Suite("The work of a job, counted by hand")
struct JobWorkTests {
    @Test func linpackOnOneRankSendsNothing() throws {
        let work = try #require(JobWork(PlannedJobs.linpack(1000), on: RankLayout(nodes: 1, ranksPerNode: 1)))
        // The panels are n² w / 2 operations at a third of the rate, w being a tenth of the order in eights: 96.
        #expect(work.denseFlops == LUModel.flops(m: 1000, n: 1000) + 2e6 + 2 * 1e6 * 96 / 2)
        #expect(work.evaluations == 2e6)
        #expect(work.networkBytes == 0)
        #expect(work.hops == RankLayout.Hops())
        #expect(work.imbalance == 1)
        #expect(work.panelFlops == 0)
        // Exchanges, a cache line for each element of a row, and the factors once for the solution.
        #expect(work.sweepBytes == 64e6 + 8e6)
        #expect(work.memory == MemoryModel.linpack(n: 1000, scalarBytes: 8, ranks: 1))
    }

    /// Two process rows, one a node: L travels within them, U between them, and of three times its words, the exchanged rows,
    /// a quarter comes to each from the other.
    @Test func linpackOnTwoNodes() throws {
        let job = try PlannedJobs.linpack(1000, "block: 100")
        let work = try #require(JobWork(job, on: RankLayout(nodes: 2, ranksPerNode: 2)))
        #expect(work.networkBytes == 8 * 1e6 / 2 * 1.75)
        // A search a column and four messages a block down two nodes; one a block along two ranks of a node, and the solves'.
        // Two process columns: the panels of the last 1.5 x 100 x 2 columns are hidden by nobody.
        #expect(work.panelFlops == 3 * 300 * 300 * 100 / 2 / 2)
        #expect(work.hops.network == 1000 + 4 * 10 + 2 * 10)
        #expect(work.hops.local == 10 + 2 * 10)
    }

    @Test func complexNumbersCostFourTimesAsMuchAndSingleOnesHalf() throws {
        func flops(_ type: String) throws -> Double {
            let job = try PlannedJobs.linpack(500, "type: \(type)")
            return try #require(JobWork(job, on: RankLayout(nodes: 1, ranksPerNode: 1))).denseFlops
        }
        let double = try flops("double")
        #expect(try flops("float") == double / 2)
        #expect(try flops("complex-double") == 4 * double)
        #expect(try flops("complex-float") == 2 * double)
    }

    @Test func aGridOfOtherRanksIsRefused() throws {
        let job = try PlannedJobs.linpack(1000, "grid: 2x3")
        #expect(JobWork(job, on: RankLayout(nodes: 1, ranksPerNode: 4)) == nil)
        #expect(JobWork(job, on: RankLayout(nodes: 3, ranksPerNode: 2)) != nil)
    }

    /// 64³ on 2 x 2 x 2 ranks, four in a plane a node: from the other node four faces of 32², two layers deep.
    @Test func aWaveOnTwoNodes() throws {
        let job = try PlannedJobs.wave([64, 64, 64])
        guard case .wave(let spec) = job.job else { throw Stray() }
        let steps = Double(spec.schedule.steps)
        let work = try #require(JobWork(job, on: RankLayout(nodes: 2, ranksPerNode: 4)))
        #expect(work.points == steps * 262_144)
        #expect(work.sweepBytes == steps * 262_144 * 32)
        #expect(work.networkBytes == steps * 4 * 1024 * 2 * 8)
        // Three cuts, both ways, 64² cells, two layers.
        #expect(work.messageBytes == steps * 3 * 2 * 4096 * 2 * 8)
        #expect(work.hops.network == steps)
        #expect(work.hops.local == 2 * steps)
        #expect(work.imbalance == 1)
    }

    /// Words of faces are the words of all ranks' messages, and the busiest node takes in no more than all of them.
    @Test func facesAreTheModelsWords() {
        var noise = Noise(state: 7)
        for _ in 0..<200 {
            let axes = Int.random(in: 2...3, using: &noise)
            let extents = (0..<axes).map { _ in Int.random(in: 4...40, using: &noise) }
            let periodic = (0..<axes).map { _ in Bool.random(using: &noise) }
            let layout = RankLayout(
                nodes: Int.random(in: 1...4, using: &noise), ranksPerNode: Int.random(in: 1...6, using: &noise))
            let halo = PlannedHalo(extents: extents, periodic: periodic, reach: 1, fields: 1, layout)
            let model = HaloExchangeModel(
                extents: halo.extents, shape: halo.shape, periodic: halo.periodic,
                fields: [FieldHalo(lower: [1, 1, 1], upper: [1, 1, 1], corners: false)])
            #expect(halo.messageBytes == 8 * Double(model.words))
            #expect(halo.workingRanks <= layout.ranks)
            #expect(halo.imbalance >= 1)
            #expect(layout.nodes > 1 || halo.crossing.bytes == 0)
            // Faces are taken as even ones; the largest has less than a cell a side more.
            #expect(halo.crossing.bytes <= 2 * halo.messageBytes)
        }
    }

    @Test("Every kind has work, and all of it is numbers", arguments: PlannedJobs.all)
    func everyKind(text: String) throws {
        let job = try PlannedJobs.load(text)
        for layout in [
            RankLayout(nodes: 1, ranksPerNode: 1), RankLayout(nodes: 1, ranksPerNode: 6),
            RankLayout(nodes: 3, ranksPerNode: 4), RankLayout(nodes: 7, ranksPerNode: 96),
        ] {
            let work = try #require(JobWork(job, on: layout))
            let numbers = [
                work.denseFlops, work.panelFlops, work.evaluations, work.points, work.sweepBytes, work.sweepFlops,
                work.networkBytes, work.messageBytes, work.hops.network, work.hops.local, work.fileBytes,
            ]
            for number in numbers { #expect(number.isFinite && number >= 0) }
            #expect(work.denseFlops + work.sweepFlops > 0)
            #expect(work.imbalance >= 1 && work.reuse >= 1)
            #expect(layout.ranks > 1 || work.networkBytes + work.hops.network + work.hops.local == 0)
            #expect(layout.nodes > 1 || work.networkBytes + work.hops.network == 0)
        }
    }

    private struct Stray: Error {}
}
