import Foundation
import JobFiles
import Launcher
import TestSupport
import Testing

@Suite("Plans")
struct PlanTests {
    private func table(_ names: String) throws -> [PricedType] { try BuiltInTypes.named(names) }

    /// 150,000² doubles and three tenths are 218 GiB, and 64 MiB a rank.
    @Test func whatDoesNotFitIsRefused() throws {
        let plan = Plan(
            try PlannedJobs.linpack(150_000),
            PlanRequest(types: try table("c7gn.16xlarge"), nodes: [1, 2, 4], markets: [.onDemand]))
        #expect(plan.rows.map(\.nodes).sorted() == [2, 4])
        #expect(plan.refusals.map(\.nodes) == [1])
        guard case .memory(let needed, let available) = plan.refusals[0].reason else { throw Stray() }
        #expect(needed == 150_000 * 150_000 * 8 * 13 / 10 + 3 * 150_000 * 8 + 64 * 64 << 20)
        #expect(available == 127 << 30 / 10 * 9)
    }

    @Test func sizesBeyondAllNumbersAreRefused() throws {
        for n in [3_000_000_000, Int.max] {
            let plan = Plan(
                try PlannedJobs.linpack(n),
                PlanRequest(types: BuiltInTypes.all, nodes: [1, 1024], markets: [.onDemand]))
            #expect(plan.rows.isEmpty && plan.cheapest == nil && plan.fastest == nil)
            #expect(plan.refusals.count == 2 * BuiltInTypes.all.count)
        }
        let most = Int(Int32.max)
        let wave = try PlannedJobs.load("kind: reaction-diffusion\nextents: [\(most), \(most), \(most)]\nduration: 1e9")
        #expect(Plan(wave, PlanRequest(types: BuiltInTypes.all, nodes: [1024], markets: [.onDemand])).rows.isEmpty)
    }

    /// Two nodes for 180 + 30 s and the job: instances, 16 GiB and the files' of gp3, addresses.
    @Test func costByHand() {
        let cost = RunCost(nodes: 2, price: 7.2, seconds: 3600, volumeGibibytes: 73, publicAddresses: 1)
        #expect(cost.instances == 14.4)
        #expect(abs(cost.volumes - 2 * 73 * 0.08 / 730) < 1e-12)
        #expect(cost.addresses == 0.005)
        let short = RunCost(nodes: 1, price: 3.6, seconds: 1, volumeGibibytes: 0, publicAddresses: 0)
        #expect(abs(short.total - 0.06) < 1e-12)
    }

