// Block-cyclic index maths in one dimension, as in ScaLAPACK (Blackford et al., ScaLAPACK Users' Guide, SIAM 1997,
// section 4.3; the library's NUMROC, INDXG2P, INDXG2L, INDXL2G). All indices count from 0.
//
// With block size b, P parts and source part s, global index g lies in block k = g / b;
//   owner(g) = (k + s) mod P,   local(g) = (k / P) b + g mod b,   global(l, p) = ((l / b) P + (p - s) mod P) b + l mod b.

/// An index into the whole of a distributed dimension, `0 ..< extent`.
public struct GlobalIndex: Hashable, Comparable, Sendable {
    public var value: Int
    @inlinable public init(_ value: Int) { self.value = value }
    @inlinable public static func < (a: GlobalIndex, b: GlobalIndex) -> Bool { a.value < b.value }
}

/// An index into one part's share of a distributed dimension, `0 ..< count(on: part)`.
public struct LocalIndex: Hashable, Comparable, Sendable {
    public var value: Int
    @inlinable public init(_ value: Int) { self.value = value }
    @inlinable public static func < (a: LocalIndex, b: LocalIndex) -> Bool { a.value < b.value }
}

/// One dimension of a block-cyclic layout: `extent` indices in blocks of `block`, dealt in turn to `parts` parts,
/// the first block to part `source`.
public struct BlockCyclic: Hashable, Sendable {
    public let extent: Int
    public let block: Int
    public let parts: Int
    public let source: Int

    /// - Precondition: `extent >= 0`, `block >= 1`, `parts >= 1`, `0 <= source < parts`.
    @inlinable
    public init(extent: Int, block: Int, parts: Int, source: Int = 0) {
        precondition(extent >= 0 && block >= 1 && parts >= 1 && source >= 0 && source < parts)
        self.extent = extent
        self.block = block
        self.parts = parts
        self.source = source
    }

    /// The number of blocks, the last of which may be ragged.
    @inlinable
    public var blockCount: Int { (extent + block - 1) / block }

    /// The indices of block k.
    @inlinable
    public func indices(ofBlock k: Int) -> Range<Int> { k * block..<min(extent, (k + 1) * block) }

    /// The part that owns an index.
    @inlinable
    public func owner(of index: GlobalIndex) -> Int { (index.value / block + source) % parts }

    /// The part that owns block k.
    @inlinable
    public func owner(ofBlock k: Int) -> Int { (k + source) % parts }

    /// Where the owner keeps an index.
    @inlinable
    public func local(_ index: GlobalIndex) -> LocalIndex {
        let (k, offset) = index.value.quotientAndRemainder(dividingBy: block)
        return LocalIndex(k / parts * block + offset)
    }

    /// The global index that a part keeps at a local one.
    @inlinable
    public func global(_ index: LocalIndex, on part: Int) -> GlobalIndex {
        let (k, offset) = index.value.quotientAndRemainder(dividingBy: block)
        return GlobalIndex((k * parts + distance(of: part)) * block + offset)
    }

    /// How many indices a part owns.
    @inlinable
    public func count(on part: Int) -> Int { count(below: GlobalIndex(extent), on: part) }

    /// How many indices smaller than `limit` a part owns: the local index at which its share of `limit...` begins.
    @inlinable
    public func count(below limit: GlobalIndex, on part: Int) -> Int {
        let end = min(limit.value, extent)
        let (full, rest) = end.quotientAndRemainder(dividingBy: block)
        let (rounds, extra) = full.quotientAndRemainder(dividingBy: parts)
        let turn = distance(of: part)
        return rounds * block + (turn < extra ? block : turn == extra ? rest : 0)
    }

    /// The local indices of a part that lie in a global range.
    @inlinable
    public func localRange(_ range: Range<Int>, on part: Int) -> Range<Int> {
        count(below: GlobalIndex(range.lowerBound), on: part)..<count(below: GlobalIndex(range.upperBound), on: part)
    }

    /// The most indices of a global range that one part owns.
    package func largestShare(of range: Range<Int>) -> Int {
        (0..<parts).reduce(0) { max($0, localRange(range, on: $1).count) }
    }

    /// Whether the `count` indices from `start` have the same owners, one by one, as those of `other` from `otherStart`:
    /// then every part keeps them in the same order, too.
    package func deals(_ count: Int, from start: Int, like other: BlockCyclic, from otherStart: Int) -> Bool {
        guard parts == other.parts else { return false }
        guard count > 0, parts > 1 else { return true }
        guard owner(of: GlobalIndex(start)) == other.owner(of: GlobalIndex(otherStart)) else { return false }
        let (phase, otherPhase) = (start % block, otherStart % other.block)
        return block == other.block && phase == otherPhase
            || phase + count <= block && otherPhase + count <= other.block
    }

    /// The map of `count` indices from a block's first one on.
    package func tail(from start: Int, count: Int) -> BlockCyclic {
        precondition(start.isMultiple(of: block))
        return BlockCyclic(extent: count, block: block, parts: parts, source: owner(ofBlock: start / block))
    }

    /// A map for the indices of a range alone. Where the range begins with a block or lies in one, every part keeps what it
    /// has.
    package func part(_ range: Range<Int>) -> BlockCyclic {
        let phase = range.lowerBound % block
        let liesInside = phase > 0 && phase + range.count <= block
        return BlockCyclic(
            extent: range.count, block: liesInside ? max(1, range.count) : block, parts: parts,
            source: owner(of: GlobalIndex(range.lowerBound)))
    }

    /// How many parts are dealt a block before this one.
    @inlinable
    func distance(of part: Int) -> Int { (part - source + parts) % parts }
}
