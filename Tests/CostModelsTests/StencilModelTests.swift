import CostModels
import Testing

/// Cells, bytes and seconds counted by hand on small grids.
@Suite("Cost of stencils")
struct StencilModelTests {
    private func star(_ axes: Int, radius: Int = 1) -> StencilModel.Field {
        let layers = [Int](repeating: radius, count: axes)
        return .init(halo: FieldHalo(lower: layers, upper: layers, corners: false))
    }

    private func heat(_ extents: [Int], _ shape: [Int], periodic: [Bool]? = nil) -> StencilModel {
        StencilModel(
            extents: extents, shape: shape, periodic: periodic ?? extents.map { _ in false },
            fields: [star(extents.count)], bytesPerValue: 8)
    }

    private let cost = MessageCost(latency: 0.5, bandwidth: 64, packing: 32)

    @Test func oneRankSendsNothingAndDoesNothingTwice() {
        let model = heat([6, 8], [1, 1])
        #expect(model.sent(by: 0, steps: 3) == (0, 0))
        #expect(model.cells(of: 0, steps: 3) == 3 * 48)
        let seconds = model.secondsPerStep(steps: 3, pointsPerSecond: 24, cost)
        #expect(seconds == StencilSeconds(sweep: 2, messages: 0))
    }

    /// 6 x 8 cells on 2 x 1 ranks: boxes of 3 x 8, and a face of 8 cells.
    @Test func aStepSendsAFace() {
        let model = heat([6, 8], [2, 1])
        #expect(model.sent(by: 1, steps: 1) == (64, 1))
        #expect(model.cells(of: 1, steps: 1) == 24)
        // 24 cells at 24 a second; 0.5 for the latency, 64 bytes at 64 and at 32 a second.
        #expect(
            model.secondsPerStep(steps: 1, pointsPerSecond: 24, cost) == StencilSeconds(sweep: 1, messages: 0.5 + 1 + 2)
        )
    }

    /// Two steps: one row beyond the box in the first, and two ghost rows, once.
    @Test func aTileDoesRowsTwiceAndSendsOnce() {
        let model = heat([6, 8], [2, 1])
        #expect(model.sent(by: 0, steps: 2) == (2 * 64, 1))
        #expect(model.cells(of: 0, steps: 2) == (3 + 1) * 8 + 3 * 8)
        #expect(
            model.secondsPerStep(steps: 2, pointsPerSecond: 28, cost)
                == StencilSeconds(sweep: 1, messages: (0.5 + 2 + 4) / 2))
    }

    /// Both sides of an axis are on their way at once: their bytes add up, and the latency does not.
    @Test func theMiddleRankIsTheSlowest() {
        let model = heat([9, 8], [3, 1])
        #expect(model.sent(by: 1, steps: 1) == (128, 2))
        #expect(model.cells(of: 1, steps: 2) == (3 + 2) * 8 + 3 * 8)
        #expect(model.secondsPerStep(steps: 1, pointsPerSecond: 24, cost).messages == 0.5 + 2 + 4)
    }

    /// With tiles the second axis carries the ghosts of the first, for what is done twice beyond a corner.
    @Test func cornersOfATile() {
        let model = heat([8, 8], [2, 2])
        #expect(model.sent(by: 0, steps: 1) == (8 * (4 + 4), 2))
        #expect(model.sent(by: 0, steps: 2) == (8 * (2 * 4 + 2 * (4 + 2 + 2)), 2))
        #expect(model.cells(of: 0, steps: 2) == 5 * 5 + 4 * 4)
    }

    /// Around an axis of one rank ghosts are copied, not sent, but along lines that boxes hold as a whole.
    @Test func periodicAxesOfOneRank() {
        let periodic = heat([4, 4, 4], [1, 1, 1], periodic: [true, true, true])
        #expect(periodic.sent(by: 0, steps: 2) == (0, 0))
        #expect(periodic.cells(of: 0, steps: 2) == 6 * 6 * 4 + 4 * 4 * 4)
    }

    /// A leapfrog sends its older level where a tile computes beyond the box, a coefficient never.
    @Test func levelsAndCoefficients() {
        var wave = star(1, radius: 2)
        wave.levels = 2
        let speed = StencilModel.Field(halo: FieldHalo(lower: [0], upper: [0], corners: false), isWritten: false)
        let model = StencilModel(
            extents: [40], shape: [2], periodic: [false], fields: [wave, speed], bytesPerValue: 4)
        #expect(model.sent(by: 0, steps: 1) == (2 * 4, 1))
        #expect(model.sent(by: 0, steps: 3) == (2 * 6 * 4, 2))
        #expect(model.cells(of: 0, steps: 3) == 24 + 22 + 20)
    }

    @Test func ranksBeyondTheShapeIdle() {
        let model = heat([6, 8], [2, 1])
        #expect(model.cells(of: 2, steps: 1) == 0)
        #expect(model.sent(by: 2, steps: 1) == (0, 0))
    }

    /// With as many cells a rank a step takes no longer on more ranks, once every side has a neighbour.
    @Test func weakScalingIsFlat() {
        let seconds = [3, 4, 8].map { side in
            heat([side * 16, side * 16], [side, side]).secondsPerStep(steps: 2, pointsPerSecond: 1e6, cost).total
        }
        #expect(Set(seconds).count == 1)
        let alone = heat([16, 16], [1, 1]).secondsPerStep(steps: 2, pointsPerSecond: 1e6, cost)
        #expect(alone.total < seconds[0] && alone.messages == 0)
    }

    /// On more ranks the volume shrinks faster than the surface, and the latency not at all.
    @Test func strongScalingBends() {
        let cost = MessageCost(latency: 1e-5, bandwidth: 1e10, packing: 1e10)
        let steps = [1, 2, 4, 8, 16].map { side in
            heat([64, 64, 64], [side, side, side]).secondsPerStep(steps: 1, pointsPerSecond: 1e9, cost)
        }
        let efficiencies = [1, 2, 4, 8, 16].indices.map { steps[0].total / (Double(1 << (3 * $0)) * steps[$0].total) }
        #expect(efficiencies[0] == 1)
        for k in 1..<5 {
            #expect(efficiencies[k] < efficiencies[k - 1])
            #expect(steps[k].messages / steps[k].total > steps[k - 1].messages / steps[k - 1].total)
        }
        // Three latencies stay, however small the boxes.
        #expect(steps[4].messages > 3e-5)
    }
}

@Suite("Rates of sweeps")
struct SweepRatesTests {
    private let rates = SweepRates([
        .init(cells: 1024, steps: 1, pointsPerSecond: 4), .init(cells: 65536, steps: 1, pointsPerSecond: 1),
        .init(cells: 1024, steps: 4, pointsPerSecond: 6), .init(cells: 65536, steps: 4, pointsPerSecond: 5),
    ])

    @Test func measuredRatesStay() {
        #expect(rates.pointsPerSecond(cells: 1024, steps: 1) == 4)
        #expect(rates.pointsPerSecond(cells: 65536, steps: 4) == 5)
    }

    /// Two octaves of six, and one of two.
    @Test func betweenThemByTheLogarithm() {
        #expect(rates.pointsPerSecond(cells: 4096, steps: 1) == 3)
        #expect(rates.pointsPerSecond(cells: 1024, steps: 2) == 5)
        #expect(rates.pointsPerSecond(cells: 8192, steps: 2) == (2.5 + 5.5) / 2)
    }

    @Test func beyondThemTheNearest() {
        #expect(rates.pointsPerSecond(cells: 10, steps: 1) == 4)
        #expect(rates.pointsPerSecond(cells: 1 << 30, steps: 9) == 5)
    }
}
