// Boundaries in words, for checkpoints. Those that are functions cannot be compared: what they give at some ghosts and times
// stands for them.

import DistributedArrays

/// The boundaries of one field in words.
///
/// - Parameters:
///   - boundaries: along plane, row and column; those of the grid's own axes count.
///   - extents: of the grid's own axes.
///   - times: when functions are asked, in order.
func boundaryText(_ boundaries: [Boundary], extents: [Int], times: [Double]) -> String {
    (3 - extents.count..<3).map { axis in
        boundaries[axis].text(
            BoundaryProbe(axis: axis, extents: canonicalExtents(extents), axes: extents.count, times: times))
    }.joined(separator: ", ")
}

/// Where and when a boundary value that is a function is asked for.
private struct BoundaryProbe {
    let axis: Int
    let extents: SIMD3<Int>
    let axes: Int
    let times: [Double]

    /// Ghosts of the first layer beyond one end: across the others' cells at both ends and between.
    func ghosts(isLower: Bool) -> [GridIndex] {
        var places = [SIMD3<Int>.zero]
        for other in 0..<3 {
            let choices =
                other == axis
                ? [isLower ? -1 : extents[axis]]
                : Set([0, extents[other] / 3, extents[other] - 1]).sorted()
            places = places.flatMap { place in
                choices.map { choice in
                    var next = place
                    next[other] = choice
                    return next
                }
            }
        }
        return places.map { GridIndex(canonical: $0, axes: axes) }
    }

    /// The checksum of what a function gives.
    func checksum(isLower: Bool, _ value: (GridIndex, Double) -> [Double]) -> String {
        let values = ghosts(isLower: isLower).flatMap { ghost in times.flatMap { value(ghost, $0) } }
        return checksumOf(values.map { $0.isNaN ? Double.nan.bitPattern : $0.bitPattern }).hexadecimal
    }
}

extension Boundary {
    fileprivate func text(_ probe: BoundaryProbe) -> String {
        switch self {
        case .periodic: "periodic"
        case .sides(let lower, let upper):
            "\(lower.text(probe, isLower: true)) to \(upper.text(probe, isLower: false))"
        }
    }
}

extension BoundarySide {
    fileprivate func text(_ probe: BoundaryProbe, isLower: Bool) -> String {
        switch rule {
        case .constant(let value): "constant \(value)"
        case .function(let value):
            "function of checksum \(probe.checksum(isLower: isLower) { [value($0, $1)] })"
        case .mirror(let sign, let slope): "mirror \(sign) \(slope)"
        case .robin(let value, let slope, let sum): "robin \(value) \(slope) \(sum)"
        case .custom(let value):
            "custom of checksum "
                + probe.checksum(isLower: isLower) { ghost, time in [0, 0.5, -1].map { value(ghost, time, $0) } }
        }
    }
}
