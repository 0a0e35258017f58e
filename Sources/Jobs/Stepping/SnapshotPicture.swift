// Planes of snapshots for pictures, read from their files by one rank: a job that was resumed has those of its first run.

internal import ArrayFormats
internal import JobFiles
internal import Tessera

extension TimeSchedule {
    /// The snapshots of a figure: at a third and two thirds of the run and at its end.
    var pictured: [Int] { Set([(snapshots + 2) / 3, (2 * snapshots + 2) / 3, snapshots]).sorted() }
}

extension Raster {
    /// A plane of a snapshot, averaged down to at most 600 cells along its longer side.
    ///
    /// - Parameters:
    ///   - path: the file, written by a job in C order, of two or three axes.
    ///   - cut: of three axes, which one the plane stands across, and at which index.
    init(snapshot path: String, cut: (axis: Int, index: Int)?) throws(TesseraError) {
        let header = try NpyHeader.read(from: path)
        var shape = header.shape
        let (rows, columns): (Int, Int)
        switch cut?.axis {
        case 0?: (rows, columns) = (shape[1], shape[2])
        case 1?: (rows, columns) = (shape[0], shape[2])
        default: (rows, columns) = (shape[0], shape[1])
        }
        if shape.count == 2 { shape = [1] + shape }
        var boxes = BoxAverage(rows: rows, columns: columns, largest: 600)
        for row in 0..<rows {
            let line =
                switch cut {
                case (0, let index)?: index * shape[1] + row
                case (_, let index)?: row * shape[1] + index
                case nil: row
                }
            let first = line * columns
            let cells = try NpyFile.elements(first..<first + columns, header: header, of: path)
            boxes.add(cells.span, row: row, column: 0)
        }
        self = boxes.raster
    }
}
