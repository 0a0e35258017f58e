// What a stencil would take on other numbers of ranks, as StencilModel says from what is measured here: the sweeps of one rank
// while all are busy, and messages between ranks.
//
// Strong scaling cuts the given grid to R ranks; weak scaling gives each of R ranks a box of the given extents. In both the tile
// is the one that the model finds fastest among those that the engine would try. With t(R) the seconds of a step, efficiency is
// t(1) / (R t(R)) and t(1) / t(R).

internal import CostModels
internal import Tessera

/// - Throws: ``Refusal`` where there are no messages to measure and none are given.
func requireMessages(_ scaling: BenchRequest.Scaling, on world: Communicator) throws {
    if world.size == 1, scaling.latency == nil || scaling.bandwidth == nil {
        throw Refusal([
            "tessera: --scaling: expected 2 ranks or more to measure messages between, or --latency-us and "
                + "--bandwidth-gbs, found 1 rank"
        ])
    }
}

/// Reports the run beside what the model says of it, both tables, and what the model was given. Collective.
func benchScaling<S: ScalableStencil>(
    _: S.Type, _ bench: StencilBench, _ scaling: BenchRequest.Scaling, measured: JobSummary,
    report: (JobSummary) -> Void
) throws(TesseraError) {
    let (extents, axes, world) = (bench.extents, bench.extents.count, bench.world)
    let stencil = ScaledStencil(
        footprint: try Footprint(of: S(extents: extents), axes: axes), boundary: S.boundary(axes: axes),
        tiling: bench.tiling, bytesPerValue: MemoryLayout<S.Scalar>.stride)
    let here = bench.shape.map { stencil.model(extents, shape: $0) } ?? stencil.strong(extents, ranks: world.size)
    let alone = stencil.strong(extents, ranks: 1)
    let strong = scaling.ranks.map { stencil.strong(extents, ranks: $0) }
    let weak = scaling.ranks.map { stencil.weak(extents, ranks: $0) }

    let models = [here, alone] + strong + weak
    let boxes = models.map(\.pointsOfLargestBox)
    let rates = try SweepRates(
        measuring: S.self, axes: axes, cells: boxes.min()!...boxes.max()!,
        depths: Set(models.flatMap(stencil.tiles)).sorted(), bench.tiling, on: world)
    let messages = try MessageCost(measuredOn: world)
    let network = MessageCost(
        latency: scaling.latency ?? messages.latency, bandwidth: scaling.bandwidth ?? messages.bandwidth,
        packing: messages.packing)
    let prediction = StencilPrediction(stencil: stencil, rates: rates)

    report(comparison(measured, predicted: prediction.seconds(here, of: bench.steps, messages)))
    let base = prediction.fastest(alone, network).seconds.total
    for (kind, models) in [("strong", strong), ("weak", weak)] {
        for (ranks, model) in zip(scaling.ranks, models) {
            let (tile, seconds) = prediction.fastest(model, network)
            let ideal = kind == "strong" ? base / Double(ranks) : base
            var line = JobSummary()
            line.add("scaling", kind, .text(kind))
            line.add("ranks", "ranks", .integer(ranks))
            line.add("grid", "grid", .text(model.shape.map(String.init).joined(separator: "x")))
            line.add("steps_of_tile", "tile of", .integer(tile))
            line.add("seconds_per_step", "s a step", .quantity(seconds.total, ""))
            line.add("gpoints_per_second", "Gpt/s", .quantity(Double(model.points) / seconds.total / 1e9, ""))
            line.add("efficiency", "efficiency", .quantity(100 * ideal / seconds.total, "%"))
            line.add("share_of_messages", "messages", .quantity(100 * seconds.messages / seconds.total, "%"))
            report(line)
        }
    }
    report(summary(of: network, scaling))
    for rate in rates.measurements { report(summary(of: rate)) }
}

private func comparison(_ measured: JobSummary, predicted: Double) -> JobSummary {
    var line = measured
    line.add("predicted_seconds", "predicted", .quantity(predicted, ""))
    line.add("error", "error", .quantity(100 * (predicted / (measured.quantity("seconds") ?? .nan) - 1), "%"))
    return line
}

private func summary(of network: MessageCost, _ scaling: BenchRequest.Scaling) -> JobSummary {
    var line = JobSummary()
    line.add("network", "network", .text(scaling.latency == nil && scaling.bandwidth == nil ? "measured" : "given"))
    line.add("latency_us", "latency, us", .quantity(network.latency * 1e6, ""))
    line.add("bandwidth_gbs", "GB/s", .quantity(network.bandwidth / 1e9, ""))
    line.add("packing_gbs", "packing, GB/s", .quantity(network.packing / 1e9, ""))
    return line
}

private func summary(of rate: SweepRates.Measurement) -> JobSummary {
    var line = JobSummary()
    line.add("sweep", "sweep", .text("measured"))
    line.add("cells", "cells", .integer(rate.cells))
    line.add("steps_of_tile", "tile of", .integer(rate.steps))
    line.add("gpoints_per_second_of_rank", "Gpt/s a rank", .quantity(rate.pointsPerSecond / 1e9, ""))
    return line
}
