internal import Tessera

/// The figure of a job kind, drawn on rank 0: two maps of elevations and what the second has over the first, side by side.
///
/// - Parameter difference: the third panel's title, and what its colours show.
func drawMaps(
    _ first: (title: String, values: [Double]), _ second: (title: String, values: [Double]),
    difference: (title: String, quantity: String), shape: [Int], spacing: (row: Double, column: Double),
    caption: String, to path: String
) throws(TesseraError) {
    func raster(_ values: [Double]) throws(TesseraError) -> Raster {
        try Raster(rows: shape[0], columns: shape[1], values: values)
    }
    let relief = Relief(rowSpacing: spacing.row, columnSpacing: spacing.column)
    let panels = try Panels(
        [
            .elevation(first.title, raster: raster(first.values), relief: relief),
            .elevation(second.title, raster: raster(second.values), relief: relief),
            .difference(
                difference.title, quantity: difference.quantity,
                raster: raster(zip(second.values, first.values).map { $0 - $1 })),
        ], caption: caption)
    try panels.picture().write(toPNG: path)
}
