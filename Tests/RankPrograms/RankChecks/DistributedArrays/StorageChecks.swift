// Matrices that cannot be made: too large for the nodes, or in a layout of another grid. None of these allocates what it
// asks for: sizes are beyond any machine's.

import DistributedArrays
import Failures
import LinearAlgebra
import MessagePassing

let storageChecks: [RankCheck] = [
    RankCheck("what a layout takes on the fullest rank and on all") { world in
        try withEveryGrid(world) { grid in
            for (rows, columns, block) in [
                (0, 0, 3), (1, 1, 4), (40, 5, 2), (130, 170, 48), (513, 8, 512), (5, 400, 64),
            ] {
                let layouts = [
                    MatrixLayout(rows: rows, columns: columns, block: block, on: grid),
                    MatrixLayout(rows: rows, columns: columns, wholeOn: world.size - 1, of: grid),
                ]
                for layout in layouts {
                    let a = try DistributedMatrix<Double>(zeros: layout, on: grid)
                    let own = a.leadingDimension * max(1, a.localColumns) * 8
                    let demand = layout.memory(scalarBytes: 8)
                    expectEqual(demand.largest, try world.allReduce(own, .maximum), "\(layout)")
                    expectEqual(demand.total, try world.allReduce(own, .sum), "\(layout)")
                }
            }
        }
    },
    RankCheck("what falls to a node") { _ in
        let even = MemoryDemand(largest: 10, total: 80)
        expectEqual([1, 2, 8, 100].map { even.onNode(ranks: $0) }, [10, 20, 80, 80])
        // Everything on one rank: an even share of it is what no node gives.
        expectEqual([1, 4].map { MemoryDemand(onOneRank: 80).onNode(ranks: $0) }, [80, 80])
        expectEqual(MemoryDemand(onEachOf: 4, 10), MemoryDemand(largest: 10, total: 40))
        expectEqual(MemoryDemand(largest: .max / 2, total: .max).onNode(ranks: 3), .max)
        expectEqual((even + MemoryDemand(onOneRank: .max)).onNode(ranks: 1), .max)
        expectEqual(saturatingProduct(1 << 40, 1 << 40, 0), 0)
        expectEqual(saturatingProduct(1 << 31, 1 << 31, 2), .max)
    },
    RankCheck("too large for the nodes: the same error on all ranks") { world in
        let grid = try ProcessGrid(world)
        func refuses(_ purpose: String, line: Int = #line, _ body: () throws -> Void) throws {
            var text = ""
            expectThrows(
                purpose, line: line,
                matches: {
                    guard case .memory(let found, _, _) = $0 else { return false }
                    text = "\($0)"
                    return found.hasPrefix(purpose)
                }, body)
            expect(!text.contains("\n"), text)
            let bytes = Array(text.utf8)
            expectEqual(try world.broadcast(bytes.count, from: 0), bytes.count, text)
        }
        let huge = 1 << 24
        try refuses("a 16777216x16777216 matrix") {
            _ = try DistributedMatrix<Double>(rows: huge, columns: huge, on: grid)
        }
        // A column of nothing has its leading dimension.
        try refuses("a \(Int.max)x0 matrix") { _ = try DistributedMatrix<Double>(rows: .max, columns: 0, on: grid) }
        // All on the last rank.
        try refuses("a 16777216x16777216 matrix") {
            _ = try DistributedMatrix<Double>(
                zeros: MatrixLayout(rows: huge, columns: huge, wholeOn: world.size - 1, of: grid), on: grid)
        }
        try refuses("a 16777216x16777216 matrix") {
            _ = try DistributedMatrix<Double>.identity(rows: huge, on: grid)
        }
        try grid.close()
    },
    RankCheck("a layout of another grid is refused on all ranks") { world in
        let grid = try ProcessGrid(world)
        let a = try DistributedMatrix<Double>(rows: 6, columns: 5, block: 2, on: grid, element: element)
        let wrong = MatrixLayout(
            rows: BlockCyclic(extent: 6, block: 2, parts: grid.rows + 1),
            columns: BlockCyclic(extent: 5, block: 2, parts: grid.columns))
        func refuses(_ body: () throws -> Void) {
            expectThrows(
                matches: { if case .argument(_, "layout", _, _) = $0 { true } else { false } }, body)
        }
        refuses { _ = try DistributedMatrix<Double>(zeros: wrong, on: grid) }
        refuses { _ = try a.redistributed(to: wrong) }
        refuses { _ = try a.redistributed(to: wrong, on: grid) }
        // Ranks that disagree about the layout do not hang.
        if world.size > 1 {
            let other = MatrixLayout(rows: 6, columns: 5, block: 2 + world.rank, on: grid)
            expectThrows(matches: { if case .disagreement = $0 { true } else { false } }) {
                _ = try a.redistributed(to: other)
            }
        }
        try grid.close()
    },
]
