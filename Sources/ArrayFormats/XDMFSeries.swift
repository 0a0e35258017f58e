// XDMF: the text beside HDF5 files that tells ParaView and VisIt which arrays are fields, on which grid, at which time.
//
// Source: XDMF Model and Format, version 2, which ParaView's readers of versions 2 and 3 both take. Cells are given as
// such: a mesh with one node more than cells along each axis, and attributes centred on its cells.

public import Failures

/// Fields on a uniform grid of two or three axes, in HDF5 files, step after step.
public struct XDMFSeries: Hashable, Sendable {
    /// Where the fields of one time are.
    public struct Step: Hashable, Sendable {
        public var time: Double
        /// The HDF5 file, relative to the XDMF file's folder.
        public var file: String
        /// The group that holds the fields; `/` for the file's root.
        public var group: String

        public init(time: Double, file: String, group: String = "/") {
            self.time = time
            self.file = file
            self.group = group
        }
    }

    /// Cells along each axis, the slowest first: z, y, x.
    public let extents: [Int]
    /// The distance of neighbours along each axis.
    public let spacing: [Double]
    /// The corner of the first cell.
    public let origin: [Double]
    /// The arrays' names in each group.
    public let fields: [String]
    /// Bytes of an element: 4 or 8.
    public let elementSize: Int
    public var steps: [Step] = []

    /// - Parameters:
    ///   - extents: cells along each of two or three axes, the slowest first.
    ///   - spacing: the distance of neighbours along each axis.
    ///   - origin: the corner of the first cell.
    ///   - fields: the arrays' names in each group.
    ///   - elementSize: bytes of an element.
    /// - Throws: `TesseraError.argument` for another number of axes, spacings or coordinates, or another size.
    public init(
        extents: [Int], spacing: [Double], origin: [Double], fields: [String], elementSize: Int
    ) throws(TesseraError) {
        func require(_ isTrue: Bool, _ name: String, _ expected: String, _ found: String) throws(TesseraError) {
            if !isTrue { throw .argument(routine: "XDMFSeries", name: name, expected: expected, found: found) }
        }
        try require((2...3).contains(extents.count), "extents", "two or three axes", "\(extents.count)")
        try require(
            spacing.count == extents.count, "spacing", "\(extents.count) distances", "\(spacing.count)")
        try require(
            origin.count == extents.count, "origin", "\(extents.count) coordinates", "\(origin.count)")
        try require([4, 8].contains(elementSize), "elementSize", "4 or 8", "\(elementSize)")
        self.extents = extents
        self.spacing = spacing
        self.origin = origin
        self.fields = fields
        self.elementSize = elementSize
    }

    /// The text of the file.
    public func rendered() -> String {
        let axes = extents.count
        func line(_ numbers: [some LosslessStringConvertible]) -> String {
            numbers.map { "\($0)" }.joined(separator: " ")
        }
        func item(_ dimensions: String, _ size: Int, _ format: String, _ content: String) -> String {
            "<DataItem Dimensions=\"\(dimensions)\" NumberType=\"Float\" Precision=\"\(size)\" "
                + "Format=\"\(format)\">\(content)</DataItem>"
        }
        var text = """
            <?xml version="1.0" ?>
            <!DOCTYPE Xdmf SYSTEM "Xdmf.dtd" []>
            <Xdmf Version="2.0">
              <Domain>
                <Grid Name="series" GridType="Collection" CollectionType="Temporal">

            """
        for step in steps {
            let group = step.group.hasSuffix("/") ? step.group : step.group + "/"
            let place = escaped(step.file) + ":" + (group.hasPrefix("/") ? "" : "/") + escaped(group)
            text += """
                      <Grid Name="grid" GridType="Uniform">
                        <Time Value="\(step.time)"/>
                        <Topology TopologyType="\(axes)DCoRectMesh" Dimensions="\(line(extents.map { $0 + 1 }))"/>
                        <Geometry GeometryType="\(axes == 2 ? "ORIGIN_DXDY" : "ORIGIN_DXDYDZ")">
                          \(item("\(axes)", 8, "XML", line(origin)))
                          \(item("\(axes)", 8, "XML", line(spacing)))
                        </Geometry>

                """
            for field in fields {
                text += """
                            <Attribute Name="\(escaped(field))" AttributeType="Scalar" Center="Cell">
                              \(item(line(extents), elementSize, "HDF", place + escaped(field)))
                            </Attribute>

                    """
            }
            text += "      </Grid>\n"
        }
        return text + "    </Grid>\n  </Domain>\n</Xdmf>\n"
    }

    /// Writes the file, which replaces `path` as a whole or not at all.
    ///
    /// - Throws: `TesseraError.file` with the system's reason.
    public func write(to path: String) throws(TesseraError) {
        var file = try AtomicFile(path)
        try file.write(Array(rendered().utf8))
        try file.commit()
    }
}

private func escaped(_ text: String) -> String {
    text.reduce(into: "") { result, character in
        switch character {
        case "&": result += "&amp;"
        case "<": result += "&lt;"
        case ">": result += "&gt;"
        case "\"": result += "&quot;"
        default: result.append(character)
        }
    }
}
