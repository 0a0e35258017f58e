import DistributedArrays
import Testing

@Suite("Block-cyclic maps against their definition")
struct BlockCyclicTests {
    static let cases: [(extent: Int, block: Int, parts: Int, source: Int)] = {
        var all: [(Int, Int, Int, Int)] = []
        for extent in [0, 1, 2, 5, 7, 16, 33] {
            for block in [1, 2, 3, 5, 32] {
                for parts in [1, 2, 3, 5] {
                    for source in 0..<parts { all.append((extent, block, parts, source)) }
                }
            }
        }
        return all
    }()

    /// Deals the blocks like cards.
    @Test func agreesWithDealingBlocks() {
        for (extent, block, parts, source) in Self.cases {
            let map = BlockCyclic(extent: extent, block: block, parts: parts, source: source)
            var shares = [[Int]](repeating: [], count: parts)
            var owner = source
            for start in stride(from: 0, to: extent, by: block) {
                shares[owner] += start..<min(extent, start + block)
                owner = (owner + 1) % parts
            }
            for part in 0..<parts {
                #expect(map.count(on: part) == shares[part].count)
                for (local, global) in shares[part].enumerated() {
                    #expect(map.owner(of: GlobalIndex(global)) == part)
                    #expect(map.local(GlobalIndex(global)) == LocalIndex(local))
                    #expect(map.global(LocalIndex(local), on: part) == GlobalIndex(global))
                }
                for limit in 0...extent {
                    #expect(map.count(below: GlobalIndex(limit), on: part) == shares[part].count { $0 < limit })
                }
            }
        }
    }

    @Test func gridsAreAsSquareAsPossible() {
        let expected = [
            1: (1, 1), 2: (1, 2), 3: (1, 3), 4: (2, 2), 6: (2, 3), 7: (1, 7), 12: (3, 4), 36: (6, 6), 97: (1, 97),
        ]
        for (count, shape) in expected { #expect(ProcessGrid.squarest(count) == shape) }
    }
}
