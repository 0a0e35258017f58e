// Cases of a routine: one value on each of its axes. A covering array, a random draw or a full product makes them; the
// routine's check runs them.

import ComplexModule
import DistributedArrays
import LinearAlgebra

/// One axis along which the cases of a routine vary.
struct Axis<Value: Sendable>: CaseAxis {
    let name: String
    /// What covering arrays and full products take.
    let levels: [Value]
    /// What a random case takes.
    let draw: @Sendable (inout Draws) -> Value

    /// - Parameter draw: nil for one of the levels.
    init(_ name: String, _ levels: [Value], draw: (@Sendable (inout Draws) -> Value)? = nil) {
        self.name = name
        self.levels = levels
        self.draw = draw ?? { $0.pick(levels) }
    }

    var count: Int { levels.count }
    func level(_ index: Int) -> any Sendable { levels[index] }
    func random(_ draws: inout Draws) -> any Sendable { draw(&draws) }
}

/// An axis, whatever the type of its values.
protocol CaseAxis: Sendable {
    var name: String { get }
    var count: Int { get }
    func level(_ index: Int) -> any Sendable
    func random(_ draws: inout Draws) -> any Sendable
}

/// A value for each axis of a routine.
struct Case: CustomStringConvertible {
    /// What runs this case alone: the check's name and the number in it.
    let name: String
    let index: Int
    private var values: [(axis: String, value: any Sendable)] = []

    init(_ name: String, _ index: Int) {
        self.name = name
        self.index = index
    }

    mutating func set(_ axis: any CaseAxis, _ value: any Sendable) { values.append((axis.name, value)) }

    /// The case's value on an axis, which is one of its routine.
    subscript<Value>(axis: Axis<Value>) -> Value { values.first { $0.axis == axis.name }!.value as! Value }

    var description: String {
        "'\(name)' \(index) (" + values.map { "\($0.axis) \($0.value)" }.joined(separator: ", ") + ")"
    }

    /// The rank that compares the result with the reference.
    func judge(on grid: ProcessGrid) -> Int { index % grid.size }
}

/// The check of a routine's cases, generic over the scalar type.
protocol CaseBody: Sendable {
    /// The axes whose full product `make test-full` runs, apart from the scalar type and the grid, which all routines have.
    static var axes: [any CaseAxis] { get }
    /// Further axes: the full product draws their values.
    static var others: [any CaseAxis] { get }

    func run<Scalar: LinearScalar>(_: Scalar.Type, _ c: Case, on grid: ProcessGrid) throws
}

/// A routine, the axes of its cases and their check.
struct Routine: Sendable {
    let name: String
    let axes: [any CaseAxis]
    let others: [any CaseAxis]
    let check: @Sendable (Case, ProcessGrid) throws -> Void

    init<Body: CaseBody>(_ name: String, _ body: Body) {
        self.name = name
        axes = [Axes.type] + Body.axes
        others = Body.others
        check = { c, grid in
            switch c[Axes.type] {
            case .float: try body.run(Float.self, c, on: grid)
            case .double: try body.run(Double.self, c, on: grid)
            case .complexFloat: try body.run(Complex<Float>.self, c, on: grid)
            case .complexDouble: try body.run(Complex<Double>.self, c, on: grid)
            }
        }
    }
}
