// How long a job takes on nodes of given rates: its work over the rates, term by term.
//
//     arithmetic    dense: (flops i / ranks + panels) / (gemm s)
//                   grids: max(bytes / (reuse stream), flops / (update ranks)) i / s      (in memory where that is more)
//     evaluation    elements i t / ranks
//     copies        2 bytes of messages, and the factors' of a solve, / stream
//     network       bytes into the busiest node / its rate
//     latency       messages one after another
//     files         bytes / the disk of one node
//
// i is the imbalance of the busiest rank, s the share of the rates that the routine reaches. Communication is taken to hide
// behind nothing but what addPanels says, so that the sum rather errs upwards.

/// Seconds of a job on a layout, and what they consist of.
package struct Prediction: Hashable, Codable, Sendable {
    package enum Term: String, Codable, CodingKeyRepresentable, Sendable, CaseIterable {
        case arithmetic, memory, evaluation, network, latency, files
    }

    package let layout: RankLayout
    package let terms: [Term: Double]
    /// Bytes of the busiest node.
    package let memoryOfNode: Int
    /// The part of the ranks' time in which they do the job's arithmetic: 1 where nothing is waited for, sent or stored.
    package let efficiency: Double

    /// - Parameters:
    ///   - work: of the job on the layout.
    ///   - rates: of each node.
    package init(_ work: JobWork, on layout: RankLayout, _ rates: NodeRates) {
        let (ranks, nodes) = (Double(layout.ranks), Double(layout.nodes))
        let (share, stream) = (rates.share(work.routine), rates.stream * nodes)
        var terms: [Term: Double] = [:]
        var useful: Double
        if work.routine == .dense {
            useful = work.denseFlops / (ranks * rates.gemm * share)
            terms[.arithmetic] = useful * work.imbalance + work.panelFlops / (rates.gemm * share)
            terms[.memory] = (work.sweepBytes + 2 * work.messageBytes) / stream
        } else {
            let bytes = work.sweepBytes / (work.reuse * stream * share)
            let flops = work.sweepFlops / (rates.update * ranks * share)
            useful = max(bytes, flops)
            terms[bytes > flops ? .memory : .arithmetic] = useful * work.imbalance
            terms[.memory, default: 0] += 2 * work.messageBytes / stream
        }
        let evaluation = work.evaluations * rates.evaluation / ranks
        terms[.evaluation] = evaluation * work.imbalance
        terms[.network] = work.networkBytes / rates.network
        terms[.latency] = work.hops.network * rates.networkLatency + work.hops.local * rates.localLatency
        terms[.files] = work.fileBytes / rates.disk
        useful += evaluation
        self.layout = layout
        self.terms = terms
        memoryOfNode = (work.memory + layout.nodes - 1) / layout.nodes
        let seconds = terms.values.reduce(0, +)
        efficiency = seconds > 0 ? min(1, useful / seconds) : 1
    }

    /// From the first rank's start to the last one's end.
    package var seconds: Double { Term.allCases.reduce(0) { $0 + (terms[$1] ?? 0) } }

    /// The time of the routine itself, which a run's summary has: without files and, of grids, without what is evaluated.
    package var routineSeconds: Double { seconds - (terms[.files] ?? 0) - (terms[.evaluation] ?? 0) }

    /// The term that takes longest.
    package var dominant: Term { Term.allCases.max { (terms[$0] ?? 0) < (terms[$1] ?? 0) } ?? .arithmetic }
}

extension NodeRates {
    /// What a run teaches: the share that makes the prediction of its routine what it took.
    ///
    /// What is not arithmetic is believed; a run of which that would leave less than a tenth teaches nothing, nor
    /// does one that is five times faster or slower than those before it.
    ///
    /// - Returns: whether something was learned.
    package mutating func learn(from work: JobWork, on layout: RankLayout, took seconds: Double, at time: Double)
        -> Bool
    {
        var plain = self
        plain.shares[work.routine] = RateShare(value: 1)
        let prediction = Prediction(work, on: layout, plain)
        let atOne = plain.scaled(work, on: layout)
        let rest = prediction.routineSeconds - atOne
        let left = seconds - rest
        guard seconds.isFinite, seconds > 0.01, atOne > 0, left > 0.1 * seconds else { return false }
        var share = shares[work.routine] ?? RateShare(value: 1)
        let found = atOne / left
        guard (0.01...10).contains(found), share.runs == 0 || (0.2...5).contains(found / share.value) else {
            return false
        }
        share.learn(found, at: time)
        shares[work.routine] = share
        return true
    }

    /// The part of a prediction that the share divides.
    private func scaled(_ work: JobWork, on layout: RankLayout) -> Double {
        var bare = work
        (bare.messageBytes, bare.evaluations, bare.networkBytes, bare.fileBytes) = (0, 0, 0, 0)
        bare.hops = RankLayout.Hops()
        if work.routine == .dense { bare.sweepBytes = 0 }
        return Prediction(bare, on: layout, self).seconds
    }
}
