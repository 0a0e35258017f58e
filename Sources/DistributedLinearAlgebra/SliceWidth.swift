internal import DistributedArrays

extension ProcessGrid {
    /// Columns of one slice of a local product, between which messages are driven: enough that the product packs its left
    /// operand at no great cost, and all of `columns` where nothing travels.
    func sliceWidth(of columns: Int) -> Int { max(1, size > 1 ? min(columns, 1024) : columns) }
}
