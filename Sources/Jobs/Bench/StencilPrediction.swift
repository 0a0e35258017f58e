// A stencil on any number of ranks: the grids that are compared, and what the model says of each.

internal import CostModels
internal import Tessera

/// A stencil whose models can be made for any grid.
struct ScaledStencil {
    let footprint: Footprint
    let boundary: [Boundary]
    let tiling: Tiling
    let bytesPerValue: Int

    func model(_ extents: [Int], shape: [Int]) -> StencilModel {
        footprint.model(
            extents: extents, shape: shape, periodic: boundary.map(\.isPeriodic), bytesPerValue: bytesPerValue)
    }

    /// The grid cut to so many ranks, in the shape that the engine gives them.
    func strong(_ extents: [Int], ranks: Int) -> StencilModel {
        model(extents, shape: footprint.shape(ranks: ranks, extents: extents, periodic: boundary.map(\.isPeriodic)))
    }

    /// A box of `extents` for each of so many ranks, in the shape that sends the fewest words; of equals, the one that cuts
    /// the earliest axes most.
    func weak(_ extents: [Int], ranks: Int) -> StencilModel {
        var best: (words: Int, model: StencilModel)?
        for shape in factors(of: ranks, axes: extents.count) {
            let model = model(zip(extents, shape).map { $0 * $1 }, shape: shape)
            let words = model.exchanges(steps: 1).reduce(0) { $0 + $1.words }
            if best.map({ words < $0.words }) ?? true { best = (words, model) }
        }
        return best!.model
    }

    /// The steps of the tiles that the engine would try.
    func tiles(_ model: StencilModel) -> [Int] {
        footprint.tileSteps(extents: model.extents, shape: model.shape, boundary: boundary, tiling)
    }
}

/// What a model says with rates measured.
struct StencilPrediction {
    let stencil: ScaledStencil
    let rates: SweepRates

    /// The tile that takes the least time, and its seconds a step.
    func fastest(_ model: StencilModel, _ messages: MessageCost) -> (tile: Int, seconds: StencilSeconds) {
        stencil.tiles(model).map { (tile: $0, seconds: perStep(model, tile: $0, messages)) }
            .min { $0.seconds.total < $1.seconds.total }!
    }

    /// Seconds of a run, whose last tile may have fewer steps.
    func seconds(_ model: StencilModel, of steps: Int, _ messages: MessageCost) -> Double {
        let (tile, seconds) = fastest(model, messages)
        let (tiles, rest) = steps.quotientAndRemainder(dividingBy: tile)
        let last = rest > 0 ? Double(rest) * perStep(model, tile: rest, messages).total : 0
        return Double(tiles * tile) * seconds.total + last
    }

    private func perStep(_ model: StencilModel, tile: Int, _ messages: MessageCost) -> StencilSeconds {
        let rate = rates.pointsPerSecond(cells: model.pointsOfLargestBox, steps: tile)
        return model.secondsPerStep(steps: tile, pointsPerSecond: rate, messages)
    }
}

/// All ways to write `number` as a product of `axes` factors, the largest first factors first.
private func factors(of number: Int, axes: Int) -> [[Int]] {
    if axes == 1 { return [[number]] }
    return (1...number).reversed().filter { number % $0 == 0 }.flatMap { first in
        factors(of: number / first, axes: axes - 1).map { [first] + $0 }
    }
}
