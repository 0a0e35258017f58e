// What a run on this machine, or on the nodes that mpirun was given, will take, and what its end teaches.

internal import Foundation
package import JobFiles

/// A prediction for ranks that are there.
package struct Forecast: Sendable {
    package let work: JobWork
    package let rates: NodeRates
    package let prediction: Prediction

    /// - Parameters:
    ///   - job: the job.
    ///   - ranks: how many there are.
    ///   - nodes: that they are on, alike.
    ///   - rates: of a node.
    /// - Returns: nil where the job cannot run on so many ranks.
    package init?(_ job: JobFile, ranks: Int, nodes: Int, _ rates: NodeRates) {
        let layout = RankLayout(nodes: nodes, ranksPerNode: (ranks + nodes - 1) / nodes)
        guard let work = JobWork(job, on: layout) else { return nil }
        self.work = work
        self.rates = rates
        prediction = Prediction(work, on: layout, rates)
    }

    /// What a run took for its routine, by its summary's keys: seconds of it, or points a second; nil where it has neither.
    ///
    /// - Parameter quantity: the summary's quantity of a key.
    package func routineSeconds(_ quantity: (String) -> Double?) -> Double? {
        for key in ["factor_and_solve_seconds", "solve_seconds", "multiply_seconds"] {
            if let seconds = quantity(key) { return seconds }
        }
        guard work.routine == .sweep, let rate = quantity("gpoints_per_second"), rate > 0 else { return nil }
        return work.points / (rate * 1e9)
    }

    /// The rates with what the run has taught; nil where it was too short, or something else, to teach anything.
    package func learned(took seconds: Double, at time: Double) -> NodeRates? {
        var rates = rates
        let layout = prediction.layout
        guard seconds >= Self.shortest, rates.learn(from: work, on: layout, took: seconds, at: time) else { return nil }
        return rates
    }

    /// Seconds of a run below which noise would be learned.
    private static let shortest = 0.5

    /// For people.
    package func text(of job: JobFile) -> String {
        let share = rates.shares[work.routine] ?? RateShare(value: 1)
        let terms = Prediction.Term.allCases.filter { prediction.terms[$0] ?? 0 >= 0.01 * prediction.seconds }
            .sorted { prediction.terms[$0] ?? 0 > prediction.terms[$1] ?? 0 }
            .map { "\($0.rawValue) \(Amounts.words(seconds: prediction.terms[$0] ?? 0))" }
        let from =
            share.runs > 0
            ? "learned from \(share.runs) \(share.runs == 1 ? "run" : "runs") here"
            : "the usual one, no run has taught it yet"
        return """
            \(job.path): \(job.kind) on \(prediction.layout.ranks) ranks here, about \
            \(Amounts.words(seconds: prediction.seconds)): \(terms.joined(separator: ", "))
            measured now: DGEMM \(String(format: "%.1f", rates.gemm / 1e9)) GFLOP/s a rank, triad \
            \(String(format: "%.1f", rates.stream / 1e9)) GB/s; of these \(work.routine.rawValue) routines reach \
            \(String(format: "%.0f", 100 * share.value)) % (\(from))
            memory \(String(format: "%.1f", Double(work.memory) / 1_073_741_824)) GiB
            """
    }

    /// One JSON object.
    package func json(of job: JobFile) throws -> String {
        struct Document: Encodable {
            let job: String
            let kind: String
            let ranks: Int
            let seconds: Double
            let terms: [Prediction.Term: Double]
            let memory: Int
            let rates: NodeRates
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let document = Document(
            job: job.path, kind: job.kind, ranks: prediction.layout.ranks, seconds: prediction.seconds,
            terms: prediction.terms, memory: work.memory, rates: rates)
        return String(decoding: try encoder.encode(document), as: UTF8.self)
    }
}

extension JobFile {
    /// Whether runs of the job do what its work does not count: checkpoints, from which they may also resume, and recordings.
    package var doesMoreThanItsRoutine: Bool {
        switch job {
        case .gaussianProcess(let spec): spec.checkpoint != nil
        case .heat(let spec): spec.checkpoint != nil || spec.recording != nil
        case .poisson, .multiply: false
        case .wave(let spec): spec.checkpoint != nil || spec.recording != nil
        case .reactionDiffusion(let spec): spec.checkpoint != nil || spec.recording != nil
        case .shallowWater(let spec): spec.checkpoint != nil || spec.recording != nil
        case .solve(let spec): spec.checkpoint != nil
        case .linpack(let spec): spec.checkpoint != nil
        }
    }
}
