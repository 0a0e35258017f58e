// What one thread has seen of a grid in one step: a sum or an extreme, row by row.

/// What is done with the cells of a box that a step has just computed: the plan's inputs are the fields as they are after
/// the step.
@usableFromInline
typealias MeasureKernel<Scalar> = @Sendable (SweepPlan<Scalar>, PartialReduction) -> Void

/// A reduction of some rows. One thread uses it at a time.
@usableFromInline
final class PartialReduction: @unchecked Sendable {
    @usableFromInline
    enum Kind: Sendable { case sum, maximum, minimum }

    let kind: Kind
    var extreme = Extreme()
    let sum = RowSum()

    init(_ kind: Kind) { self.kind = kind }

    func clear() {
        if kind == .sum { sum.clear() } else { extreme = Extreme() }
    }

    /// Takes in the numbers of some cells.
    @usableFromInline
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func include<Scalar: StencilScalar>(_ numbers: UnsafePointer<Scalar>, count: Int) {
        switch kind {
        case .sum: sum.add(numbers, count: count)
        case .maximum: extreme.include(numbers, times: 1, count: count)
        case .minimum: extreme.include(numbers, times: -1, count: count)
        }
    }
}

/// An exact sum that is open to further rows: partial sums in vector registers, and an accumulator for what those cannot
/// hold (`tessera_expansion_double`).
final class RowSum {
    private var exact = ExactSum()
    private let sums: UnsafeMutablePointer<Double>

    init() {
        sums = .allocate(capacity: ExactSum.partialSums + ExactSum.spillCapacity)
        sums.initialize(repeating: 0, count: ExactSum.partialSums + ExactSum.spillCapacity)
    }

    deinit { sums.deallocate() }

    func clear() {
        exact.clear()
        sums.update(repeating: 0, count: ExactSum.partialSums)
    }

    /// Adds some numbers, or their products, each rounded to Double.
    @_specialize(where Scalar == Double)
    @_specialize(where Scalar == Float)
    func add<Scalar: StencilScalar>(
        _ a: UnsafePointer<Scalar>, times b: UnsafePointer<Scalar>? = nil, count: Int
    ) {
        // Below 2^480 no partial sum of products overflows, however many there are.
        if isBelowBound(a, count), b.map({ isBelowBound($0, count) }) ?? true {
            exact.add(a, b, count: count, sums: sums)
        } else {
            for k in 0..<count { exact.add(Double(a[k]) * (b.map { Double($0[k]) } ?? 1)) }
        }
    }

    /// The sum so far.
    var exactSum: ExactSum {
        var all = exact
        for k in 0..<ExactSum.partialSums { all.add(sums[k]) }
        return all
    }

    /// Its words (`ExactSum.words`).
    var words: [Int64] { exactSum.words }

    /// Whether all magnitudes are below 2^480: no NaN, no infinity.
    @inline(__always)
    private func isBelowBound<Scalar: StencilScalar>(_ cells: UnsafePointer<Scalar>, _ count: Int) -> Bool {
        let bits = UnsafeRawPointer(cells)
        if MemoryLayout<Scalar>.size == 8 {
            let words = bits.assumingMemoryBound(to: UInt64.self)
            var largest: UInt64 = 0
            for k in 0..<count { largest = Swift.max(largest, words[k] & (0x7ff << 52)) }
            return largest < (1023 + 480) << 52
        }
        let words = bits.assumingMemoryBound(to: UInt32.self)
        var largest: UInt32 = 0
        for k in 0..<count { largest = Swift.max(largest, words[k] & (0xff << 23)) }
        return largest < 0xff << 23
    }
}

extension SweepPlan {
    /// Calls `body` with each row: the offset of its first cell, and the cells.
    @inline(__always)
    func forEachRow(_ body: (Int, Int) -> Void) {
        for plane in planes {
            for row in rows {
                body(plane &* planeStride &+ row &* rowStride &+ columns.lowerBound, columns.count)
            }
        }
    }
}

/// Computes a measure at every cell of a plan, in whole lanes as a sweep does, and takes in its numbers some hundred at a
/// time.
@inlinable
func measureCells<M: CellMeasure, L: MemoryLane>(
    _ measure: M, _ plan: SweepPlan<M.Scalar>, into partial: PartialReduction, with lane: L.Type
) where L.Scalar == M.Scalar {
    // A multiple of every lane's width.
    let room = 512
    withUnsafeTemporaryAllocation(of: M.Scalar.self, capacity: room) { numbers in
        withUnsafeTemporaryAllocation(of: UnsafeMutablePointer<M.Scalar>.self, capacity: LaneSlot.fields) { outputs in
            let first = numbers.baseAddress!
            outputs.initialize(repeating: first)
            let tables = SweepTables(inputs: plan.inputs, outputs: UnsafePointer(outputs.baseAddress!))
            for plane in plan.planes {
                for row in plan.rows {
                    var begin = plan.columns.lowerBound
                    while begin < plan.columns.upperBound {
                        let count = Swift.min(room, plan.columns.upperBound &- begin)
                        let offset = plane &* plan.planeStride &+ row &* plan.rowStride &+ begin
                        var done = 0
                        while done < count {
                            func site(_ offset: Int) -> GridSite<M.Scalar> {
                                GridSite(
                                    tables, offset: offset,
                                    planeStride: plan.planeStride, rowStride: plan.rowStride,
                                    plane: plan.firstPlane &+ plane, row: plan.firstRow &+ row,
                                    column: plan.firstColumn &+ begin &+ done, time: plan.time)
                            }
                            let number: L = measure.value(at: Cell<L, M.Field>(site(offset &+ done)))
                            number.store(at: site(done), field: 0)
                            done &+= L.width
                        }
                        partial.include(UnsafePointer(first), count: count)
                        begin &+= count
                    }
                }
            }
        }
    }
}
