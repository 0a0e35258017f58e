// What the cost models of dense routines count, and the index maths they share.
//
// A model counts, over all ranks, exactly what a communicator's counters count: the payload that each rank hands to each
// call. Entry checks and barriers are left out on both sides.

/// Payload and calls over all ranks.
public struct Communication: Hashable, Sendable {
    /// Scalars of the matrix.
    public var scalars = 0
    /// Moduli and norms: scalars of the real type.
    public var reals = 0
    /// Indices, of 8 bytes. A modulus with its index counts as two.
    public var indices = 0
    /// Calls.
    public var messages = 0

    public init(scalars: Int = 0, reals: Int = 0, indices: Int = 0, messages: Int = 0) {
        self.scalars = scalars
        self.reals = reals
        self.indices = indices
        self.messages = messages
    }

    /// The payload for a scalar type of `scalarBytes` whose real type has `realBytes`.
    public func bytes(scalarBytes: Int = 8, realBytes: Int = 8) -> Int {
        scalars * scalarBytes + reals * realBytes + indices * 8
    }

    public static func + (a: Communication, b: Communication) -> Communication {
        Communication(
            scalars: a.scalars + b.scalars, reals: a.reals + b.reals, indices: a.indices + b.indices,
            messages: a.messages + b.messages)
    }

    public static func += (a: inout Communication, b: Communication) { a = a + b }

    public static func * (count: Int, a: Communication) -> Communication {
        Communication(
            scalars: count * a.scalars, reals: count * a.reals, indices: count * a.indices,
            messages: count * a.messages)
    }
}

/// A process grid of P x Q ranks with square blocks, dealt from its first rank.
public struct GridModel: Hashable, Sendable {
    public let rows: Int
    public let columns: Int
    public let block: Int

    public init(rows: Int, columns: Int, block: Int) {
        self.rows = rows
        self.columns = columns
        self.block = block
    }

    var size: Int { rows * columns }

    /// The blocks of a dimension as ranges, the last one ragged.
    func blocks(_ extent: Int) -> [Range<Int>] {
        stride(from: 0, to: extent, by: block).map { $0..<min(extent, $0 + block) }
    }

    /// The part that owns an index.
    func owner(_ index: Int, of parts: Int) -> Int { index / block % parts }

    /// The indices of a range that a part owns.
    func count(_ range: Range<Int>, on part: Int, of parts: Int) -> Int {
        func below(_ limit: Int) -> Int {
            let (full, rest) = limit.quotientAndRemainder(dividingBy: block)
            let (rounds, extra) = full.quotientAndRemainder(dividingBy: parts)
            return rounds * block + (part < extra ? block : part == extra ? rest : 0)
        }
        return below(range.upperBound) - below(range.lowerBound)
    }

    /// How many parts own some of a range.
    func owners(of range: Range<Int>, among parts: Int) -> Int {
        range.isEmpty ? 0 : min(parts, (range.upperBound - 1) / block - range.lowerBound / block + 1)
    }

    /// Columns of `height` rows, from their owners to the process rows, block by block; nothing where one rank is a row.
    func columnPanel(height: Int, _ inner: Range<Int>) -> Communication {
        columns > 1 ? panel(height * inner.count, pieces: pieces(inner), copies: columns) : Communication()
    }

    /// Rows of `width` columns, from their owners to the process columns.
    func rowPanel(_ inner: Range<Int>, width: Int) -> Communication {
        rows > 1 ? panel(inner.count * width, pieces: pieces(inner), copies: rows) : Communication()
    }

    /// Columns that are redistributed first: every scalar crosses once, and goes along the process rows.
    func redistributedColumnPanel(height: Int, depth: Int) -> Communication {
        redistributed(height * depth, depth: depth, parts: columns)
    }

    /// The same with rows.
    func redistributedRowPanel(depth: Int, width: Int) -> Communication {
        redistributed(width * depth, depth: depth, parts: rows)
    }

    private func redistributed(_ scalars: Int, depth: Int, parts: Int) -> Communication {
        let share = max(1, (depth + parts - 1) / parts)
        return Communication(scalars: scalars, messages: size)
            + (parts > 1 ? panel(scalars, pieces: (depth + share - 1) / share, copies: parts) : Communication())
    }

    /// Broadcasts of the pieces of a panel, each counted on every rank.
    private func panel(_ scalars: Int, pieces: Int, copies: Int) -> Communication {
        Communication(scalars: scalars * copies, messages: size * pieces)
    }

    /// The number of blocks that a range touches.
    private func pieces(_ range: Range<Int>) -> Int {
        range.isEmpty ? 0 : (range.upperBound - 1) / block - range.lowerBound / block + 1
    }

    /// Moving a whole matrix to another layout.
    func redistribution(_ m: Int, _ n: Int) -> Communication { Communication(scalars: m * n, messages: size) }
}
