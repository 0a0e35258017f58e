package import Failures
internal import MessagePassing

/// A leading dimension for this many rows: whole cache lines, so that columns start aligned, and never a multiple of a
/// page, where neighbouring columns would fall into the same cache sets.
package func paddedLeadingDimension(_ rows: Int, _ stride: Int) -> Int {
    let line = max(1, 64 / stride)
    guard rows > 4 * line else { return max(1, rows) }
    let padded = (rows + line - 1) / line * line
    return (padded * stride).isMultiple(of: 4096) ? padded + line : padded
}

/// Refuses a matrix whose size overflows, or whose shares of this node's ranks exceed what the node can still give.
package func requireMemory(rows: Int, columns: Int, grid: ProcessGrid, bytes stride: Int) throws(TesseraError) {
    let (count, overflows) = rows.multipliedReportingOverflow(by: columns)
    let (bytes, alsoOverflows) = count.multipliedReportingOverflow(by: stride)
    let neighbours = min(grid.size, MPIEnvironment.ranksOnNode)
    let share = overflows || alsoOverflows ? Int.max : bytes / grid.size * neighbours
    if share > 1 << 26, let available = SystemMemory.available, share > available {
        throw .memory(
            purpose: "a \(rows)x\(columns) matrix, this node's share", needed: share, available: available)
    }
}
