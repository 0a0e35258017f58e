// LU saved between two panels, and taken up again.
//
// At column c the state is that of a right-looking factorization: columns before c hold L and U with all exchanges up to
// c, the others have had all updates of the first c columns. It is the same for every grid and block size, so that any
// other can go on from it; from c to the end of its block the first panel is narrower.

public import DistributedArrays
public import Failures
internal import LinearAlgebra
internal import MessagePassing

/// How far a factorization has come.
struct LUState<Scalar: LinearScalar> {
    /// Columns that are done: there are as many pivots.
    var step: Int { pivots.count }
    var pivots: [Int] = []
    var firstZero: Int?
    /// The exchanges that have been made in the columns left of their panels.
    var exchangedSteps = 0
    /// The first columns of this run's panels in which partial pivoting followed on a tournament.
    var repeatedPanels: [Int] = []
    let pivoting: Pivoting
    let norms: MatrixNorms<Scalar.Real>
    /// How a checkpoint calls the factorization.
    let kind: String

    init(_ pivoting: Pivoting, norms: MatrixNorms<Scalar.Real>, kind: String = LU<Scalar>.checkpointKind) {
        self.pivoting = pivoting
        self.norms = norms
        self.kind = kind
    }

    mutating func add(_ found: FoundPivots, _ panel: Range<Int>) {
        pivots += found.pivots
        if firstZero == nil { firstZero = found.firstZero }
        if found.isRepeated { repeatedPanels.append(panel.lowerBound) }
    }

    /// The state that a checkpoint holds, for a matrix of this shape.
    init(_ saved: CheckpointGeneration, rows: Int, columns: Int) throws(TesseraError) {
        let step = saved.manifest.step
        try saved.require((0...min(rows, columns)).contains(step), "a column of a \(rows)x\(columns) matrix")
        pivots = try saved.state("pivots", count: step)
        for (i, pivot) in pivots.enumerated() {
            try saved.require((i..<rows).contains(pivot), "a pivot in \(i)..<\(rows)")
        }
        let zero = try saved.state("firstZero", count: 1)[0]
        firstZero = zero >= 0 ? zero : nil
        let values = try saved.state("norms", count: 3).map { Scalar.Real(bits: $0) }
        norms = MatrixNorms(one: values[0], infinity: values[1], maximum: values[2])
        exchangedSteps = step
        kind = saved.manifest.kind
        let words = try saved.state("pivoting", count: 3)
        let pivoting = Pivoting(words: words)
        try saved.require(pivoting != nil, "a pivoting, found \(words)")
        self.pivoting = pivoting ?? .partial
    }

    /// That of a finished factorization.
    init(_ pivoting: Pivoting, pivots: [Int], firstZero: Int?, norms: MatrixNorms<Scalar.Real>, kind: String) {
        self.init(pivoting, norms: norms, kind: kind)
        self.pivots = pivots
        self.firstZero = firstZero
        exchangedSteps = pivots.count
    }

    /// The state for a checkpoint.
    var saved: [String: [Int]] {
        [
            "pivoting": pivoting.words, "pivots": pivots, "firstZero": [firstZero ?? -1],
            "norms": [norms.one.bits, norms.infinity.bits, norms.maximum.bits],
        ]
    }
}

extension LU {
    /// Takes up a factorization that `store` has saved, in the memory of a new matrix, and goes on to the end. Collective.
    ///
    /// The newest generation that is whole counts, and its pivoting. On the grid, with the block size and the threads of the
    /// run that saved it, the result has the same bits as that run's would have had.
    ///
    /// - Parameters:
    ///   - store: where it was saved, and saves itself on.
    ///   - grid: the ranks: any number of them, in any shape.
    ///   - block: rows and columns of a block; nil for a size that fits the shape.
    /// - Throws, on all ranks: `TesseraError.file` where the store holds no whole checkpoint of an LU factorization of
    ///   such scalars, or that of another job; `TesseraError.memory`; and as ``init(consuming:pivoting:checkpoint:)``.
    public init(resuming store: CheckpointStore, on grid: ProcessGrid, block: Int? = nil) throws(TesseraError) {
        guard let factor = try LU.resumed(from: store, on: grid, block: block) else { throw store.nothingToResume }
        self = factor
    }

    /// Takes up a factorization, as ``init(resuming:on:block:)``; nil where there is nothing to take up. Collective.
    ///
    /// - Parameter kind: how the checkpoint calls it.
    package static func resumed(
        from store: CheckpointStore, as kind: String = checkpointKind, on grid: ProcessGrid, block: Int? = nil
    ) throws(TesseraError) -> LU? {
        var state: LUState<Scalar>?
        let matrix = try store.restore(kind: kind, scalar: Scalar.typeName, on: grid.communicator) {
            (saved) throws(TesseraError) -> DistributedMatrix<Scalar> in
            let matrix: DistributedMatrix<Scalar> = try saved.matrix("factors", block: block, on: grid)
            state = try LUState(saved, rows: matrix.rows, columns: matrix.columns)
            return matrix
        }
        guard let matrix, let state else { return nil }
        return try LU(factoring: matrix, from: state, store)
    }

    /// Runs what uses the factors; where a signal stops that, they are saved before. Collective.
    borrowing func saved<Result: ~Copyable>(
        in store: CheckpointStore?, _ body: () throws(TesseraError) -> Result
    ) throws(TesseraError) -> Result {
        let state = LUState<Scalar>(
            pivoting, pivots: pivots, firstZero: firstZeroPivot, norms: norms, kind: LU.checkpointKind)
        return try savingWhereStopped(store, state.kind, state.step, body) { (store) throws(TesseraError) in
            try store.save(factors, state)
        }
    }

    /// How a checkpoint calls the factorization.
    package static var checkpointKind: String { "LU" }
}

/// Runs what comes behind a factorization. Where a signal stops that, the finished factors are saved before, unless the
/// newest generation holds them: another run need not factor again. Collective.
func savingWhereStopped<Result: ~Copyable>(
    _ store: CheckpointStore?, _ kind: String, _ step: Int, _ body: () throws(TesseraError) -> Result,
    saving save: (CheckpointStore) throws(TesseraError) -> Void
) throws(TesseraError) -> Result {
    do throws(TesseraError) {
        return try body()
    } catch {
        if case .interrupted = error, let store, store.held != CheckpointStore.Contents(kind: kind, step: step) {
            try save(store)
        }
        throw error
    }
}

extension CheckpointStore {
    /// Writes a generation. Collective.
    func save<Scalar: LinearScalar>(
        _ a: borrowing DistributedMatrix<Scalar>, _ state: LUState<Scalar>
    ) throws(TesseraError) {
        try write(
            kind: state.kind, scalar: Scalar.typeName, step: state.step, state: state.saved,
            on: a.grid.communicator
        ) { (files) throws(TesseraError) in try files.add(a, as: "factors") }
    }

    /// The error where there is nothing to resume.
    var nothingToResume: TesseraError {
        let reasons = refused.isEmpty ? "" : " (\(refused.joined(separator: "; ")))"
        return .file(path: folder, reason: "it holds no checkpoint to resume from\(reasons)")
    }
}

extension BinaryFloatingPoint {
    /// The bits of a number as a Double, which holds every Float.
    var bits: Int { Int(bitPattern: UInt(Double(self).bitPattern)) }

    init(bits: Int) { self.init(Double(bitPattern: UInt64(UInt(bitPattern: bits)))) }
}
