package import LinearAlgebra
internal import MessagePassing

/// Scratch memory of a routine, allocated once before its loop.
package struct Workspace<Scalar: LinearScalar>: ~Copyable {
    package let base: UnsafeMutablePointer<Scalar>

    /// Room for this many scalars, uninitialised.
    package init(_ count: Int) { base = allocateAligned(count, of: Scalar.self) }

    deinit { freeAligned(base) }
}
