// Fields that step through time, however they do it: what records them need not know.

package import DistributedArrays
package import Failures

/// Named fields on a grid after some steps of time.
package protocol SteppedFields: ~Copyable {
    associatedtype Scalar: StencilScalar
    associatedtype Field: FieldName
    var extents: [Int] { get }
    /// Steps done.
    var step: Int { get }
    var timeStep: Double { get }
    /// The time of the current level.
    var time: Double { get }
    /// The group of HDF5 files that holds the fields after so many steps.
    static func groupName(ofStep step: Int) -> String
    /// Writes the current level of fields into a group of an HDF5 file. Collective.
    func write(
        _ fields: [NamedField<Field>], _ geometry: GridPlacement, to file: inout HDF5File
    ) throws(TesseraError)
    /// The means of the current level of a field over blocks of a slice, on one rank. Collective.
    func averaged(
        _ field: Field, _ slice: GridSlice, on root: Int
    ) throws(TesseraError) -> FieldSample<Scalar>?
}

extension Simulation: SteppedFields {
    package typealias Scalar = S.Scalar
    package typealias Field = S.Field
}

extension ImplicitSteps: SteppedFields {
    package typealias Field = SingleField
}
