// A header from a file on disk: reads the header alone and holds its promise against the file's size.

public import Failures

extension NpyHeader {
    /// Reads the header of a file, without its data.
    ///
    /// - Throws: `TesseraError.file` where the file cannot be read, its header is wrong, or the file's size is not the
    ///   header plus its data.
    public static func read(from path: String) throws(TesseraError) -> NpyHeader {
        try read(InputFile(path))
    }

    static func read(_ file: borrowing InputFile) throws(TesseraError) -> NpyHeader {
        let end = try textRange(of: file.bytes(count: prefixLength), path: file.path).end
        let header = try NpyHeader(parsing: file.bytes(count: end), path: file.path)
        try header.checkSize(file.size, path: file.path)
        return header
    }

    /// Refuses a file whose size is not what the header promises.
    public func checkSize(_ size: Int, path: String) throws(TesseraError) {
        guard size - dataOffset == byteCount else {
            throw .file(
                path: path,
                reason: "the header promises \(byteCount) bytes of data, the file holds \(size - dataOffset)")
        }
    }
}
