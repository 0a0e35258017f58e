// Vectors between a type and the one of half its length, without checks: compiled loops, rounding to nearest. A number
// beyond the range becomes infinite, one below it a subnormal number or zero.

import CShim

extension LinearScalar {
    /// y = x, rounded; a copy for a type without a lower one.
    package static func narrow(_ count: Int, _ x: UnsafePointer<Self>, to y: UnsafeMutablePointer<Lower>) {
        let (source, target) = (UnsafeRawPointer(x), UnsafeMutableRawPointer(y))
        guard hasLower else { return target.copyMemory(from: source, byteCount: count * MemoryLayout<Self>.stride) }
        tessera_narrow(
            count * partCount, source.assumingMemoryBound(to: Double.self), target.assumingMemoryBound(to: Float.self))
    }

    /// yᵢ = (rᵢ xᵢ) c, rounded once where r and c are powers of two. For a type with a lower one.
    package static func narrow(
        _ count: Int, _ x: UnsafePointer<Self>, rows r: UnsafePointer<Real>, column c: Real,
        to y: UnsafeMutablePointer<Lower>
    ) {
        precondition(hasLower)
        tessera_narrow_scaled(
            count, Int32(partCount), UnsafeRawPointer(x).assumingMemoryBound(to: Double.self),
            UnsafeRawPointer(r).assumingMemoryBound(to: Double.self), Double(c),
            UnsafeMutableRawPointer(y).assumingMemoryBound(to: Float.self))
    }

    /// y = x, exactly.
    package static func widen(_ count: Int, _ x: UnsafePointer<Lower>, to y: UnsafeMutablePointer<Self>) {
        let (source, target) = (UnsafeRawPointer(x), UnsafeMutableRawPointer(y))
        guard hasLower else { return target.copyMemory(from: source, byteCount: count * MemoryLayout<Self>.stride) }
        tessera_widen(
            count * partCount, source.assumingMemoryBound(to: Float.self), target.assumingMemoryBound(to: Double.self))
    }

    /// Real numbers in a scalar.
    private static var partCount: Int { isComplex ? 2 : 1 }
}
