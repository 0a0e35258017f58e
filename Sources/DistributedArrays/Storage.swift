/// A leading dimension for this many rows: whole cache lines, so that columns start aligned, and never a multiple of a
/// page, where neighbouring columns would fall into the same cache sets.
package func paddedLeadingDimension(_ rows: Int, _ stride: Int) -> Int {
    let line = max(1, 64 / stride)
    guard rows > 4 * line else { return max(1, rows) }
    let padded = (rows + line - 1) / line * line
    return (padded * stride).isMultiple(of: 4096) ? padded + line : padded
}
