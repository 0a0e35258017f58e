// A distributed matrix to a file, in Fortran order, in rounds: one redistribution brings each rank whole columns (or a
// piece of a long one), which are neighbours in the file and leave in one contiguous write. The text of a column depends
// on its numbers alone and its place on the lengths before it: the bytes are the same from any grid.

internal import ArrayFormats
internal import ComplexModule
internal import Failures
internal import LinearAlgebra
internal import MessagePassing

extension DistributedMatrix {
    private var npyHeader: NpyHeader {
        NpyHeader(elementType: Scalar.elementType, shape: [rows, columns], isFortranOrder: true)
    }

    /// Bytes of the file that ``writeNpy(to:)`` writes.
    var npyBytes: Int { npyHeader.dataOffset + npyHeader.byteCount }

    borrowing func writeNpy(to path: String) throws(TesseraError) {
        let header = npyHeader
        let size = MemoryLayout<Scalar>.stride
        let m = rows
        let communicator = grid.communicator
        let panels = LinePanels(
            rows: 0..<rows, columns: 0..<columns, areColumns: true, elementSize: size, ranks: grid.size)
        try SharedFile.replacing(path, on: communicator) { (file) throws(TesseraError) in
            let heading = communicator.rank == 0 ? header.rendered() : []
            try file.write(heading, heading.count, at: 0)
            try forEachPanel(panels) { (round, panel) throws(TesseraError) in
                let (lines, elements) = round.share(of: communicator.rank)
                let height = panel.localRows
                // Columns close up: the file has no leading dimension.
                for j in 0..<panel.localColumns where panel.leadingDimension > height {
                    (panel.storage + j * height).update(from: panel.storage + j * panel.leadingDimension, count: height)
                }
                try file.write(
                    panel.storage, height * panel.localColumns * size,
                    at: header.dataOffset + (lines.lowerBound * m + elements.lowerBound) * size)
            }
        }
    }

    @specialized(where Scalar == Float)
    @specialized(where Scalar == Double)
    @specialized(where Scalar == Complex<Float>)
    @specialized(where Scalar == Complex<Double>)
    borrowing func writeMatrixMarket(to path: String) throws(TesseraError) {
        let header = MatrixMarketHeader(
            format: .array, field: Scalar.isComplex ? .complex : .real, rows: rows, columns: columns)
        let communicator = grid.communicator
        // A number becomes up to 25 bytes of text, twice that of complex ones.
        let panels = LinePanels(
            rows: 0..<rows, columns: 0..<columns, areColumns: true, elementSize: MemoryLayout<Scalar>.stride,
            ranks: grid.size, limit: LinePanels.limit / 8)
        try SharedFile.replacing(path, on: communicator) { (file) throws(TesseraError) in
            let heading = Array(header.rendered().utf8)
            try file.write(heading, communicator.rank == 0 ? heading.count : 0, at: 0)
            var offset = heading.count
            try forEachPanel(panels) { (_, panel) throws(TesseraError) in
                var text = [UInt8]()
                for j in 0..<panel.localColumns {
                    for i in 0..<panel.localRows {
                        // As doubles, which hold floats exactly: every reader then sees the same numbers.
                        let value = panel.storage[i + j * panel.leadingDimension]
                        text +=
                            header.renderedLine(
                                row: 0, column: 0, real: Double(value.realPart), imaginary: Double(value.imaginaryPart)
                            ).utf8
                    }
                }
                let lengths = try communicator.allGather(text.count)
                try file.write(text, text.count, at: offset + lengths[..<communicator.rank].reduce(0, +))
                offset += lengths.reduce(0, +)
            }
        }
    }

    /// Calls `body` with each round's panel, filled. Collective.
    private borrowing func forEachPanel(
        _ panels: LinePanels,
        _ body: (LineRound, borrowing DistributedMatrix) throws(TesseraError) -> Void
    ) throws(TesseraError) {
        let lineGrid = try ProcessGrid(grid.communicator, rows: 1, columns: grid.size)
        do throws(TesseraError) {
            for index in 0..<panels.roundCount {
                let round = panels.round(index)
                var panel = DistributedMatrix(workspace: round.layout, on: lineGrid)
                try panel.replace(
                    with: submatrix(rows: round.rows, columns: round.columns), operation: round.operation)
                try body(round, panel)
            }
        } catch {
            try lineGrid.close()
            throw error
        }
        try lineGrid.close()
    }
}

extension LinearScalar {
    /// The type's code in a .npy file.
    static var elementType: NpyHeader.ElementType {
        switch kind {
        case .float: .float32
        case .double: .float64
        case .complexFloat: .complex64
        case .complexDouble: .complex128
        }
    }
}
