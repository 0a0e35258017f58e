import ComplexModule
import MessagePassing

/// An element that tests can make from a number: different numbers below 100 give different elements.
protocol TestElement: MessageElement, Equatable {
    static func sample(_ i: Int) -> Self
}

extension FixedWidthInteger where Self: TestElement {
    static func sample(_ i: Int) -> Self { Self(truncatingIfNeeded: i % 100) }
}
extension BinaryFloatingPoint where Self: TestElement {
    static func sample(_ i: Int) -> Self { Self(i % 100) + 0.5 }
}

extension Int8: TestElement {}
extension Int16: TestElement {}
extension Int32: TestElement {}
extension Int64: TestElement {}
extension Int: TestElement {}
extension UInt8: TestElement {}
extension UInt16: TestElement {}
extension UInt32: TestElement {}
extension UInt64: TestElement {}
extension UInt: TestElement {}
extension Float: TestElement {}
extension Double: TestElement {}
extension Complex: TestElement where RealType: ComplexMessageComponent & TestElement {
    static func sample(_ i: Int) -> Complex { Complex(.sample(i), -.sample(i + 1)) }
}
extension Located: TestElement where Value: TestElement {
    static func sample(_ i: Int) -> Located { Located(.sample(i), at: -i) }
}

/// A check that is the same for every element type.
protocol TypedCheck {
    func callAsFunction<T: TestElement>(_ type: T.Type, _ world: Communicator) throws
}

// Types as values: the compiler then makes one copy of a check and not one for each type.
private let everyType: [any TestElement.Type] = [
    Int8.self, Int16.self, Int32.self, Int64.self, Int.self, UInt8.self, UInt16.self, UInt32.self, UInt64.self,
    UInt.self,
    Float.self, Double.self, Complex<Float>.self, Complex<Double>.self, Located<Double>.self,
]

/// Runs the check for every type that MessagePassing knows; for two of them also with tiny limits of a message's count.
func forEveryType(_ world: Communicator, _ check: some TypedCheck) throws {
    for type in everyType { try check(type, world) }
    try withLargeCountLimits {
        for type in [Int32.self, Complex<Double>.self] as [any TestElement.Type] { try check(type, world) }
    }
}

/// `count` elements that tell their rank and place.
func samples<T: TestElement>(_ rank: Int, _ count: Int) -> [T] { (0..<count).map { .sample(17 * rank + $0) } }

let messageLengths = [0, 1, 7, 13]
