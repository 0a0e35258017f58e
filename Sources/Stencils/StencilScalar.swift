// What a field holds, and the SIMD lane that computes with it.

public import MessagePassing

/// The numbers of a field: `Float` or `Double`.
public protocol StencilScalar: BinaryFloatingPoint, BitwiseCopyable, MessageElement, _ExpressibleByBuiltinFloatLiteral {
    /// The lanes of the production sweep on a line, in a plane and in space.
    ///
    /// The number of axes is part of the type, so that it is a constant in every update.
    associatedtype LineVector: MemoryLane where LineVector.Scalar == Self
    associatedtype PlaneVector: MemoryLane where PlaneVector.Scalar == Self
    associatedtype SpaceVector: MemoryLane where SpaceVector.Scalar == Self
}

extension Double: StencilScalar {
    public typealias LineVector = DoubleLane<1>
    public typealias PlaneVector = DoubleLane<2>
    public typealias SpaceVector = DoubleLane<3>
}

extension Float: StencilScalar {
    public typealias LineVector = FloatLane<1>
    public typealias PlaneVector = FloatLane<2>
    public typealias SpaceVector = FloatLane<3>
}
