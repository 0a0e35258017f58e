internal import Tessera

// The figures of the job kinds, drawn on rank 0.

/// Truth, prediction and error side by side.
func drawPrediction(
    truth: [Double], prediction: [Double], shape: [Int], spacing: (row: Double, column: Double), caption: String,
    to path: String
) throws(TesseraError) {
    func raster(_ values: [Double]) throws(TesseraError) -> Raster {
        try Raster(rows: shape[0], columns: shape[1], values: values)
    }
    let relief = Relief(rowSpacing: spacing.row, columnSpacing: spacing.column)
    let panels = try Panels(
        [
            .elevation("Truth", raster: raster(truth), relief: relief),
            .elevation("Prediction", raster: raster(prediction), relief: relief),
            .difference(
                "Error", quantity: "prediction - truth (m)", raster: raster(zip(prediction, truth).map { $0 - $1 })),
        ], caption: caption)
    try panels.picture().write(toPNG: path)
}

/// Before, after and difference side by side.
func drawDiffusion(
    before: [Double], after: [Double], shape: [Int], spacing: (row: Double, column: Double), caption: String,
    to path: String
) throws(TesseraError) {
    func raster(_ values: [Double]) throws(TesseraError) -> Raster {
        try Raster(rows: shape[0], columns: shape[1], values: values)
    }
    let relief = Relief(rowSpacing: spacing.row, columnSpacing: spacing.column)
    let panels = try Panels(
        [
            .elevation("Before", raster: raster(before), relief: relief),
            .elevation("After", raster: raster(after), relief: relief),
            .difference(
                "Difference", quantity: "after - before (m)", raster: raster(zip(after, before).map { $0 - $1 })),
        ], caption: caption)
    try panels.picture().write(toPNG: path)
}
