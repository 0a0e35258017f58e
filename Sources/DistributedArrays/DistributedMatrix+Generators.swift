public import Failures
public import LinearAlgebra

extension DistributedMatrix {
    /// The matrix whose element (i, j) is `element(i, j)` of its global indices; each rank computes its own share.
    public init(
        rows: Int, columns: Int, block: Int? = nil, on grid: ProcessGrid, element: (Int, Int) -> Scalar
    ) throws(TesseraError) {
        try self.init(rows: rows, columns: columns, block: block, on: grid)
        fill(element)
    }

    /// Sets every element from its global indices. Local.
    @inlinable
    public mutating func fill(_ element: (Int, Int) -> Scalar) {
        for localColumn in 0..<localColumns {
            let j = globalColumn(localColumn)
            let column = storage + localColumn * leadingDimension
            forEachRowRun { first, local, count in
                for i in 0..<count { column[local &+ i] = element(first &+ i, j) }
            }
        }
    }

    /// Runs of this rank's rows that are consecutive globally: (first global row, first local row, count).
    @inlinable
    package func forEachRowRun(_ body: (_ global: Int, _ local: Int, _ count: Int) -> Void) {
        let block = layout.rows.block
        var local = 0
        while local < localRows {
            let count = min(block, localRows - local)
            body(globalRow(local), local, count)
            local += count
        }
    }

    /// The identity: ones on the diagonal of a matrix of any shape.
    public static func identity(
        rows: Int, columns: Int? = nil, block: Int? = nil, on grid: ProcessGrid
    ) throws(TesseraError) -> DistributedMatrix {
        try DistributedMatrix(rows: rows, columns: columns ?? rows, block: block, on: grid) { $0 == $1 ? 1 : 0 }
    }

    /// Numbers uniform on [-1/2, 1/2] (both parts, of complex types) that depend on the seed and the global indices
    /// alone: the same matrix on every grid and for every block size.
    public static func random(
        rows: Int, columns: Int, seed: UInt64, block: Int? = nil, on grid: ProcessGrid
    ) throws(TesseraError) -> DistributedMatrix {
        let source = IndexedRandom(seed: seed)
        return try DistributedMatrix(rows: rows, columns: columns, block: block, on: grid) { source.element($0, $1) }
    }
}

/// Random numbers addressed by index: a hash of (seed, i, j, part), in the manner of counter-based generators
/// (Salmon et al., SC 2011), mixed with the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
public struct IndexedRandom: Sendable {
    @usableFromInline let key: UInt64

    public init(seed: UInt64) { key = splitMix64(seed &+ 0x9e37_79b9_7f4a_7c15) }

    /// 64 random bits for these indices.
    @inlinable
    public func bits(_ i: Int, _ j: Int, part: Int = 0) -> UInt64 {
        let row = splitMix64(key ^ (UInt64(bitPattern: Int64(i)) &* 0x9e37_79b9_7f4a_7c15))
        return splitMix64(row &+ (UInt64(bitPattern: Int64(j)) &* 2 &+ UInt64(part)) &* 0xd1b5_4a32_d192_ed03)
    }

    /// A number on [0, 1), a multiple of 2^-53.
    @inlinable
    public func uniform(_ i: Int, _ j: Int, part: Int = 0) -> Double {
        Double(bits(i, j, part: part) >> 11) * 0x1p-53
    }

    /// A scalar whose parts are uniform on [-1/2, 1/2]. A `Float` matrix is the `Double` one, rounded.
    @inlinable
    public func element<Scalar: LinearScalar>(_ i: Int, _ j: Int) -> Scalar {
        let real = Scalar.Real(uniform(i, j) - 0.5)
        return Scalar.isComplex
            ? Scalar(real: real, imaginary: Scalar.Real(uniform(i, j, part: 1) - 0.5)) : Scalar(real: real)
    }
}

@inlinable
public func splitMix64(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
}
