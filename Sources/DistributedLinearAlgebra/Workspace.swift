package import LinearAlgebra
internal import MessagePassing
private import Synchronization

/// Scratch memory of a routine, allocated once before its loop.
package struct Workspace<Scalar: LinearScalar>: ~Copyable {
    package let base: UnsafeMutablePointer<Scalar>
    private let bytes: Int

    /// Room for this many scalars, uninitialised.
    package init(_ count: Int) {
        base = allocateAligned(count, of: Scalar.self)
        bytes = count * MemoryLayout<Scalar>.stride
        WorkspaceMeter.add(bytes)
    }

    deinit {
        WorkspaceMeter.add(-bytes)
        freeAligned(base)
    }
}

/// How much scratch memory there is in this process: what the models' workspaces are held against.
package enum WorkspaceMeter {
    private static let live = Atomic<Int>(0)
    private static let most = Atomic<Int>(0)

    /// The bytes that came beside those at the beginning, at the worst moment of `body`.
    package static func peak<Failure: Error>(of body: () throws(Failure) -> Void) throws(Failure) -> Int {
        let before = live.load(ordering: .relaxed)
        most.store(before, ordering: .relaxed)
        try body()
        return most.load(ordering: .relaxed) - before
    }

    fileprivate static func add(_ bytes: Int) {
        most.max(live.add(bytes, ordering: .relaxed).newValue, ordering: .relaxed)
    }
}
