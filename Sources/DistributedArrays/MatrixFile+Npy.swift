// .npy to a distributed matrix: each rank reads whole lines of the file, decodes them, and one redistribution a round
// brings them home. Whole lines keep the reads contiguous; a part of each line is one strided read.

internal import ArrayFormats
internal import Failures
internal import LinearAlgebra
internal import MessagePassing

extension MatrixFile {
    func readNpy<Scalar: LinearScalar>(
        _ header: NpyHeader, _ rows: Range<Int>, _ columns: Range<Int>, into matrix: inout DistributedMatrix<Scalar>
    ) throws(TesseraError) {
        let communicator = matrix.grid.communicator
        // A vector's two orders are the same bytes: cut it into lines of one element each.
        let areColumns = self.columns == 1 ? false : self.rows == 1 ? true : header.isFortranOrder
        let fileLength = areColumns ? self.rows : self.columns
        let size = header.elementType.byteSize
        let panels = LinePanels(
            rows: rows, columns: columns, areColumns: areColumns, elementSize: max(size, MemoryLayout<Scalar>.stride),
            ranks: communicator.size)
        let path = path

        try withLineGrid(communicator) { (lineGrid) throws(TesseraError) in
            try SharedFile.reading(path, on: communicator) { (file) throws(TesseraError) in
                let fileSize = try file.size
                try communicator.agree("MatrixFile.read") { () throws(TesseraError) in
                    try header.checkSize(fileSize, path: path)
                }
                for index in 0..<panels.roundCount {
                    let round = panels.round(index)
                    let (lines, elements) = round.share(of: communicator.rank)
                    let bytes = UnsafeMutableRawBufferPointer.allocate(
                        byteCount: lines.count * elements.count * size, alignment: 64)
                    defer { bytes.deallocate() }
                    let offset = header.dataOffset + (lines.lowerBound * fileLength + elements.lowerBound) * size
                    if panels.elements.count == fileLength {
                        try file.read(into: bytes.baseAddress, bytes.count, at: offset)
                    } else {
                        let parts = try DerivedDatatype(
                            blocks: lines.count, of: elements.count * size, stride: fileLength * size, UInt8.datatype)
                        try file.read(into: bytes.baseAddress, parts, at: offset)
                    }
                    var panel = DistributedMatrix<Scalar>(workspace: round.layout, on: lineGrid)
                    try panel.decode(UnsafeRawBufferPointer(bytes), header, path)
                    try matrix.replace(
                        with: panel.view, operation: round.operation,
                        atRow: round.rows.lowerBound - rows.lowerBound,
                        column: round.columns.lowerBound - columns.lowerBound)
                }
            }
        }
    }
}

extension DistributedMatrix {
    /// Fills this rank's share, column by column, from elements as they stand in a file.
    fileprivate mutating func decode(
        _ bytes: UnsafeRawBufferPointer, _ header: NpyHeader, _ path: String
    ) throws(TesseraError) {
        guard localRows > 0, localColumns > 0 else { return }
        let parts = Scalar.isComplex ? 2 : 1
        let isContiguous = leadingDimension == localRows
        let (runs, length) = isContiguous ? (1, localRows * localColumns) : (localColumns, localRows)
        let size = header.elementType.byteSize
        for run in 0..<runs {
            let source = UnsafeRawBufferPointer(rebasing: bytes[run * length * size..<(run + 1) * length * size])
            // A complex number is two reals side by side.
            let target = UnsafeMutableRawPointer(storage + run * leadingDimension)
            let values = UnsafeMutableBufferPointer(
                start: target.assumingMemoryBound(to: Scalar.Real.self), count: parts * length)
            if parts == 2 {
                decodePairs(source, header, into: values)
            } else {
                try DistributedArrays.decode(source, header, into: values, path: path)
            }
        }
    }
}
