// A part of a grid that is small enough to look at: a plane, a row, a point, or the whole at every k-th index.

import CostModels

/// A plane, a row or a point of a grid, at every index or at every k-th: for each axis, the index that is kept or how far
/// apart the indices are.
///
/// ```swift
/// let middle: GridSlice = [.at(200), .all, .all]          // a plane of a grid in space
/// let overview: GridSlice = [.every(16), .every(16)]      // a thinned out plane
/// ```
public struct GridSlice: Hashable, Sendable, ExpressibleByArrayLiteral {
    public enum Axis: Hashable, Sendable {
        /// One index; the slice has no such axis.
        case at(Int)
        /// The indices 0, k, 2k and so on.
        case every(Int)

        /// Every index.
        public static var all: Axis { .every(1) }
    }

    public let axes: [Axis]

    public init(_ axes: [Axis]) { self.axes = axes }
    public init(arrayLiteral axes: Axis...) { self.init(axes) }

    /// The cells along each axis that the slice keeps, on a grid of these extents.
    public func extents(of grid: [Int]) -> [Int] {
        zip(axes, grid).compactMap { axis, extent in
            if case .every(let step) = axis { (extent - 1) / step + 1 } else { nil }
        }
    }

    /// The indices along each axis of the grid.
    func indices(of grid: [Int]) -> [SliceModel.Axis] {
        zip(axes, grid).map { axis, extent in
            switch axis {
            case .at(let index): SliceModel.Axis(first: index, step: 1, count: 1)
            case .every(let step): SliceModel.Axis(first: 0, step: step, count: (extent - 1) / step + 1)
            }
        }
    }

    /// What is wrong with it on a grid of these extents; nil where nothing is.
    func misfit(_ grid: [Int]) -> (expected: String, found: String)? {
        guard axes.count == grid.count else { return ("one entry for each of \(grid.count) axes", "\(axes.count)") }
        for (axis, extent) in zip(axes, grid) {
            switch axis {
            case .at(let index) where !(0..<extent).contains(index): return ("an index in 0..<\(extent)", "\(index)")
            case .every(let step) where step < 1: return ("every first index or fewer", "every \(step)")
            default: continue
            }
        }
        return nil
    }

    /// What must be the same on all ranks.
    var words: [Int] {
        axes.flatMap { axis in
            switch axis {
            case .at(let index): [0, index]
            case .every(let step): [1, step]
            }
        }
    }
}

/// The values of a field on a slice, at one step.
public struct FieldSample<Scalar: StencilScalar>: Sendable {
    public let slice: GridSlice
    /// Steps done.
    public let step: Int
    public let time: Double
    /// The cells along each axis that the slice keeps; none of a point.
    public let extents: [Int]
    /// In C order.
    public let values: [Scalar]
}
