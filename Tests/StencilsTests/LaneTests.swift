import Stencils
import Testing

@Suite("Lanes")
struct LaneTests {
    private static let numbers: [Double] = [
        0, -0.0, 1, -1, 0.1, 3, -7.25, 1e300, -1e300, .leastNonzeroMagnitude, .infinity, -.infinity, .nan, 2.5, 1e-200,
        4,
    ]

    /// Every operation, generic as an update is.
    private static func results<L: Lane>(_ a: L, _ b: L, _ p: Double, _ q: Float) -> [L] {
        [
            a + b, a - b, a * b, a / b, -a, abs(a), sqrt(a), min(a, b), max(a, b),
            select(a < b, a, b), select(a > b, a, b), select(a <= b, a, b), select(a >= b, a, b),
            select((a < b) & !(a <= 1), a, 2), select((a < b) | (b < 0), 0.1, b),
            p * a + b, a * p - b, q + a, a - q, p - a, q / a, a / p, 4 * a + 0.1, a * b + a * b - a * b,
        ]
    }

    private func bits<S: BinaryFloatingPoint & BitwiseCopyable, L: MemoryLane>(_ lane: L, _: S.Type) -> [S]
    where L.Scalar == S {
        var memory = [S](repeating: 0, count: L.width + 1)
        memory.withUnsafeMutableBufferPointer { numbers in
            var outputs = [UnsafeMutablePointer<S>](repeating: numbers.baseAddress!, count: LaneSlot.fields)
            var inputs = [UnsafePointer<S>](
                repeating: UnsafePointer(numbers.baseAddress!), count: LaneSlot.fields * LaneSlot.levels)
            // Off by one scalar: stores need no more than a number's alignment.
            lane.store(
                at: GridSite(
                    SweepTables(inputs: &inputs, outputs: &outputs), offset: 1, planeStride: 0, rowStride: 0, plane: 0,
                    row: 0,
                    column: 0, time: 0), field: 0)
        }
        return Array(memory.dropFirst())
    }

    /// Each element of the vector result must have the bits of the scalar result.
    private func compare<S: StencilScalar, V: MemoryLane>(_: S.Type, _: V.Type) where V.Scalar == S {
        let values = Self.numbers.map { S($0) }
        for shift in values.indices {
            let left = values
            let right = (0..<values.count).map { values[($0 + shift) % values.count] }
            for start in stride(from: 0, to: values.count, by: V.width) {
                let vector = left.withUnsafeBufferPointer { a in
                    right.withUnsafeBufferPointer { b in
                        let taps = [a, b].map { GridTaps(base: $0.baseAddress!, planeStride: 0, rowStride: 0) }
                        return Self.results(
                            V.load(taps[0], row: start, column: 0), V.load(taps[1], row: start, column: 0), 0.3, 0.7)
                    }
                }
                for (operation, lane) in vector.enumerated() {
                    for (k, found) in bits(lane, S.self).enumerated() {
                        let one = Self.results(
                            ScalarLane<S, 2>(value: left[start + k]), ScalarLane<S, 2>(value: right[start + k]), 0.3,
                            0.7)
                        let expected = one[operation].value
                        let same =
                            found == expected && found.sign == expected.sign || found.isNaN && expected.isNaN
                        #expect(same, "operation \(operation) of \(left[start + k]), \(right[start + k])")
                    }
                }
            }
        }
    }

    /// Taps at distances that the compiler knows, which may be put together from whole vectors, on either side of one.
    private func tapsOfKnownDistance<S: StencilScalar, V: MemoryLane>(_: S.Type, _: V.Type) where V.Scalar == S {
        let numbers = UnsafeMutableBufferPointer<S>.allocate(capacity: 128)
        defer { numbers.deallocate() }
        for k in numbers.indices { numbers.initializeElement(at: k, to: S(k)) }
        let taps = GridTaps(base: UnsafePointer(numbers.baseAddress!) + 48, planeStride: 0, rowStride: 0)
        @inline(__always)
        func first(_ column: Int) -> [S] { bits(V.load(taps, row: 0, column: column), S.self) }
        let found = [
            first(-33), first(-17), first(-16), first(-15), first(-9), first(-8), first(-7), first(-6), first(-5),
            first(-4), first(-3), first(-2), first(-1), first(0), first(1), first(2), first(3), first(4), first(5),
            first(6), first(7), first(8), first(9), first(10), first(11), first(12), first(13), first(14), first(15),
            first(16), first(17), first(31),
        ]
        for (column, found) in zip([-33, -17, -16, -15] + Array(-9...17) + [31], found) {
            #expect(found == (0..<V.width).map { S(48 + column + $0) }, "\(column) columns away")
        }
    }

    @Test func tapsOfDoubleAreFoundAtEveryDistance() { tapsOfKnownDistance(Double.self, DoubleLane<2>.self) }
    @Test func tapsOfFloatAreFoundAtEveryDistance() { tapsOfKnownDistance(Float.self, FloatLane<2>.self) }

    @Test func vectorsOfDoubleHaveTheBitsOfScalars() { compare(Double.self, DoubleLane<2>.self) }
    @Test func vectorsOfFloatHaveTheBitsOfScalars() { compare(Float.self, FloatLane<2>.self) }

    @Test func rampsAreExact() {
        let first = 16_777_210
        #expect(bits(FloatLane<1>.ramp(from: first), Float.self) == (0..<16).map { Float(first + $0) })
        #expect(bits(DoubleLane<1>.ramp(from: first), Double.self) == (0..<8).map { Double(first + $0) })
    }
}
