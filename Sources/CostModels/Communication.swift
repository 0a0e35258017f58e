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

    /// A panel of `depth` columns of `height` rows, from its owners to the process rows; nothing where one rank is a row.
    func columnPanel(height: Int, _ inner: Range<Int>) -> Communication {
        guard columns > 1 else { return Communication() }
        // One owner: a broadcast, counted on each rank. Several: an all-gather, each rank its own part.
        let scalars = height * inner.count * (isWithinBlock(inner) ? columns : 1)
        return Communication(scalars: scalars, messages: size)
    }

    /// A panel of `depth` rows of `width` columns, from its owners to the process columns.
    func rowPanel(_ inner: Range<Int>, width: Int) -> Communication {
        guard rows > 1 else { return Communication() }
        return Communication(scalars: inner.count * width * (isWithinBlock(inner) ? rows : 1), messages: size)
    }

    /// A panel that is redistributed first: every scalar crosses once, and is then gathered.
    func redistributedColumnPanel(height: Int, depth: Int) -> Communication {
        let shares = (depth + columns - 1) / columns
        let copies = columns > 1 && depth <= shares ? columns : 1
        return Communication(scalars: height * depth * (1 + copies), messages: 2 * size)
    }

    /// The same with rows.
    func redistributedRowPanel(depth: Int, width: Int) -> Communication {
        let shares = (depth + rows - 1) / rows
        let copies = rows > 1 && depth <= shares ? rows : 1
        return Communication(scalars: width * depth * (1 + copies), messages: 2 * size)
    }

    /// Moving a whole matrix to another layout.
    func redistribution(_ m: Int, _ n: Int) -> Communication { Communication(scalars: m * n, messages: size) }

    private func isWithinBlock(_ range: Range<Int>) -> Bool {
        range.isEmpty || range.lowerBound / block == (range.upperBound - 1) / block
    }
}
