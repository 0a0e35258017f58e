internal import ArrayFormats
internal import Foundation
internal import JobFiles
internal import Tessera

/// The depth and the surface at the beginning, at any cell of the refined grid.
struct ShallowWaterMaps {
    private let spec: ShallowWaterSpec
    /// Depths, or elevations of the terrain.
    private let ground: Refinement?
    private let surface: Refinement?

    init(_ spec: ShallowWaterSpec) throws(TesseraError) {
        func refinement(_ file: InputArray?) throws(TesseraError) -> Refinement? {
            guard let file else { return nil }
            let (shape, values) = try NpyFile.read(file.path)
            return Refinement(values, rows: shape[0], columns: shape[1], factor: spec.refine)
        }
        self.spec = spec
        ground = try refinement(spec.depth.file)
        surface = try refinement(spec.initial.file)
    }

    /// Metres of water at rest; 0 or less on land.
    func depth(_ i: Int, _ j: Int) -> Double {
        switch spec.depth {
        case .constant(let depth): depth
        case .file: ground?.value(i, j) ?? 0
        case .terrain(_, let level): level - (ground?.value(i, j) ?? level)
        }
    }

    /// Metres of the surface above that at rest; 0 on land.
    func surface(_ i: Int, _ j: Int) -> Double {
        depth(i, j) > 0 ? elevation(i, j) : 0
    }

    /// Metres of water at the beginning, by the nonlinear equations: land below the surface is flooded.
    func water(_ i: Int, _ j: Int) -> Double { max(0, depth(i, j) + elevation(i, j)) }

    private func elevation(_ i: Int, _ j: Int) -> Double {
        switch spec.initial {
        case .file: return surface?.value(i, j) ?? 0
        case .bump(let height, let centre, let radius):
            let y = (Double(i) + 0.5) * spec.cells[0] - centre[0]
            let x = (Double(j) + 0.5) * spec.cells[1] - centre[1]
            return height * exp(-(y * y + x * x) / (2 * radius * radius))
        case .step(let height, let west):
            return (Double(j) + 0.5) * spec.cells[1] < west ? height : 0
        }
    }

    /// The depth at the face to the next cell along an axis: the mean of the two; 0, which closes it, where one of them is
    /// land or a wall.
    func face(_ i: Int, _ j: Int, axis: Int) -> Double {
        var next = [i, j]
        next[axis] += 1
        if next[axis] == spec.extents[axis] {
            guard spec.edges[axis] == .periodic else { return 0 }
            next[axis] = 0
        }
        let (here, there) = (depth(i, j), depth(next[0], next[1]))
        return here > 0 && there > 0 ? (here + there) / 2 : 0
    }
}
