import ComplexModule
import Failures
import MessagePassing

/// Custom reductions take every type: here one in which one value wins over all others.
private struct CustomReductions: TypedCheck {
    func callAsFunction<T: TestElement>(_ type: T.Type, _ world: Communicator) throws {
        for n in messageLengths {
            var values: [T] = samples(0, n)
            if world.rank == world.size - 1, n > 0 { values[n - 1] = .sample(98) }
            var span = values.mutableSpan
            try world.allReduce(&span, .custom { a, b in a == .sample(98) ? a : b })
            expectEqual(values, n == 0 ? [] : samples(0, n - 1) + [.sample(98)])
        }
    }
}

/// Sums, products, scans and reductions to each root of one type, against plain loops.
private func checkArithmetic<T: TestElement & Numeric>(_ type: T.Type, _ world: Communicator) throws {
    let p = world.size
    for n in messageLengths {
        func value(_ rank: Int, _ i: Int) -> T { .sample((rank + i) % 3) }
        let own = (0..<n).map { value(world.rank, $0) }
        func combined(_ ranks: some Sequence<Int>, _ i: Int) -> T { ranks.reduce(T.zero) { $0 + value($1, i) } }
        let sums = (0..<n).map { combined(0..<p, $0) }

        var values = own
        var span = values.mutableSpan
        try world.allReduce(&span, .sum)
        expectEqual(values, sums, "\(T.self) sum")

        values = own
        var customSpan = values.mutableSpan
        try world.allReduce(&customSpan, .custom(+))
        expectEqual(values, sums, "\(T.self) custom sum")

        values = own
        var laterSpan = values.mutableSpan
        try world.allReduceLater(&laterSpan, .sum).wait()
        expectEqual(values, sums, "\(T.self) later")

        values = own
        var scanSpan = values.mutableSpan
        try world.scan(&scanSpan, .sum)
        expectEqual(values, (0..<n).map { combined(0...world.rank, $0) }, "\(T.self) scan")

        for root in 0..<p {
            values = own
            var rootSpan = values.mutableSpan
            try world.reduce(&rootSpan, .sum, to: root)
            expectEqual(values, world.rank == root ? sums : own, "\(T.self) reduce")
        }
    }
    let factor = T.sample(1)
    var power: T = 1
    for _ in 0..<p { power *= factor }
    expectEqual(try world.allReduce(factor, .product), power, "\(T.self) product")
}

private func checkOrder<T: TestElement & Numeric & Comparable>(_ type: T.Type, _ world: Communicator) throws {
    try checkArithmetic(type, world)
    expectEqual(try world.allReduce(T.sample(world.rank), .maximum), .sample(world.size - 1))
    expectEqual(try world.allReduce(T.sample(world.rank), .minimum), .sample(0))
}

private func checkBits<T: TestElement & FixedWidthInteger>(_ type: T.Type, _ world: Communicator) throws {
    try checkOrder(type, world)
    expectEqual(try world.allReduce(1 << T(world.rank), .bitwiseOr), (1 << T(world.size)) - 1)
    expectEqual(try world.allReduce(~(1 << T(world.rank)), .bitwiseAnd), ~((1 << T(world.size)) - 1))
}

private let integerTypes: [any (TestElement & FixedWidthInteger).Type] = [
    Int8.self, Int16.self, Int32.self, Int64.self, Int.self, UInt8.self, UInt16.self, UInt32.self, UInt64.self,
    UInt.self,
]
private let floatingTypes: [any (TestElement & Numeric & Comparable).Type] = [Float.self, Double.self]
private let complexTypes: [any (TestElement & Numeric).Type] = [Complex<Float>.self, Complex<Double>.self]

let reductionChecks: [RankCheck] = [
    RankCheck("reductions of every type") { world in
        try forEveryType(world, CustomReductions())
        for type in integerTypes { try checkBits(type, world) }
        for type in floatingTypes { try checkOrder(type, world) }
        for type in complexTypes { try checkArithmetic(type, world) }
        try withLargeCountLimits {
            try checkBits(integerTypes[2], world)
            try checkOrder(floatingTypes[0], world)
            try checkArithmetic(complexTypes[0], world)
        }
    },
    RankCheck("the place of an extreme") { world in
        let p = world.size
        let best = try world.allReduce(Located(Double(world.rank % 2), at: world.rank), .custom(Located.maximum))
        expectEqual(best, p == 1 ? Located(0, at: 0) : Located(1, at: 1))
        let least = try world.allReduce(Located(Float(-world.rank / 2), at: world.rank), .custom(Located.minimum))
        expectEqual(least, Located(Float(-((p - 1) / 2)), at: (p - 1) / 2 * 2))
        // A NaN is found, whoever has it.
        for holder in 0..<p {
            let own = Located(world.rank == holder ? Double.nan : 1, at: world.rank)
            for reduction in [Reduction<Located<Double>>.custom(Located.maximum), .custom(Located.minimum)] {
                let found = try world.allReduce(own, reduction)
                expect(found.value.isNaN)
                expectEqual(found.location, holder)
            }
        }
        expectEqual(try world.scan(world.rank + 1, .sum), (world.rank + 1) * (world.rank + 2) / 2)
    },
]
