// The file of what runs have taught about this machine, read before a run and replaced after it.

import Foundation
import JobFiles
import Jobs
import Launcher
import Tessera

enum RateFile {
    private static var path: String? { RateStore.path(ProcessInfo.processInfo.environment) }

    /// What is known; nothing where no file is wanted.
    static func read() throws(TesseraError) -> RateStore { try path.map(RateStore.read) ?? RateStore() }

    /// What a run of a job is expected to take, for its summary, and what is learned when it has ended. A file that cannot
    /// be read or replaced costs the prediction or the lesson, never the run.
    static func foresight(_ job: JobFile) -> Foresight {
        Foresight { rate in
            guard let store = try? read() else { return nil }
            let rates = store.rates(
                of: RateStore.thisHost, gemm: rate.isTriad ? nil : rate.value, stream: rate.isTriad ? rate.value : nil,
                ranks: rate.ranks)
            guard let forecast = Forecast(job, ranks: rate.ranks, nodes: rate.nodes, rates) else { return nil }
            return Expectation(seconds: forecast.prediction.seconds) { summary in
                guard !job.doesMoreThanItsRoutine, let path,
                    let seconds = forecast.routineSeconds(summary.quantity),
                    let learned = forecast.learned(took: seconds, at: Date().timeIntervalSince1970),
                    var newest = try? RateStore.read(path)
                else { return }
                newest.machines[RateStore.thisHost] = learned
                try? newest.write(path)
            }
        }
    }
}
