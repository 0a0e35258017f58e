import JobFiles
import Launcher
import TestSupport
import Testing

@Suite("Predictions")
struct PredictionTests {
    private static let rates = NodeRates.measured(gemm: 4e9, stream: 2e9, ranks: 4)

    /// 8 10⁹ operations on four ranks of 10⁹ a second, half of which is reached: 4 s.
    @Test func arithmeticByHand() throws {
        var rates = Self.rates
        rates.shares[.dense] = RateShare(value: 0.5)
        var work = try #require(JobWork(PlannedJobs.linpack(100), on: RankLayout(nodes: 1, ranksPerNode: 4)))
        (work.denseFlops, work.panelFlops, work.evaluations, work.sweepBytes, work.messageBytes) = (8e9, 0, 0, 0, 0)
        work.hops = RankLayout.Hops()
        work.imbalance = 1
        let layout = RankLayout(nodes: 1, ranksPerNode: 4)
        #expect(Prediction(work, on: layout, rates).seconds == 4)
        #expect(Prediction(work, on: layout, rates).efficiency == 1)
        work.imbalance = 1.5
        #expect(Prediction(work, on: layout, rates).seconds == 6)
        // 10⁹ bytes at 10⁹ a second, 50,000 messages of 30 µs.
        work.networkBytes = 1e9
        work.hops.network = 50_000
        let prediction = Prediction(work, on: layout, rates)
        #expect(abs(prediction.seconds - 8.5) < 1e-9)
        #expect(prediction.dominant == .arithmetic)
        #expect(abs(prediction.efficiency - 4 / 8.5) < 1e-9)
    }

    /// A sweep takes as long as its bytes or its operations, whichever is more.
    @Test func sweepsByHand() throws {
        let layout = RankLayout(nodes: 2, ranksPerNode: 4)
        var work = try #require(JobWork(PlannedJobs.wave([32, 32, 32]), on: layout))
        (work.networkBytes, work.messageBytes, work.fileBytes, work.imbalance, work.reuse) = (0, 0, 0, 1, 1)
        work.hops = RankLayout.Hops()
        var rates = Self.rates
        (rates.update, rates.stream) = (1e9, 2e9)
        (work.sweepBytes, work.sweepFlops) = (40e9, 8e9)
        #expect(Prediction(work, on: layout, rates).seconds == 10)
        #expect(Prediction(work, on: layout, rates).dominant == .memory)
        work.reuse = 2
        #expect(Prediction(work, on: layout, rates).seconds == 5)
        work.sweepFlops = 80e9
        #expect(Prediction(work, on: layout, rates).seconds == 10)
        #expect(Prediction(work, on: layout, rates).dominant == .arithmetic)
    }

    @Test("Whatever is faster makes nothing slower", arguments: PlannedJobs.all)
    func monotonic(text: String) throws {
        let job = try PlannedJobs.load(text)
        for layout in [RankLayout(nodes: 1, ranksPerNode: 4), RankLayout(nodes: 4, ranksPerNode: 8)] {
            let work = try #require(JobWork(job, on: layout))
            let before = Prediction(work, on: layout, Self.rates)
            #expect(before.seconds > 0)
            #expect((0...1).contains(before.efficiency))
            for path: WritableKeyPath<NodeRates, Double> in [\.gemm, \.update, \.stream, \.network, \.disk] {
                var rates = Self.rates
                rates[keyPath: path] *= 2
                #expect(Prediction(work, on: layout, rates).seconds <= before.seconds)
            }
            for path: WritableKeyPath<NodeRates, Double> in [\.networkLatency, \.localLatency, \.evaluation] {
                var rates = Self.rates
                rates[keyPath: path] *= 2
                #expect(Prediction(work, on: layout, rates).seconds >= before.seconds)
            }
        }
    }

    @Test func largerJobsTakeLonger() throws {
        let layout = RankLayout(nodes: 4, ranksPerNode: 96)
        var last = 0.0
        for n in [1000, 2000, 5000, 10_000, 40_000, 100_000, 300_000] {
            let work = try #require(JobWork(PlannedJobs.linpack(n), on: layout))
            let seconds = Prediction(work, on: layout, .published(BuiltInTypes.all[0].type)).seconds
            #expect(seconds > last)
            last = seconds
        }
    }

    /// A job that keeps all ranks busy is faster on more of them.
    @Test func moreNodesAreFasterForLargeJobs() throws {
        let type = try #require(BuiltInTypes.one("hpc7a.96xlarge")).type
        func seconds(_ nodes: Int, _ job: JobFile) throws -> Double {
            let layout = RankLayout(nodes: nodes, ranksPerNode: type.cores)
            return Prediction(try #require(JobWork(job, on: layout)), on: layout, .published(type)).seconds
        }
        let linpack = try PlannedJobs.linpack(400_000)
        #expect(try seconds(4, linpack) < seconds(2, linpack))
        #expect(try seconds(8, linpack) < seconds(4, linpack))
    }

    /// A run that took what was predicted teaches the share that was believed; one that took longer, what makes it right.
    @Test(arguments: PlannedJobs.all)
    func lessonsCorrectThePrediction(text: String) throws {
        let layout = RankLayout(nodes: 1, ranksPerNode: 4)
        let work = try #require(JobWork(PlannedJobs.load(text), on: layout))
        var rates = Self.rates
        (rates.gemm, rates.update, rates.stream, rates.localLatency) = (1e6, 1e6, 1e6, 1e-9)
        let before = Prediction(work, on: layout, rates)
        let first = rates.learn(from: work, on: layout, took: before.routineSeconds * 1.7, at: 5)
        #expect(first)
        let share = try #require(rates.shares[work.routine])
        #expect(share.runs == 1 && share.last == 5)
        let after = Prediction(work, on: layout, rates)
        #expect(abs(after.routineSeconds / before.routineSeconds - 1.7) < 1e-6)
        let second = rates.learn(from: work, on: layout, took: after.routineSeconds, at: 6)
        #expect(second)
        #expect(abs(rates.share(work.routine) / share.value - 1) < 1e-6)
    }

    /// The first run may be any; a later one that is out of all proportion was disturbed.
    @Test func disturbedRunsTeachNothing() throws {
        let layout = RankLayout(nodes: 1, ranksPerNode: 4)
        let work = try #require(JobWork(PlannedJobs.linpack(4000), on: layout))
        var rates = Self.rates
        let seconds = Prediction(work, on: layout, rates).routineSeconds
        let first = rates.learn(from: work, on: layout, took: 12 * seconds, at: 1)
        let like = rates.learn(from: work, on: layout, took: 15 * seconds, at: 2)
        let disturbed = rates.learn(from: work, on: layout, took: 200 * seconds, at: 3)
        #expect(first && like && !disturbed)
        #expect(rates.shares[.dense]?.runs == 2)
    }

    @Test(arguments: [Double.nan, .infinity, 0, -1, 1e-3])
    func nothingIsLearnedFromNonsense(seconds: Double) throws {
        let layout = RankLayout(nodes: 1, ranksPerNode: 4)
        let work = try #require(JobWork(PlannedJobs.linpack(2000), on: layout))
        var rates = Self.rates
        let learned = rates.learn(from: work, on: layout, took: seconds, at: 5)
        #expect(!learned)
        #expect(rates == Self.rates)
    }
}
