// Fields into groups of an HDF5 file, one group a step, each rank its own box.
//
// The group `step-0000000010` holds an array for each field and says which step and time it is, where the cells lie and
// in which units; `XDMFSeries` lists such groups for ParaView. Values do not depend on the number of ranks.

public import DistributedArrays
public import Failures
import MessagePassing

/// Where the cells of a grid lie, and in which units.
public struct GridPlacement: Hashable, Sendable {
    /// The distance of neighbours along each axis.
    public let spacing: [Double]
    /// The corner of the first cell.
    public let origin: [Double]
    /// The unit of lengths: `m`.
    public let lengthUnit: String
    /// The unit of times: `s`.
    public let timeUnit: String

    /// - Parameters:
    ///   - spacing: the distance of neighbours along each axis.
    ///   - origin: the corner of the first cell; zero by default.
    ///   - lengthUnit: the unit of both.
    ///   - timeUnit: the unit of the simulation's time.
    public init(spacing: [Double], origin: [Double]? = nil, lengthUnit: String = "", timeUnit: String = "") {
        self.spacing = spacing
        self.origin = origin ?? spacing.map { _ in 0 }
        self.lengthUnit = lengthUnit
        self.timeUnit = timeUnit
    }
}

/// A field of a stencil as files call it.
public struct NamedField<Field: FieldName>: Hashable, Sendable {
    public let field: Field
    public let name: String
    /// Empty where the field has none.
    public let unit: String

    /// - Parameters:
    ///   - field: which one.
    ///   - name: letters, digits, `-` and `_`.
    ///   - unit: of its values.
    public init(_ field: Field, _ name: String, unit: String = "") {
        self.field = field
        self.name = name
        self.unit = unit
    }
}

extension Simulation {
    /// The group that holds the fields after so many steps.
    public static func groupName(ofStep step: Int) -> String {
        stepGroupName(step)
    }

    /// Writes the current level of fields into a group of an HDF5 file, `step-0000000010` after ten steps. Collective.
    ///
    /// - Parameters:
    ///   - fields: which ones, under which names.
    ///   - geometry: where the cells lie.
    ///   - file: one being written, which holds no fields of this step yet.
    /// - Throws, on all ranks: `TesseraError.argument` for names that are not letters, digits, `-` and `_`, or a geometry
    ///   of another number of axes; `TesseraError.file` with the system's or HDF5's reason.
    public func write(
        _ fields: [NamedField<S.Field>], _ geometry: GridPlacement, to file: inout HDF5File
    ) throws(TesseraError) {
        try writeStep(
            fields, fields.map { view($0.field) }, geometry, step: step, time: time, extents: extents, to: &file,
            "Simulation.write", on: communicator)
    }

    /// Sets the current level of a field from an array of an HDF5 file, of the grid's shape. Collective.
    ///
    /// - Parameters:
    ///   - field: which one.
    ///   - file: one opened for reading.
    ///   - name: the array's, after its group's: `step-0000000010/height`.
    /// - Throws: `TesseraError.file` on all ranks where there is no such array.
    public mutating func read(
        _ field: S.Field, from file: inout HDF5File, _ name: String
    ) throws(TesseraError) {
        let shape = try file.shape(of: name)
        let extents = extents
        try file.agreeOrShut { (path) throws(TesseraError) in
            guard shape == extents else {
                throw .file(path: path, reason: "array \(name): has shape \(shape), the grid has \(extents)")
            }
        }
        try file.read(
            name, into: storage.origin(field.rawValue, ago: 0), strides: strides,
            box: localRanges.map(\.lowerBound), extents: localRanges.map(\.count))
        valuesWereSet = true
    }
}

/// The group that holds the fields after so many steps.
func stepGroupName(_ step: Int) -> String {
    let digits = String(step)
    return "step-" + String(repeating: "0", count: max(0, 10 - digits.count)) + digits
}

/// Writes fields and what is said of them into the group of a step. Collective.
///
/// - Parameter views: where each of the fields lies.
func writeStep<Field: FieldName, Scalar: StencilScalar>(
    _ fields: [NamedField<Field>], _ views: [FieldView<Scalar>], _ geometry: GridPlacement, step: Int, time: Double,
    extents: [Int], to file: inout HDF5File, _ routine: StaticString, on communicator: Communicator
) throws(TesseraError) {
    try communicator.agree(routine, on: fields.map(\.field.rawValue)) { () throws(TesseraError) in
        let names = fields.map(\.name)
        for name in names where !isPlainName(name) || names.count(where: { $0 == name }) > 1 {
            throw .argument(
                routine: "\(routine)", name: "fields",
                expected: "names of letters, digits, - and _, each once", found: "'\(name)'")
        }
        guard geometry.spacing.count == extents.count, geometry.origin.count == extents.count else {
            throw .argument(
                routine: "\(routine)", name: "geometry", expected: "\(extents.count) axes",
                found: "\(geometry.spacing.count) spacings, \(geometry.origin.count) coordinates")
        }
    }
    let group = stepGroupName(step)
    for (field, view) in zip(fields, views) {
        try file.write(
            "\(group)/\(field.name)", from: UnsafePointer(view.origin), strides: view.strides, box: view.boxOrigin,
            extents: view.boxExtents, of: extents)
        try file.set("unit", .text(field.unit), of: "\(group)/\(field.name)")
    }
    let facts: [(String, HDF5Attribute)] = [
        ("step", .integer(step)), ("time", .number(time)), ("time unit", .text(geometry.timeUnit)),
        ("spacing", .numbers(geometry.spacing)), ("origin", .numbers(geometry.origin)),
        ("length unit", .text(geometry.lengthUnit)), ("fields", .texts(fields.map(\.name))),
    ]
    if fields.isEmpty { return }
    for (name, value) in facts { try file.set(name, value, of: group) }
}

private func isPlainName(_ name: String) -> Bool {
    !name.isEmpty
        && name.utf8.allSatisfy {
            UInt8(ascii: "a") <= $0 | 0x20 && $0 | 0x20 <= UInt8(ascii: "z") || "0123456789-_".utf8.contains($0)
        }
}
