import CostModels
import DistributedArrays
import DistributedLinearAlgebra
import Failures
import LinearAlgebra
import MessagePassing

let trafficChecks: [RankCheck] = [
    RankCheck("words and messages are those of the models") { world in
        try forEachGrid(world) { grid in
            for (n, block) in [(24, 4), (23, 5), (7, 8), (9, 1)] {
                try checkTraffic(n, block, Double.self, on: grid)
            }
            try checkTraffic(13, 3, Float.self, on: grid)
            for (n, block) in [(24, 4), (23, 5), (90, 8)] { try checkRefinementTraffic(n, block, on: grid) }
        }
    }
]

private func checkTraffic<Scalar: LinearReal>(
    _ n: Int, _ block: Int, _: Scalar.Type, on grid: ProcessGrid
) throws {
    let model = GridModel(rows: grid.rows, columns: grid.columns, block: block)
    let size = MemoryLayout<Scalar>.stride

    /// Bytes and calls of `body` over all ranks against the model's.
    func compare(_ name: String, _ expected: @autoclosure () -> Communication, _ body: () throws -> Void) throws {
        let before = grid.traffic
        try body()
        let after = grid.traffic
        let world = grid.communicator
        let bytes = try world.allReduce(after.bytes - before.bytes, .sum)
        let calls = try world.allReduce(after.calls - before.calls, .sum)
        let expected = expected()
        let place = "\(name) n \(n) block \(block) on \(grid.rows)x\(grid.columns)"
        expectEqual(bytes, expected.bytes(scalarBytes: size, realBytes: size), "bytes of \(place)")
        expectEqual(calls, expected.messages, "calls of \(place)")
    }
    func matrix(_ rows: Int, _ columns: Int, seed: UInt64) throws -> DistributedMatrix<Scalar> {
        try .random(rows: rows, columns: columns, seed: seed, block: block, on: grid)
    }

    let a = try matrix(n, n, seed: 1)
    // C, A and B at rest, and the inner dimension split.
    for (m, k, widths) in [(n, n, [1]), (n + 3, 2 * n, [2, n]), (n, 300, [n]), (2, 40, [50]), (5, 2000, [4])] {
        for columns in widths {
            for isTransposedA in [false, true] {
                for isTransposedB in [false, true] {
                    let left = try isTransposedA ? matrix(k, m, seed: 2) : matrix(m, k, seed: 2)
                    let right = try isTransposedB ? matrix(columns, k, seed: 3) : matrix(k, columns, seed: 3)
                    var c = try matrix(m, columns, seed: 4)
                    try compare(
                        "multiply \(m) \(columns) \(k) \(isTransposedA) \(isTransposedB)",
                        MultiplyModel.communication(
                            m: m, n: columns, k: k, isTransposedA: isTransposedA, isTransposedB: isTransposedB,
                            on: model)
                    ) {
                        try multiply(
                            left, transposeA: isTransposedA ? .transpose : .none, right,
                            transposeB: isTransposedB ? .transpose : .none, into: &c)
                    }
                }
            }
        }
    }

    for side in Side.allCases {
        for m in [1, n, 3 * n] {
            let b = try side == .left ? matrix(n, m, seed: 5) : matrix(m, n, seed: 5)
            var c = try side == .left ? matrix(n, m, seed: 6) : matrix(m, n, seed: 6)
            try compare(
                "symmetric product \(side) \(m)",
                MultiplySymmetricModel.communication(n: n, m: m, isRight: side == .right, on: model)
            ) { try multiplySymmetric(a.view, .lower, on: side, b.view, beta: 2, into: &c) }
            for triangle in Triangle.allCases {
                for isTransposed in [false, true] {
                    try compare(
                        "triangular product \(side) \(triangle) \(m) \(isTransposed)",
                        MultiplyTriangularModel.communication(
                            n: n, m: m, isForward: ((triangle == .lower) != isTransposed) == (side == .left),
                            isTransposed: isTransposed, isRight: side == .right, on: model)
                    ) {
                        try multiplyTriangular(
                            a.view, triangle, transposeA: isTransposed ? .transpose : .none, on: side, &c)
                    }
                }
            }
        }
    }

    for isTransposed in [false, true] {
        for k in [1, 400, 2000] {
            let left = try isTransposed ? matrix(k, n, seed: 2) : matrix(n, k, seed: 2)
            let right = try isTransposed ? matrix(k, n, seed: 3) : matrix(n, k, seed: 3)
            var c = try matrix(n, n, seed: 4)
            let operation: Transpose = isTransposed ? .transpose : .none
            try compare(
                "rank-k update \(k) \(isTransposed)",
                RankUpdateModel.communication(n: n, k: k, isTransposed: isTransposed, on: model)
            ) { try symmetricRankUpdate(left.view, transposeA: operation, .lower, of: &c) }
            try compare(
                "rank-2k update \(k) \(isTransposed)",
                RankUpdateModel.communication(n: n, k: k, isTransposed: isTransposed, isRankTwo: true, on: model)
            ) { try symmetricRankTwoUpdate(left.view, right.view, transpose: operation, .lower, of: &c) }
        }
    }

    for operation in [Transpose.none, .transpose] {
        for alpha in [Scalar(1), 2] {
            let left = try operation == .none ? matrix(n, n + 400, seed: 2) : matrix(n + 400, n, seed: 2)
            var c = try matrix(n, n + 400, seed: 3)
            try compare(
                "sum \(operation) \(alpha)",
                AddModel.communication(
                    m: n, n: n + 400, isRedistributed: operation != .none, isCopy: alpha == 1, on: model)
            ) { try add(alpha: alpha, left.view, transposeA: operation, beta: 0, into: &c) }
        }
    }
    let x = try matrix(n, 1, seed: 2)
    let y = try matrix(n, 1, seed: 3)
    var updated = try matrix(n, n, seed: 4)
    try compare(
        "rank-1 update", MultiplyModel.communication(m: n, n: n, k: 1, isTransposedB: true, on: model)
    ) { try rankOneUpdate(x.view, y.view, into: &updated) }

    for side in Side.allCases {
        for triangle in Triangle.allCases {
            for isTransposed in [false, true] {
                let m = triangle == .lower ? 3 : 10
                var b = try side == .left ? matrix(n, m, seed: 5) : matrix(m, n, seed: 5)
                try compare(
                    "triangular solve \(side) \(triangle) \(isTransposed)",
                    TriangularSolveModel.communication(
                        n: n, m: m, isForward: ((triangle == .lower) != isTransposed) == (side == .left),
                        isTransposed: isTransposed, isRight: side == .right, on: model)
                ) {
                    try solveTriangular(
                        a, triangle, transposeA: isTransposed ? .transpose : .none, diagonal: .unit, on: side, &b)
                }
            }
        }
    }

    var definite = try DistributedMatrix<Scalar>(rows: n, columns: n, block: block, on: grid)
    definite.fill { i, j in i == j ? Scalar(n) : 1 / Scalar(1 + abs(i - j)) }
    try compare("Cholesky", CholeskyModel.communication(n: n, on: model)) { _ = try Cholesky(definite) }
    let factor = try Cholesky(definite)
    var b = try matrix(n, 2, seed: 6)
    try compare("Cholesky.solve", CholeskyModel.solveCommunication(n: n, m: 2, on: model)) {
        try factor.solve(inPlace: &b)
    }

    let source = IndexedRandom(seed: 8)
    // Pivots everywhere, and next to the diagonal.
    for coupling: Scalar in [1, 50] {
        let symmetric = try DistributedMatrix<Scalar>(rows: n, columns: n, block: block, on: grid) { i, j in
            abs(i - j) == 1 ? coupling : source.element(min(i, j), max(i, j))
        }
        let indefinite = try SymmetricIndefinite(symmetric)
        try compare(
            "SymmetricIndefinite", AasenModel.communication(n: n, pivots: indefinite.pivots, on: model)
        ) { _ = try SymmetricIndefinite(symmetric) }
        for columns in [1, 11] {
            var right = try matrix(n, columns, seed: 6)
            try compare(
                "SymmetricIndefinite.solve",
                AasenModel.solveCommunication(n: n, k: columns, pivots: indefinite.pivots, on: model)
            ) { try indefinite.solve(inPlace: &right) }
        }
    }

    for (rows, columns) in [(n, n), (n + 9, n), (n, n + 6)] {
        let general = try matrix(rows, columns, seed: 7)
        for pivoting in pivotings where rows == columns || !isByButterflies(pivoting) {
            let factor = try LU(general, pivoting: pivoting)
            try compare(
                "LU \(pivoting)",
                LUModel.communication(
                    m: rows, n: columns, pivots: factor.pivots, pivoting.model(factor.repeatedPanels), on: model)
            ) { _ = try LU(general, pivoting: pivoting) }
        }
    }
    let lu = try LU(a)
    try compare("LU.inverse", LUModel.solveCommunication(n: n, k: n, pivots: lu.pivots, on: model)) {
        _ = try lu.inverse()
    }
    try compare("Cholesky.inverse", CholeskyModel.solveCommunication(n: n, m: n, on: model)) {
        _ = try factor.inverse()
    }
    let wide = try matrix(n, n + 6, seed: 8)
    for (kind, norm) in [
        (NormModel.Kind.maximum, MatrixNorm.maximum), (.one, .one), (.infinity, .infinity), (.frobenius, .frobenius),
    ] {
        try compare("norm \(kind)", NormModel.communication(kind, m: n, n: n + 6, on: model)) {
            _ = try wide.norm(norm)
        }
    }
    try compare("gathered", InspectionModel.gather(m: n, n: n + 6, on: model)) {
        _ = try wide.gathered(to: grid.size - 1)
    }
    for order in [n, 400] {
        // Of ones and twos, but for a zero.
        func matrix(zeroAt i: Int, _ j: Int) throws -> DistributedMatrix<Scalar> {
            try DistributedMatrix(rows: order, columns: order, block: block, on: grid) { k, l in
                k == i && l == j ? 0 : k == l ? 2 : 1
            }
        }
        let depth = MultiplyModel.panelDepth(block: block)
        for (kind, place, panels) in [
            ("Hermitian", (-1, -1), (order + depth - 1) / depth),
            ("not in the first column", (order - 1, 0), 1),
            ("not in the last columns", (order - 1, order - 2), (order + depth - 2) / depth),
            ("zero on the diagonal", (2, 2), 0),
        ] {
            let a = try matrix(zeroAt: place.0, place.1)
            try compare("structure, \(kind)", InspectionModel.structure(n: order, panels: panels, on: model)) {
                _ = try a.resolved(.automatic)
            }
        }
        let triangle = try DistributedMatrix<Scalar>(rows: order, columns: order, block: block, on: grid) { i, j in
            i >= j ? 1 : 0
        }
        try compare("structure, triangular", InspectionModel.structure(n: order, panels: nil, on: model)) {
            _ = try triangle.resolved(.automatic)
        }
    }

    var course = InverseNormCourse()
    _ = try estimateInverseNorm(of: factor.factor, &course) { (x, _) throws(TesseraError) in
        try factor.solve(inPlace: &x)
    }
    let definiteSolve = CholeskyModel.solveCommunication(n: n, m: 1, on: model)
    try compare(
        "Cholesky.conditionEstimate",
        InspectionModel.conditionEstimate(
            n: n, steps: course.steps, isRepeated: course.isRepeated, solve: definiteSolve,
            adjointSolve: definiteSolve, on: model)
    ) { _ = try factor.conditionEstimate() }
    for pivoting in pivotings {
        let lu = try LU(a, pivoting: pivoting)
        var butterflies: Int?
        if case .randomButterflies(let depth, _) = pivoting { butterflies = depth }
        func solveWords(isTransposed: Bool) -> Communication {
            LUModel.solveCommunication(
                n: n, k: 1, pivots: lu.pivots, butterflies: butterflies, isTransposed: isTransposed, on: model)
        }
        var course = InverseNormCourse()
        _ = try estimateInverseNorm(of: lu.factors, &course) { (x, isAdjoint) throws(TesseraError) in
            try lu.solve(inPlace: &x, transpose: isAdjoint ? .conjugateTranspose : .none)
        }
        try compare(
            "LU.conditionEstimate \(pivoting)",
            InspectionModel.conditionEstimate(
                n: n, steps: course.steps, isRepeated: course.isRepeated, solve: solveWords(isTransposed: false),
                adjointSolve: solveWords(isTransposed: true), on: model)
        ) { _ = try lu.conditionEstimate() }
    }

    // A column of zeros, for which a tournament has no winner.
    var singular = try a.copy()
    singular.fill { i, j in j == n / 2 ? 0 : IndexedRandom(seed: 1).element(i, j) }
    let repeated = try LU(singular, pivoting: .tournament)
    expectEqual(repeated.repeatedPanels, grid.rows > 1 ? [n / 2 / block * block] : [])
    try compare(
        "LU, a repeated panel",
        LUModel.communication(
            m: n, n: n, pivots: repeated.pivots, .tournament(repeated: repeated.repeatedPanels), on: model)
    ) { _ = try LU(singular, pivoting: .tournament) }
    for pivoting in pivotings {
        let lu = try LU(a, pivoting: pivoting)
        var butterflies: Int?
        if case .randomButterflies(let depth, _) = pivoting { butterflies = depth }
        for m in [2, 300] {
            var x = try matrix(n, m, seed: 6)
            try compare(
                "LU.solve \(pivoting) \(m)",
                LUModel.solveCommunication(n: n, k: m, pivots: lu.pivots, butterflies: butterflies, on: model)
            ) { try lu.solve(inPlace: &x) }
        }
    }
}

