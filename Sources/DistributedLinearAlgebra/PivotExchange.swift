// One message a column for a panel of LU: the search for the pivot, its row to every rank, and the row that it changes
// places with (HPL 2.3's fused exchange).
//
// A record is | modulus | global row | whether the home row is here | - | pivot row | home row |; of two records the larger
// candidate's row stays, and the home row of the one that has it. On each rank of the process column 2 w scalars and 4
// words a column, in log2 P steps.

internal import Failures
import LinearAlgebra
internal import MessagePassing

struct PivotExchange<Scalar: LinearScalar>: ~Copyable {
    private let communicator: Communicator
    private let width: Int
    private let record: UnsafeMutableRawPointer

    init(width: Int, on communicator: Communicator) {
        self.width = width
        self.communicator = communicator
        record = .allocate(byteCount: Self.header + 2 * width * MemoryLayout<Scalar>.stride, alignment: 64)
        record.initializeMemory(
            as: UInt8.self, repeating: 0, count: Self.header + 2 * width * MemoryLayout<Scalar>.stride)
    }

    deinit { record.deallocate() }

    private static var header: Int { 32 }

    /// Puts this rank's part in: its best candidate with its row, and the home row where it owns that.
    func offer(
        _ candidate: (modulus: Double, row: Int, elements: UnsafePointer<Scalar>)?,
        home: UnsafePointer<Scalar>?, _ leadingDimension: Int
    ) {
        record.storeBytes(of: candidate?.modulus ?? -1, as: Double.self)
        record.storeBytes(of: candidate?.row ?? .max, toByteOffset: 8, as: Int.self)
        record.storeBytes(of: home == nil ? 0 : 1, toByteOffset: 16, as: Int.self)
        if let candidate { Scalar.copy(width, candidate.elements, leadingDimension, pivotRow, 1) }
        if let home { Scalar.copy(width, home, leadingDimension, homeRow, 1) }
    }

    /// The same record on every rank of the process column. Collective there.
    func agree() throws(TesseraError) {
        guard communicator.size > 1 else { return }
        let rowBytes = width * MemoryLayout<Scalar>.stride
        try communicator.allReduceRecord(record, bytes: Self.header + 2 * rowBytes) { theirs, ours in
            func candidate(_ record: UnsafeRawPointer) -> Located<Double> {
                Located(record.load(as: Double.self), at: record.load(fromByteOffset: 8, as: Int.self))
            }
            let best = Located.maximum(candidate(theirs), candidate(ours))
            if best.location != candidate(ours).location {
                ours.copyMemory(from: theirs, byteCount: 16)
                (ours + Self.header).copyMemory(from: theirs + Self.header, byteCount: rowBytes)
            }
            if theirs.load(fromByteOffset: 16, as: Int.self) != 0 {
                ours.storeBytes(of: 1, toByteOffset: 16, as: Int.self)
                (ours + Self.header + rowBytes).copyMemory(from: theirs + Self.header + rowBytes, byteCount: rowBytes)
            }
        }
    }

    /// The global row of the pivot.
    var pivot: Int { record.load(fromByteOffset: 8, as: Int.self) }
    var pivotRow: UnsafeMutablePointer<Scalar> { (record + Self.header).assumingMemoryBound(to: Scalar.self) }
    /// The panel's row on the diagonal, before the exchange.
    var homeRow: UnsafeMutablePointer<Scalar> { pivotRow + width }
}
