// One message a column for a panel of LU: the search for the pivot, its row to every rank, and the row that it changes
// places with (HPL 2.3's fused exchange).
//
// A record is | magnitude | global row | whether the home row is here | - | pivot row | home row |; of two records the
// larger candidate's row stays, and the home row of the one that has it. On each rank of the process column 2 w scalars and
// 4 words a column, in log2 P steps.
//
// With a threshold τ the home row's rank tells more, | .. | home magnitude | its best candidate's | global row | - |, 8 words
// in all, and its best candidate's row stays as long as that is within τ of the largest: once a larger one has driven it
// out, no further record can bring it back.

internal import Failures
import LinearAlgebra
internal import MessagePassing

struct PivotExchange<Scalar: LinearScalar>: ~Copyable {
    private let communicator: Communicator
    private let width: Int
    /// Nil where the largest candidate is the pivot.
    private let threshold: Double?
    private let header: Int
    private let record: UnsafeMutableRawPointer

    init(width: Int, threshold: Double? = nil, on communicator: Communicator) {
        self.width = width
        self.threshold = threshold
        self.communicator = communicator
        header = threshold == nil ? 32 : 64
        record = .allocate(byteCount: header + 2 * width * MemoryLayout<Scalar>.stride, alignment: 64)
        record.initializeMemory(
            as: UInt8.self, repeating: 0, count: header + 2 * width * MemoryLayout<Scalar>.stride)
    }

    deinit { record.deallocate() }

    /// Puts this rank's part in: its best candidate with its row, and the home row where it owns that, whose own
    /// magnitude counts where there is a threshold.
    func offer(
        _ candidate: (magnitude: Double, row: Int, elements: UnsafePointer<Scalar>)?,
        home: (magnitude: Double, elements: UnsafePointer<Scalar>)?, _ leadingDimension: Int
    ) {
        record.storeBytes(of: candidate?.magnitude ?? -1, as: Double.self)
        record.storeBytes(of: candidate?.row ?? .max, toByteOffset: 8, as: Int.self)
        record.storeBytes(of: home == nil ? 0 : 1, toByteOffset: 16, as: Int.self)
        if threshold != nil, let home {
            record.storeBytes(of: home.magnitude, toByteOffset: 24, as: Double.self)
            record.storeBytes(of: candidate?.magnitude ?? -1, toByteOffset: 32, as: Double.self)
            record.storeBytes(of: candidate?.row ?? .max, toByteOffset: 40, as: Int.self)
        }
        if let candidate { Scalar.copy(width, candidate.elements, leadingDimension, firstRow, 1) }
        if let home { Scalar.copy(width, home.elements, leadingDimension, homeRow, 1) }
    }

    /// The same record on every rank of the process column. Collective there.
    func agree() throws(TesseraError) {
        guard communicator.size > 1 else { return }
        let rowBytes = width * MemoryLayout<Scalar>.stride
        let (header, threshold) = (header, threshold)
        try communicator.allReduceRecord(record, bytes: header + 2 * rowBytes) { theirs, ours in
            let (their, own) = (PivotRecord(theirs), PivotRecord(ours))
            let best = Located.maximum(their.largest, own.largest)
            let home = own.hasHome ? own : their.hasHome ? their : nil
            var isTheirs = best.location != own.largest.location
            // That record has its best candidate's row still: this was within the threshold of fewer records' largest.
            if let threshold, let home, home.homeBest.value >= threshold * best.value { isTheirs = !own.hasHome }
            if isTheirs { (ours + header).copyMemory(from: theirs + header, byteCount: rowBytes) }
            if best.location != own.largest.location { ours.copyMemory(from: theirs, byteCount: 16) }
            if their.hasHome {
                (ours + 16).copyMemory(from: theirs + 16, byteCount: header - 16)
                (ours + header + rowBytes).copyMemory(from: theirs + header + rowBytes, byteCount: rowBytes)
            }
        }
    }

    /// The pivot's global row and its elements, where the panel's row on the diagonal is row `home`.
    func pivot(home: Int) -> (row: Int, elements: UnsafePointer<Scalar>) {
        let record = PivotRecord(record)
        guard let threshold else { return (record.largest.location, UnsafePointer(firstRow)) }
        let least = threshold * record.largest.value
        // A NaN fails the comparisons, and is the largest.
        if record.homeMagnitude >= least { return (home, UnsafePointer(homeRow)) }
        let chosen = record.homeBest.value >= least ? record.homeBest : record.largest
        return (chosen.location, UnsafePointer(firstRow))
    }

    /// The row of the largest candidate, or of the home rank's best.
    private var firstRow: UnsafeMutablePointer<Scalar> { (record + header).assumingMemoryBound(to: Scalar.self) }
    /// The panel's row on the diagonal, before the exchange.
    var homeRow: UnsafeMutablePointer<Scalar> { firstRow + width }
}

/// The words of a record.
private struct PivotRecord {
    private let words: UnsafeRawPointer

    init(_ words: UnsafeRawPointer) { self.words = words }

    var largest: Located<Double> {
        Located(words.load(as: Double.self), at: words.load(fromByteOffset: 8, as: Int.self))
    }
    var hasHome: Bool { words.load(fromByteOffset: 16, as: Int.self) != 0 }
    /// With a threshold, and where the home row is.
    var homeMagnitude: Double { words.load(fromByteOffset: 24, as: Double.self) }
    var homeBest: Located<Double> {
        Located(words.load(fromByteOffset: 32, as: Double.self), at: words.load(fromByteOffset: 40, as: Int.self))
    }
}
