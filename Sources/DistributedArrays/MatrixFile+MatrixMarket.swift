// Matrix Market text to a distributed matrix, in rounds: the ranks read neighbouring byte ranges, each parses the lines
// that begin in its own, and the entries go to their owners in one all-to-all exchange, a position and a value each.
//
// Lines and entries are counted before they are parsed, so that an error names its line and the array format's entries
// know their place. Entries arrive in the file's order, whatever the number of ranks: the sums of repeated coordinates
// have the same bits on every grid.

internal import ArrayFormats
internal import ComplexModule
internal import Failures
internal import LinearAlgebra
internal import MessagePassing

/// The text of one round.
package enum MatrixMarketText {
    /// Bytes that a rank parses in a round.
    nonisolated(unsafe) package static var limit = 1 << 20
    /// The longest line that the format allows.
    static let longestLine = 1024
}

extension MatrixFile {
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    @specialized(where Scalar == Complex<Float>)
    @specialized(where Scalar == Complex<Double>)
    func readMatrixMarket<Scalar: LinearScalar>(
        _ header: MatrixMarketHeader, _ rows: Range<Int>, _ columns: Range<Int>,
        into matrix: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        let communicator = matrix.grid.communicator
        let (rank, ranks, path) = (communicator.rank, communicator.size, path)
        matrix.clear()
        try SharedFile.reading(path, on: communicator) { (file) throws(TesseraError) in
            let end = try communicator.agreedMaximum(try file.size)
            var (position, line, entry) = (header.dataOffset, header.dataLine, 0)
            while position < end {
                let length = min(MatrixMarketText.limit, (end - position).dividedUp(by: ranks))
                let start = min(end, position + rank * length)
                let stop = min(end, start + length)
                position = min(end, position + ranks * length)

                // The byte before the range tells whether a line begins at `start`; the last line ends beyond `stop`.
                let first = max(header.dataOffset, start - 1)
                let last = min(end, stop + MatrixMarketText.longestLine + 1)
                var text = [UInt8](repeating: 0, count: start < stop ? last - first : 0)
                var span = text.mutableSpan
                try file.read(into: &span, at: first)
                let lines = TextLines(
                    text, from: start - first, to: stop - first, beginsLine: start == header.dataOffset)

                let counts = try communicator.allGather([lines.count, lines.entries])
                var (ownLine, ownEntry) = (line, entry)
                for other in 0..<ranks {
                    if other < rank {
                        ownLine += counts[2 * other]
                        ownEntry += counts[2 * other + 1]
                    }
                    line += counts[2 * other]
                    entry += counts[2 * other + 1]
                }
                var parcels = EntryParcels<Scalar>(rows, columns, matrix.layout, matrix.grid)
                try communicator.agree("MatrixFile.read") { () throws(TesseraError) in
                    try lines.forEach { (range) throws(TesseraError) in
                        guard range.count <= MatrixMarketText.longestLine else {
                            throw .file(
                                path: path,
                                reason: "line \(ownLine): longer than \(MatrixMarketText.longestLine) characters")
                        }
                        let stored = try header.entry(text[range], line: ownLine, index: ownEntry, path: path)
                        ownLine += 1
                        guard let stored else { return }
                        ownEntry += 1
                        parcels.add(stored)
                        if let mirror = header.mirror(stored) { parcels.add(mirror) }
                    }
                }
                try matrix.receive(parcels, sums: header.format == .coordinate)
            }
            // The same on all ranks.
            if entry < header.storedEntries {
                throw .file(path: path, reason: "expected \(header.storedEntries) entries, found \(entry)")
            }
        }
    }
}

/// The lines that begin in a range of some text.
private struct TextLines {
    private let text: [UInt8]
    private let starts: Range<Int>
    /// Lines, and those among them that are not blank.
    private(set) var count = 0
    private(set) var entries = 0

    /// - Parameter beginsLine: whether a line begins at `start`; otherwise the byte before it tells.
    init(_ text: [UInt8], from start: Int, to stop: Int, beginsLine: Bool) {
        self.text = text
        guard !text.isEmpty else {
            starts = 0..<0
            return
        }
        var first = start
        if !beginsLine {
            while first <= stop, first - 1 < text.count, text[first - 1] != UInt8(ascii: "\n") { first += 1 }
        }
        starts = min(first, stop)..<stop
        forEach { range in
            count += 1
            if text[range].contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) { entries += 1 }
        }
    }

    /// Each line without its end.
    func forEach<E: Error>(_ body: (Range<Int>) throws(E) -> Void) throws(E) {
        var start = starts.lowerBound
        while start < starts.upperBound {
            var end = start
            while end < text.count, text[end] != UInt8(ascii: "\n") { end += 1 }
            try body(start..<end)
            start = end + 1
        }
    }
}

/// Entries sorted by the rank that owns them: their places in the rectangle, column by column, and their values.
private struct EntryParcels<Scalar: LinearScalar> {
    let rows: Range<Int>
    let columns: Range<Int>
    let layout: MatrixLayout
    let grid: ProcessGrid
    var places: [[Int]]
    var values: [[Scalar]]

    init(_ rows: Range<Int>, _ columns: Range<Int>, _ layout: MatrixLayout, _ grid: ProcessGrid) {
        self.rows = rows
        self.columns = columns
        self.layout = layout
        self.grid = grid
        places = Array(repeating: [], count: grid.size)
        values = Array(repeating: [], count: grid.size)
    }

    mutating func add(_ entry: MatrixMarketEntry) {
        guard rows.contains(entry.row), columns.contains(entry.column) else { return }
        let (i, j) = (entry.row - rows.lowerBound, entry.column - columns.lowerBound)
        let owner = grid.rank(
            row: layout.rows.owner(of: GlobalIndex(i)), column: layout.columns.owner(of: GlobalIndex(j)))
        places[owner].append(i + j * rows.count)
        values[owner].append(
            Scalar(real: Scalar.Real(entry.real), imaginary: Scalar.Real(entry.imaginary)))
    }
}

extension DistributedMatrix {
    /// Sets this rank's share to zero.
    fileprivate mutating func clear() {
        storage.update(repeating: .zero, count: leadingDimension * max(1, localColumns))
    }

    /// Hands the entries to their owners, which set or add them.
    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    @specialized(where Scalar == Complex<Float>)
    @specialized(where Scalar == Complex<Double>)
    fileprivate mutating func receive(_ parcels: EntryParcels<Scalar>, sums: Bool) throws(TesseraError) {
        let communicator = grid.communicator
        let sending = parcels.places.map(\.count)
        let receiving = try communicator.allToAll(sending)
        let places = try communicator.allToAllVarying(
            Array(parcels.places.joined()), sending: sending, receiving: receiving)
        let values = try communicator.allToAllVarying(
            Array(parcels.values.joined()), sending: sending, receiving: receiving)
        for (place, value) in zip(places, values) {
            let (j, i) = place.quotientAndRemainder(dividingBy: rows)
            let local =
                layout.rows.local(GlobalIndex(i)).value + layout.columns.local(GlobalIndex(j)).value * leadingDimension
            storage[local] = sums ? storage[local] + value : value
        }
    }
}
