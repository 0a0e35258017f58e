internal import Tessera

/// A benchmark's stencil that can be made for any grid.
protocol ScalableStencil: MultiFieldStencil {
    init(extents: [Int])
    static func boundary(axes: Int) -> [Boundary]
    /// Values that neither grow nor fade to subnormal numbers in a thousand steps.
    static func fill(_ simulation: inout Simulation<Self>)
}
