public import MessagePassing

// A dense column-major matrix that owns its memory, aligned to 64 bytes (one cache line, one AVX-512 register).

/// A dense matrix in column-major order: element (i, j) lies `i + j * leadingDimension` scalars from the first.
///
/// A matrix is not copied by assignment: ``copy()`` says where memory and time go. Sizes of zero are allowed.
public struct Matrix<Scalar: LinearScalar>: ~Copyable {
    @usableFromInline package let base: UnsafeMutablePointer<Scalar>
    public let rows: Int
    public let columns: Int
    /// The distance in memory between (i, j) and (i, j + 1).
    public let leadingDimension: Int

    /// A matrix whose elements, and the gap below each column, are all `value`.
    ///
    /// - Parameters:
    ///   - rows: 0 or more.
    ///   - columns: 0 or more.
    ///   - leadingDimension: at least `rows` and at least 1; without it, as small as that.
    ///   - value: what every element is.
    @inlinable
    public init(rows: Int, columns: Int, leadingDimension: Int? = nil, repeating value: Scalar = .zero) {
        let leadingDimension = leadingDimension ?? max(1, rows)
        precondition(rows >= 0 && columns >= 0 && leadingDimension >= max(1, rows), "not a column-major matrix")
        let count = leadingDimension * columns
        base = allocateAligned(count, of: Scalar.self)
        base.initialize(repeating: value, count: count)
        self.rows = rows
        self.columns = columns
        self.leadingDimension = leadingDimension
    }

    /// The matrix of `element(i, j)`, evaluated column by column.
    @inlinable
    public init<Failure: Error>(
        rows: Int, columns: Int, leadingDimension: Int? = nil, _ element: (Int, Int) throws(Failure) -> Scalar
    ) throws(Failure) {
        self.init(rows: rows, columns: columns, leadingDimension: leadingDimension)
        for j in 0..<columns { for i in 0..<rows { self[i, j] = try element(i, j) } }
    }

    /// The identity of order `order`.
    public static func identity(_ order: Int) -> Matrix {
        Matrix(rows: order, columns: order) { i, j in i == j ? 1 : 0 }
    }

    deinit { freeAligned(base) }

    @inlinable public subscript(i: Int, j: Int) -> Scalar {
        get {
            precondition(UInt(bitPattern: i) < UInt(rows) && UInt(bitPattern: j) < UInt(columns), "outside the matrix")
            return base[i &+ j &* leadingDimension]
        }
        set {
            precondition(UInt(bitPattern: i) < UInt(rows) && UInt(bitPattern: j) < UInt(columns), "outside the matrix")
            base[i &+ j &* leadingDimension] = newValue
        }
    }

    /// The whole matrix for reading.
    @inlinable public var view: MatrixView<Scalar> {
        @_lifetime(borrow self)
        borrowing get {
            let view = MatrixView<Scalar>(
                unsafe: base, rows: rows, columns: columns, leadingDimension: leadingDimension)
            return unsafe _overrideLifetime(view, borrowing: self)
        }
    }

    /// The whole matrix for writing.
    @inlinable public var mutableView: MutableMatrixView<Scalar> {
        @_lifetime(&self)
        mutating get {
            let view = MutableMatrixView<Scalar>(
                unsafe: base, rows: rows, columns: columns, leadingDimension: leadingDimension)
            return unsafe _overrideLifetime(view, mutating: &self)
        }
    }

    /// A second matrix with the same elements, stored without gaps.
    public func copy() -> Matrix { view.copy() }
}