    @Test func limitsChoose() throws {
        let job = try PlannedJobs.linpack(100_000)
        func plan(deadline: Double? = nil, budget: Double? = nil) -> Plan {
            Plan(
                job,
                PlanRequest(
                    types: BuiltInTypes.all, nodes: [1, 2, 4, 8], markets: Market.allCases, deadline: deadline,
                    budget: budget))
        }
        let free = plan()
        let (cheapest, fastest) = (try #require(free.cheapest), try #require(free.fastest))
        #expect(free.rows.allSatisfy { $0.cost.total >= cheapest.cost.total && $0.seconds >= fastest.seconds })
        let deadline = (cheapest.seconds + fastest.seconds) / 2
        let timely = try #require(plan(deadline: deadline).cheapest)
        #expect(timely.seconds <= deadline && timely.cost.total > cheapest.cost.total)
        #expect(free.rows.allSatisfy { $0.seconds > deadline || $0.cost.total >= timely.cost.total })
        let budget = (cheapest.cost.total + fastest.cost.total) / 2
        let affordable = try #require(plan(budget: budget).fastest)
        #expect(affordable.cost.total <= budget && affordable.seconds > fastest.seconds)
        #expect(free.rows.allSatisfy { $0.cost.total > budget || $0.seconds >= affordable.seconds })
        #expect(plan(deadline: fastest.seconds * 0.99).cheapest == nil)
        #expect(plan(budget: cheapest.cost.total * 0.99).fastest == nil)
        #expect(plan(deadline: cheapest.seconds * 0.99, budget: cheapest.cost.total).cheapest == nil)
    }

    /// Types of random sizes and prices: no row beats one of the Pareto set, and one of it beats or equals every row.
    @Test func theParetoSetIsOne() throws {
        var noise = Noise(state: 3)
        let job = try PlannedJobs.linpack(20_000)
        for _ in 0..<30 {
            let types = (0..<6).map { number in
                let cores = Int.random(in: 1...64, using: &noise)
                let type = InstanceType(
                    name: "t\(number).large", architecture: .x86, cores: cores, threadsPerCore: 1,
                    takesCoreOptions: false, memory: Int.random(in: 1...256, using: &noise) << 30,
                    networkBitsPerSecond: Double.random(in: 1e9...1e11, using: &noise), networkCards: 1, hasEFA: false,
                    markets: [.onDemand, .spot], quota: .standard)
                let price = Double.random(in: 0.1...10, using: &noise)
                return PricedType(type: type, onDemand: price, spot: price / 4...price / 3)
            }
            let plan = Plan(job, PlanRequest(types: types, nodes: [1, 2, 3, 5, 8], markets: Market.allCases))
            #expect(plan.pareto.isEmpty == plan.rows.isEmpty)
            for row in plan.pareto {
                #expect(
                    !plan.rows.contains {
                        ($0.seconds < row.seconds && $0.cost.total <= row.cost.total)
                            || ($0.seconds <= row.seconds && $0.cost.total < row.cost.total)
                    })
            }
            for row in plan.rows {
                #expect(
                    plan.pareto.contains { $0.seconds <= row.seconds && $0.cost.total <= row.cost.total })
            }
            #expect(plan.cheapest == plan.pareto.first && plan.fastest == plan.pareto.last)
        }
    }

    @Test func marketsThatATypeLacksAreLeftOut() throws {
        let job = try PlannedJobs.linpack(10_000)
        let types = try table("hpc7a.96xlarge,c7i.48xlarge,c7i.24xlarge")
        let plan = Plan(job, PlanRequest(types: types, nodes: [1], markets: Market.allCases))
        // No spot market for hpc7a, no known spot price of the smaller c7i.
        #expect(
            Set(plan.rows.map { "\($0.type.name) \($0.market.rawValue)" }) == [
                "hpc7a.96xlarge on-demand", "c7i.48xlarge on-demand", "c7i.48xlarge spot", "c7i.24xlarge on-demand",
            ])
        #expect(plan.rows.first { $0.market == .spot }?.price == 3.26)
    }

    @Test func textAndJSONSayTheSame() throws {
        let job = try PlannedJobs.linpack(150_000)
        let request = PlanRequest(
            types: try table("c7gn.16xlarge,hpc7a.96xlarge"), nodes: [1, 4], markets: [.onDemand])
        let plan = Plan(job, request)
        let text = plan.text(of: job, request, all: true)
        #expect(text.contains("c7gn.16xlarge x 1: expected at most 114 GiB a node, found a job that needs 222 GiB"))
        #expect(text.contains("prices of 2025, us-east-2"))
        #expect(text.split(separator: "\n").filter { $0.hasPrefix("hpc7a.96xlarge") }.count == 2)
        let object = try #require(
            JSONSerialization.jsonObject(with: Data(try plan.json(of: job, request).utf8)) as? [String: Any])
        let rows = try #require(object["rows"] as? [[String: Any]])
        #expect(rows.count == 3)
        for (row, planned) in zip(rows, plan.rows) {
            #expect(abs((row["dollars"] as? Double ?? 0) / planned.cost.total - 1) < 1e-12)
        }
        #expect(rows.filter { $0["isCheapest"] as? Bool == true }.count == 1)
        #expect((object["refusals"] as? [[String: Any]])?.first?["nodes"] as? Int == 1)
    }

    private struct Stray: Error {}
}

@Suite("The built-in table")
struct BuiltInTypesTests {
    @Test func hasSaneTypesOnce() {
        #expect(Set(BuiltInTypes.all.map(\.type.name)).count == BuiltInTypes.all.count)
        for priced in BuiltInTypes.all {
            #expect(priced.onDemand > 0 && priced.type.cores > 0)
            #expect((1 << 30...32 << 30).contains(priced.type.memory / priced.type.cores))
            #expect(priced.spot.map { $0.upperBound < priced.onDemand } ?? true)
            #expect(priced.type.markets.contains(.spot) || priced.spot == nil)
            #expect(priced.type.takesCoreOptions == (priced.type.threadsPerCore == 2))
        }
        #expect(
            Set(BuiltInTypes.all.map(\.type.family)) == [
                "c7i", "c7a", "c7g", "c7gn", "c8g", "hpc6a", "hpc7a", "hpc7g",
            ])
    }

    @Test(arguments: ["", "c7i", "c7i.48xlarge,", "c7i.48xlarge,c7i.48xlarge", "C7I.48XLARGE", "$(reboot)", "a\nb"])
    func otherNamesAreRefused(text: String) {
        #expect(throws: (any Error).self) { try BuiltInTypes.named(text) }
    }
}
