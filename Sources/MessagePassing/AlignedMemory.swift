internal import CShim

/// Memory for `count` elements, uninitialised, aligned to a cache line; a large block to huge pages, which it asks for.
/// Freed by ``freeAligned(_:)``.
@usableFromInline
package func allocateAligned<T>(_ count: Int, of type: T.Type) -> UnsafeMutablePointer<T> {
    let bytes = max(1, count) * MemoryLayout<T>.stride
    let hugePage = 2 << 20
    guard bytes >= 2 * hugePage else {
        return UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64).bindMemory(to: T.self, capacity: count)
    }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: hugePage)
    tessera_advise_huge_pages(memory, Int64(bytes))
    return memory.bindMemory(to: T.self, capacity: count)
}

@usableFromInline
package func freeAligned<T>(_ pointer: UnsafeMutablePointer<T>) {
    UnsafeMutableRawPointer(pointer).deallocate()
}
