// How a simulation goes through time: one step after the other, or several at once.

/// How many steps a simulation does at once, while a part of the grid is in cache. The values are the same, bit for bit.
public enum Tiling: Hashable, Sendable {
    /// As the grid, the stencil and the caches suggest.
    case automatic
    /// One step after the other.
    case off
    /// `steps` at once, in blocks of about `width` rows (in three dimensions) or cells of a row (in one and two); fewer
    /// steps where a rank's box is too narrow for so many.
    case fixed(steps: Int, width: Int)

    /// The most steps at once.
    public static var mostSteps: Int { 64 }
}
