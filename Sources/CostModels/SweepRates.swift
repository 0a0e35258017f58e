// The rate of one rank's sweep for any box and tile, from rates measured on some.
//
// Small boxes stay in cache and large ones do not, and deep tiles need the memory less: a rate depends on the cells of the
// box and on the steps of the tile. Between measurements it is linear in the logarithm of the cells, and of the steps; beyond
// them it is that of the nearest.

/// Cells that a rank computes in a second, as measured and between.
public struct SweepRates: Sendable {
    public struct Measurement: Hashable, Sendable {
        /// Cells of the box.
        public let cells: Int
        /// Steps of the tile.
        public let steps: Int
        public let pointsPerSecond: Double

        public init(cells: Int, steps: Int, pointsPerSecond: Double) {
            self.cells = cells
            self.steps = steps
            self.pointsPerSecond = pointsPerSecond
        }
    }

    /// At least one.
    public let measurements: [Measurement]

    public init(_ measurements: [Measurement]) { self.measurements = measurements }

    /// The rate in a box of so many cells and tiles of so many steps.
    public func pointsPerSecond(cells: Int, steps: Int) -> Double {
        let depths = Set(measurements.map(\.steps)).sorted()
        return interpolate(
            steps,
            depths.map { depth in
                let ofDepth = measurements.filter { $0.steps == depth }.sorted { $0.cells < $1.cells }
                return (depth, interpolate(cells, ofDepth.map { ($0.cells, $0.pointsPerSecond) }))
            })
    }
}

/// The value at `place` on the broken line through points in rising order.
private func interpolate(_ place: Int, _ points: [(place: Int, value: Double)]) -> Double {
    guard let above = points.firstIndex(where: { $0.place >= place }) else { return points[points.count - 1].value }
    if above == 0 { return points[0].value }
    let (low, high) = (points[above - 1], points[above])
    let part = (octaves(place) - octaves(low.place)) / (octaves(high.place) - octaves(low.place))
    return low.value + part * (high.value - low.value)
}

/// The logarithm to base 2: exact at powers of two, linear in each octave between them.
private func octaves(_ number: Int) -> Double {
    let number = Double(number)
    return Double(number.exponent) + (number.significand - 1)
}
