// The field of implicit steps into HDF5 files and pictures, as a simulation's fields are.

public import DistributedArrays
public import Failures

extension ImplicitSteps {
    /// The group that holds the field after so many steps.
    public static func groupName(ofStep step: Int) -> String { stepGroupName(step) }

    /// Writes the field into a group of an HDF5 file, as ``Simulation/write(_:_:to:)`` does. Collective.
    ///
    /// - Parameters:
    ///   - fields: the one field, under a name.
    ///   - geometry: where the cells lie.
    ///   - file: one being written, which holds no field of this step yet.
    /// - Throws: as ``Simulation/write(_:_:to:)``.
    public func write(
        _ fields: [NamedField<SingleField>], _ geometry: GridPlacement, to file: inout HDF5File
    ) throws(TesseraError) {
        try writeStep(
            fields, fields.map { _ in field.view }, geometry, step: step, time: time, extents: field.extents, to: &file,
            "ImplicitSteps.write", on: system.communicator)
    }

    /// The means of the field over blocks of a slice, as ``Simulation/averaged(_:_:on:)`` gives them. Collective.
    ///
    /// - Parameters:
    ///   - field: the one field.
    ///   - slice: the plane, and the blocks' sides.
    ///   - root: the rank that gets the means.
    /// - Throws: as ``Simulation/averaged(_:_:on:)``.
    public func averaged(
        _ field: SingleField, _ slice: GridSlice, on root: Int = 0
    ) throws(TesseraError) -> FieldSample<Scalar>? {
        try self.field.view.averaged(
            "ImplicitSteps.averaged", [], slice, on: root, step: step, time: time)
    }

    /// The cells along each axis.
    package var extents: [Int] { field.extents }
}