extension Pivoting {
    /// The model of a factorization in which partial pivoting followed on a tournament in some panels.
    fileprivate func model(_ repeated: [Int]) -> LUModel.Pivoting {
        switch self {
        case .partial: .partial
        case .threshold: .threshold
        case .tournament: .tournament(repeated: repeated)
        case .randomButterflies(let depth, _): .randomButterflies(depth: depth)
        }
    }
}

/// Refinement with one and with several right-hand sides, of matrices that plain steps solve and of those that GMRES does.
private func checkRefinementTraffic(_ n: Int, _ block: Int, on grid: ProcessGrid) throws {
    let model = GridModel(rows: grid.rows, columns: grid.columns, block: block)
    let source = IndexedRandom(seed: 95)
    let world = grid.communicator
    for (isHermitian, isHard) in [(false, false), (true, false), (false, true)] {
        let a = try DistributedMatrix<Double>(rows: n, columns: n, block: block, on: grid) { i, j in
            if isHermitian { return i == j ? Double(n) : source.element(min(i, j), max(i, j)) }
            guard isHard, i == n - 1 else { return source.element(i, j) }
            return (0..<n - 1).reduce(1e-8 * source.element(i, j)) { $0 + source.element($1, j) }
        }
        var failure: MixedPrecisionFailure?
        guard let factor = try LowPrecisionFactor<Double>.factor(a, isHermitian: isHermitian, &failure) else {
            expect(false, "\(String(describing: failure))")
            continue
        }
        for m in [1, 3, 11] {
            let whole = BlockCyclic(extent: m, block: block, parts: grid.columns)
            var x = try DistributedMatrix<Double>(zeros: factor.layout(columns: m, like: whole), on: grid)
            x.fill { source.element($0, $1 + n) }
            let before = grid.traffic
            let course = try refine(&x, a, factor)
            let after = grid.traffic
            let words = RefinementModel.communication(
                n: n, m: m, pivots: factor.pivots, plainSteps: course.plainSteps, groups: course.groups, on: model)
            let place = "refinement n \(n) m \(m) hermitian \(isHermitian) on \(grid.rows)x\(grid.columns)"
            expect(course.failure == nil, "\(place): \(course)")
            expectEqual(!course.groups.isEmpty, isHard, "GMRES, \(place)")
            expectEqual(
                try world.allReduce(after.bytes - before.bytes, .sum),
                words.full.bytes() + words.lower.bytes(scalarBytes: 4, realBytes: 4), "bytes of \(place)")
            expectEqual(
                try world.allReduce(after.calls - before.calls, .sum), words.full.messages + words.lower.messages,
                "calls of \(place)")
        }
    }
    for isUneven in [false, true] {
        let a = try DistributedMatrix<Double>(rows: n, columns: n + 3, block: block, on: grid) { i, _ in
            isUneven ? Double(1 + i * i * i) : 1
        }
        let before = grid.traffic
        _ = try a.equilibration()
        let after = grid.traffic
        let words = RefinementModel.equilibration(m: n, n: n + 3, isScalingRows: isUneven, on: model)
        expectEqual(try world.allReduce(after.bytes - before.bytes, .sum), words.bytes(), "bytes of equilibration")
        expectEqual(try world.allReduce(after.calls - before.calls, .sum), words.messages, "calls of equilibration")
    }
}
