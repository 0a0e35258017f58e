import Foundation
import JobFiles
import Launcher
import TestSupport
import Testing

@Suite("What runs teach")
struct RateStoreTests {
    @Test func whereItIs() {
        #expect(RateStore.path(["HOME": "/home/a"]) == "/home/a/.local/state/tessera/rates.json")
        #expect(RateStore.path(["HOME": "/home/a", "XDG_STATE_HOME": "/s"]) == "/s/tessera/rates.json")
        // The base directory specification ignores a relative one.
        #expect(
            RateStore.path(["HOME": "/home/a", "XDG_STATE_HOME": "s"]) == "/home/a/.local/state/tessera/rates.json")
        #expect(RateStore.path(["HOME": "/home/a", "TESSERA_RATES": "/x.json"]) == "/x.json")
        #expect(RateStore.path(["HOME": "/home/a", "TESSERA_RATES": "off"]) == nil)
        #expect(RateStore.path([:]) == nil)
    }

    @Test func isReadAsItWasWritten() throws {
        let folder = TemporaryFolder()
        let path = folder.path("state/tessera/rates.json")
        #expect(try RateStore.read(path) == RateStore())
        var store = RateStore()
        var rates = NodeRates.measured(gemm: 1e11, stream: 3e10, ranks: 2)
        rates.shares[.sweep]?.learn(0.7, at: 1_700_000_000)
        store.machines["host a"] = rates
        try store.write(path)
        #expect(try RateStore.read(path) == store)
        store.machines["host b"] = rates
        try store.write(path)
        #expect(try RateStore.read(path) == store)
        let inside = try FileManager.default.contentsOfDirectory(atPath: folder.path("state/tessera"))
        #expect(inside == ["rates.json"])
        let mode = try FileManager.default.attributesOfItem(atPath: folder.path("state/tessera"))[.posixPermissions]
        #expect(mode as? Int == 0o700)
    }

    @Test(arguments: [
        "", "{", "[]", #"{"machines": 3}"#, #"{"machines": {"a": {}}}"#, "\u{0}", #"{"machines": {"a": null}}"#,
    ])
    func otherFilesAreRefused(text: String) throws {
        let folder = TemporaryFolder()
        try folder.write("rates.json", text)
        #expect(throws: (any Error).self) { try RateStore.read(folder.path("rates.json")) }
    }

    @Test func ratesThatCannotBeAreRefused() throws {
        let folder = TemporaryFolder()
        let path = folder.path("rates.json")
        for break_: (inout NodeRates) -> Void in [
            { $0.gemm = -1 }, { $0.stream = 0 }, { $0.disk = 1e30 }, { $0.shares[.dense]?.value = 0 },
            { $0.shares[.dense]?.runs = -1 },
        ] {
            var store = RateStore()
            var rates = NodeRates.measured(gemm: 1e11, stream: 3e10, ranks: 2)
            break_(&rates)
            store.machines["a"] = rates
            try store.write(path)
            #expect(throws: (any Error).self) { try RateStore.read(path) }
        }
    }

    /// One share of ten runs, and the eleventh counts a tenth; the geometric mean of two is their middle.
    @Test func sharesAreMeans() {
        var share = RateShare(value: 0.8)
        share.learn(0.5, at: 1)
        #expect(abs(share.value - 0.5) < 1e-12)
        share.learn(0.125, at: 2)
        #expect(abs(share.value - 0.25) < 1e-12)
        for _ in 0..<200 { share.learn(0.6, at: 3) }
        #expect(abs(share.value - 0.6) < 1e-6)
        #expect(share.runs == 202 && share.last == 3)
    }

    @Test func typesTakeTheSharesTheyHaveLearned() throws {
        let type = try #require(BuiltInTypes.one("c7a.48xlarge")).type
        var store = RateStore()
        #expect(store.rates(of: type) == .published(type))
        var rates = NodeRates.published(type)
        rates.gemm = 1
        rates.shares[.dense]?.learn(0.5, at: 1)
        store.machines[type.name] = rates
        #expect(store.rates(of: type).share(.dense) == 0.5)
        #expect(store.rates(of: type).share(.sweep) == NodeRates.published(type).share(.sweep))
        #expect(store.rates(of: type).gemm == NodeRates.published(type).gemm)
    }

    @Test func whatIsNotMeasuredIsRemembered() {
        var store = RateStore()
        #expect(store.rates(of: "h", gemm: 8e9, stream: nil, ranks: 4).stream == 8e9 / 3)
        store.machines["h"] = .measured(gemm: 6e9, stream: 5e9, ranks: 2)
        #expect(store.rates(of: "h", gemm: 8e9, stream: nil, ranks: 4).stream == 5e9)
        #expect(store.rates(of: "h", gemm: nil, stream: 4e9, ranks: 4).gemm == 3e9)
    }

    @Test func aSummaryTellsTheRoutinesTime() throws {
        let rates = NodeRates.measured(gemm: 1e11, stream: 3e10, ranks: 2)
        let dense = try #require(Forecast(PlannedJobs.linpack(4000), ranks: 2, nodes: 1, rates))
        #expect(dense.routineSeconds { ["factor_and_solve_seconds": 3][$0] } == 3)
        #expect(dense.routineSeconds { _ in nil } == nil)
        #expect(dense.learned(took: 0.4, at: 1) == nil)
        #expect(dense.learned(took: 0.9, at: 1)?.shares[.dense]?.runs == 1)
        let wave = try #require(Forecast(PlannedJobs.wave([64, 64, 64]), ranks: 2, nodes: 1, rates))
        let seconds = try #require(wave.routineSeconds { ["gpoints_per_second": 0.5][$0] })
        #expect(abs(seconds - wave.work.points / 5e8) < 1e-9)
    }

    @Test func jobsThatDoMoreTeachNothing() throws {
        #expect(try PlannedJobs.linpack(100, "checkpoint: {every: 1}").doesMoreThanItsRoutine)
        #expect(try !PlannedJobs.linpack(100).doesMoreThanItsRoutine)
    }
}
