// The four scalar types of dense linear algebra and what generic code asks of them.

public import ComplexModule
public import MessagePassing
public import RealModule

/// A scalar that BLAS and LAPACK know: `Float`, `Double`, `Complex<Float>` or `Complex<Double>`.
///
/// The set is closed: ``kind`` selects the library's routines, so a further conformance would have none.
public protocol LinearScalar: AlgebraicField, MessageElement {
    /// The type of moduli, norms and eigenvalues of Hermitian matrices: `Self` for real scalars.
    associatedtype Real: LinearReal
    /// The type of half the length, for work in mixed precision; `Self` where there is none.
    associatedtype Lower: LinearScalar

    /// Which of the four types this is.
    static var kind: ScalarKind { get }

    /// The scalar `real` + 0i.
    init(real: Real)
    /// The scalar `real` + `imaginary` i; a real type drops the imaginary part.
    init(real: Real, imaginary: Real)

    /// Re x.
    var realPart: Real { get }
    /// Im x; zero for a real type.
    var imaginaryPart: Real { get }
    /// The complex conjugate; `self` for a real type.
    var conjugate: Self { get }
    /// |Re x| + |Im x|: LAPACK's `cabs1`, by which pivots are chosen.
    var magnitude1: Real { get }
    /// |x|, without undue overflow or underflow.
    var absoluteValue: Real { get }
    /// |x|², which overflows where |x| exceeds the root of the largest number.
    var squaredMagnitude: Real { get }
    /// Neither part is NaN or infinite.
    var isFinite: Bool { get }
}

/// A real scalar: `Float` or `Double`.
public protocol LinearReal: LinearScalar, BinaryFloatingPoint, RealModule.Real, ComplexMessageComponent
where Real == Self, Lower: LinearReal {
    /// The kind of `Complex<Self>`.
    static var complexKind: ScalarKind { get }
}

/// The name of a scalar type.
public enum ScalarKind: Int32, CaseIterable, Hashable, Sendable {
    case float, double, complexFloat, complexDouble

    /// "float", "double", "complex-float" or "complex-double".
    public var name: String {
        switch self {
        case .float: "float"
        case .double: "double"
        case .complexFloat: "complex-float"
        case .complexDouble: "complex-double"
        }
    }
}

extension LinearScalar {
    /// "float", "double", "complex-float" or "complex-double".
    public static var typeName: String { kind.name }

    /// Whether scalars have an imaginary part.
    @inlinable public static var isComplex: Bool { kind == .complexFloat || kind == .complexDouble }

    /// Whether ``Lower`` is another type.
    @inlinable public static var hasLower: Bool { kind == .double || kind == .complexDouble }

    /// The machine epsilon in LAPACK's sense, half the distance from 1 to the next number: 2⁻⁵³ for `Double`.
    @inlinable public static var unitRoundoff: Real { Real.ulpOfOne / 2 }
}

extension LinearReal {
    @inlinable public init(real: Self) { self = real }
    @inlinable public init(real: Self, imaginary: Self) { self = real }
    @inlinable public var realPart: Self { self }
    @inlinable public var imaginaryPart: Self { 0 }
    @inlinable public var conjugate: Self { self }
    @inlinable public var magnitude1: Self { abs(self) }
    @inlinable public var absoluteValue: Self { abs(self) }
    @inlinable public var squaredMagnitude: Self { self * self }
}

extension Float: LinearReal {
    public typealias Real = Float
    public typealias Lower = Float
    @inlinable public static var kind: ScalarKind { .float }
    @inlinable public static var complexKind: ScalarKind { .complexFloat }
}

extension Double: LinearReal {
    public typealias Real = Double
    public typealias Lower = Float
    @inlinable public static var kind: ScalarKind { .double }
    @inlinable public static var complexKind: ScalarKind { .complexDouble }
}

extension Complex: LinearScalar where RealType: LinearReal {
    public typealias Real = RealType
    public typealias Lower = Complex<RealType.Lower>
    @inlinable public static var kind: ScalarKind { RealType.complexKind }
    @inlinable public init(real: RealType) { self.init(real) }
    @inlinable public init(real: RealType, imaginary: RealType) { self.init(real, imaginary) }
    @inlinable public var realPart: RealType { rawStorage.x }
    @inlinable public var imaginaryPart: RealType { rawStorage.y }
    @inlinable public var magnitude1: RealType { abs(realPart) + abs(imaginaryPart) }
    @inlinable public var absoluteValue: RealType { .hypot(realPart, imaginaryPart) }
    @inlinable public var squaredMagnitude: RealType { realPart * realPart + imaginaryPart * imaginaryPart }
}
