// The routines of PBLAS's levels 2 and 3 beside `multiply` and `solveTriangular`, against plain loops.

import ComplexModule
import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra
import MessagePassing

let scalarTypes: [any LinearScalar.Type] = [Float.self, Double.self, Complex<Float>.self, Complex<Double>.self]

let levelThreeChecks: [RankCheck] = [
    RankCheck("symmetric and Hermitian products, every side, triangle and scalar type") { world in
        let grid = try ProcessGrid(world)
        var trial = 0
        for type in scalarTypes {
            for side in Side.allCases {
                for triangle in Triangle.allCases {
                    for isHermitian in [false, true] {
                        for (n, m) in [(11, 9), (17, 1)] {
                            trial += 1
                            try checkMirrored(
                                type, n, m, side, triangle, isHermitian, Draws(seed: 31, trial: trial), grid)
                        }
                    }
                }
            }
        }
        try grid.close()
    },
    RankCheck("rank-k and rank-2k updates, every triangle, transpose and scalar type") { world in
        let grid = try ProcessGrid(world)
        var trial = 0
        for type in scalarTypes {
            for triangle in Triangle.allCases {
                for isTransposed in [false, true] {
                    for isHermitian in [false, true] {
                        for isRankTwo in [false, true] {
                            for (n, k) in [(13, 7), (4, 60)] {
                                trial += 1
                                try checkRankUpdate(
                                    type, n, k, triangle, isTransposed, isHermitian, isRankTwo,
                                    Draws(seed: 32, trial: trial), grid)
                            }
                        }
                    }
                }
            }
        }
        try grid.close()
    },
    RankCheck("triangular products, every side, triangle, transpose, diagonal and scalar type") { world in
        let grid = try ProcessGrid(world)
        var trial = 0
        for type in scalarTypes {
            for side in Side.allCases {
                for triangle in Triangle.allCases {
                    for operation in Transpose.allCases {
                        for diagonal in Diagonal.allCases {
                            trial += 1
                            try checkTriangularProduct(
                                type, 12, trial.isMultiple(of: 2) ? 1 : 10, side, triangle, operation, diagonal,
                                Draws(seed: 33, trial: trial), grid)
                        }
                    }
                }
            }
        }
        try grid.close()
    },
    RankCheck("large triangles: several parts on and off the diagonal") { world in
        try forEachGrid(world) { grid in
            var trial = 0
            for block in [1, 16, 90] {
                for triangle in Triangle.allCases {
                    trial += 1
                    let draws = Draws(seed: 34, trial: trial)
                    let place = Placement(blocks: (block, block), sources: (trial, 1))
                    try checkRankUpdate(
                        Double.self, 200, 3, triangle, false, false, false, draws, grid, placed: place)
                    try checkTriangularProduct(
                        Double.self, 200, 2, .left, triangle, .transpose, .nonUnit, draws, grid, placed: place)
                    try checkMirrored(Double.self, 200, 2, .right, triangle, false, draws, grid, placed: place)
                }
            }
        }
    },
    RankCheck("sums and rank-1 updates, every transpose and scalar type") { world in
        let grid = try ProcessGrid(world)
        var trial = 0
        for type in scalarTypes {
            for operation in Transpose.allCases {
                for shape in [(9, 14), (1, 8), (7, 0)] {
                    trial += 1
                    try checkAdd(type, shape, operation, Draws(seed: 35, trial: trial), grid)
                    try checkRankOne(type, shape, operation == .none, Draws(seed: 36, trial: trial), grid)
                }
            }
        }
        // A sum of matrices that are dealt alike sends nothing.
        let a = try DistributedMatrix<Double>.random(rows: 9, columns: 8, seed: 1, block: 2, on: grid)
        var c = try DistributedMatrix<Double>.random(rows: 9, columns: 8, seed: 2, block: 2, on: grid)
        let before = grid.traffic.bytes
        try add(alpha: 2, a.view, beta: -1, into: &c)
        expectEqual(grid.traffic.bytes, before)
        try grid.close()
    },
    RankCheck("random cases of levels 2 and 3 on every grid") { world in
        try forEachGrid(world) { grid in
            for trial in 0..<30 {
                var draws = Draws(seed: 37, trial: trial)
                let type = draws.pick(scalarTypes)
                let (n, m, k) = (draws.next(30), draws.next(30), draws.next(120))
                let (side, triangle) = (draws.pick(Side.allCases), draws.pick(Triangle.allCases))
                let operation = draws.pick(Transpose.allCases)
                try checkMirrored(type, n, m, side, triangle, draws.next(2) == 0, draws, grid)
                try checkRankUpdate(
                    type, n, k, triangle, draws.next(2) == 0, draws.next(2) == 0, draws.next(2) == 0, draws, grid)
                try checkTriangularProduct(
                    type, n, m, side, triangle, operation, draws.pick(Diagonal.allCases), draws, grid)
                try checkAdd(type, (m, n), operation, draws, grid)
                let shape = draws.pick([(m, n, k), (1 + m / 8, n, k), (n, 1 + m / 8, k), (1 + m / 8, 1 + n / 8, 4 * k)])
                try checkPlacedMultiply(type, shape, operation, draws.pick(Transpose.allCases), draws, grid)
            }
        }
    },
    RankCheck("triangular solves with parts of matrices") { world in
        try forEachGrid(world) { grid in
            for trial in 0..<12 {
                var draws = Draws(seed: 38, trial: trial)
                let type = draws.pick(scalarTypes)
                try checkSolveOfParts(
                    type, 1 + draws.next(25), draws.next(15), draws.pick(Side.allCases),
                    draws.pick(Triangle.allCases), draws.pick(Transpose.allCases), draws, grid)
            }
        }
    },
    RankCheck("a rectangle is updated in place, and stays as it was where the body throws") { world in
        let grid = try ProcessGrid(world)
        var a = try DistributedMatrix<Double>.random(rows: 20, columns: 17, seed: 9, block: 3, on: grid)
        let before = try replicated(a)
        try a.updateSubmatrix(rows: 4..<11, columns: 6..<14) { part throws(TesseraError) in
            part.fill { i, j in Double(100 * i + j) }
        }
        let after = try replicated(a)
        for j in 0..<17 {
            for i in 0..<20 {
                let isInside = (4..<11).contains(i) && (6..<14).contains(j)
                expectEqual(after[i, j], isInside ? Double(100 * (i - 4) + j - 6) : before[i, j])
            }
        }
        expectThrows(matches: { $0 == .singular(pivot: 3) }) {
            try a.updateSubmatrix(rows: 0..<20, columns: 0..<17) { part throws(TesseraError) in
                part.fill { _, _ in 0 }
                throw .singular(pivot: 3)
            }
        }
        expectEqual(distance(try replicated(a), after), 0)
        expectThrows(matches: { if case .argument = $0 { true } else { false } }) {
            try a.updateSubmatrix(rows: 0..<21, columns: 0..<1) { _ throws(TesseraError) in }
        }
        try grid.close()
    },
    RankCheck("levels 2 and 3 refuse what does not fit") { world in
        let grid = try ProcessGrid(world)
        let a = try DistributedMatrix<Complex<Double>>(rows: 4, columns: 4, block: 2, on: grid)
        let b = try DistributedMatrix<Complex<Double>>(rows: 5, columns: 4, block: 2, on: grid)
        var c = try DistributedMatrix<Complex<Double>>(rows: 4, columns: 4, block: 2, on: grid)
        func refused(_ expected: String, line: Int = #line, _ body: () throws -> Void) {
            expectThrows(
                line: line, matches: { if case .argument(_, expected, _, _) = $0 { true } else { false } }, body)
        }
        refused("b") { try multiplySymmetric(a.view, .lower, b.view, into: &c) }
        refused("a") { try multiplyHermitian(b.view, .lower, a.view, into: &c) }
        refused("c") { try symmetricRankUpdate(b.view, .lower, of: &c) }
        refused("b") { try symmetricRankTwoUpdate(a.view, b.view, .lower, of: &c) }
        refused("transpose") { try symmetricRankUpdate(a.view, transposeA: .conjugateTranspose, .lower, of: &c) }
        refused("transpose") { try hermitianRankTwoUpdate(a.view, a.view, transpose: .transpose, .lower, of: &c) }
        refused("a") { try multiplyTriangular(b.view, .lower, &c) }
        refused("a") { try solveTriangular(b.view, .lower, &c) }
        refused("a") { try add(b.view, into: &c) }
        refused("x") { try rankOneUpdate(a.view, a.view, into: &c) }
        let other = try ProcessGrid(world)
        let foreign = try DistributedMatrix<Complex<Double>>(rows: 4, columns: 4, block: 2, on: other)
        refused("b") { try multiplyHermitian(a.view, .lower, foreign.view, into: &c) }
        refused("a") { try hermitianRankUpdate(foreign.view, .lower, of: &c) }
        if world.size > 1 {
            let triangle = world.rank == 0 ? Triangle.lower : .upper
            func disagrees(line: Int = #line, _ body: () throws -> Void) {
                expectThrows(line: line, matches: { if case .disagreement = $0 { true } else { false } }, body)
            }
            disagrees { try multiplySymmetric(a.view, triangle, a.view, into: &c) }
            disagrees { try hermitianRankUpdate(a.view, triangle, of: &c) }
            disagrees { try symmetricRankTwoUpdate(a.view, a.view, triangle, of: &c) }
            disagrees { try multiplyTriangular(a.view, triangle, &c) }
            disagrees { try add(a.view, transposeA: world.rank == 0 ? .none : .transpose, into: &c) }
        }
        try other.close()
        try grid.close()
    },
]
