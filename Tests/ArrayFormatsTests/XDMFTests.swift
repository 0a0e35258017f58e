import ArrayFormats
import Failures
import Foundation
import TestSupport
import Testing

/// The text that ParaView's readers take.
@Suite struct XDMFTests {
    @Test func aPlaneAtTwoTimes() throws {
        var series = try XDMFSeries(
            extents: [20, 30], spacing: [2.5, 0.5], origin: [0, -1], fields: ["height", "a<b"], elementSize: 8)
        series.steps = [
            .init(time: 0, file: "fields/one.h5", group: "step-0"), .init(time: 0.25, file: "a&\"b\".h5", group: "/"),
        ]
        #expect(
            series.rendered() == """
                <?xml version="1.0" ?>
                <!DOCTYPE Xdmf SYSTEM "Xdmf.dtd" []>
                <Xdmf Version="2.0">
                  <Domain>
                    <Grid Name="series" GridType="Collection" CollectionType="Temporal">
                      <Grid Name="grid" GridType="Uniform">
                        <Time Value="0.0"/>
                        <Topology TopologyType="2DCoRectMesh" Dimensions="21 31"/>
                        <Geometry GeometryType="ORIGIN_DXDY">
                          <DataItem Dimensions="2" NumberType="Float" Precision="8" Format="XML">0.0 -1.0</DataItem>
                          <DataItem Dimensions="2" NumberType="Float" Precision="8" Format="XML">2.5 0.5</DataItem>
                        </Geometry>
                        <Attribute Name="height" AttributeType="Scalar" Center="Cell">
                          <DataItem Dimensions="20 30" NumberType="Float" Precision="8" Format="HDF">fields/one.h5:/step-0/height</DataItem>
                        </Attribute>
                        <Attribute Name="a&lt;b" AttributeType="Scalar" Center="Cell">
                          <DataItem Dimensions="20 30" NumberType="Float" Precision="8" Format="HDF">fields/one.h5:/step-0/a&lt;b</DataItem>
                        </Attribute>
                      </Grid>
                      <Grid Name="grid" GridType="Uniform">
                        <Time Value="0.25"/>
                        <Topology TopologyType="2DCoRectMesh" Dimensions="21 31"/>
                        <Geometry GeometryType="ORIGIN_DXDY">
                          <DataItem Dimensions="2" NumberType="Float" Precision="8" Format="XML">0.0 -1.0</DataItem>
                          <DataItem Dimensions="2" NumberType="Float" Precision="8" Format="XML">2.5 0.5</DataItem>
                        </Geometry>
                        <Attribute Name="height" AttributeType="Scalar" Center="Cell">
                          <DataItem Dimensions="20 30" NumberType="Float" Precision="8" Format="HDF">a&amp;&quot;b&quot;.h5:/height</DataItem>
                        </Attribute>
                        <Attribute Name="a&lt;b" AttributeType="Scalar" Center="Cell">
                          <DataItem Dimensions="20 30" NumberType="Float" Precision="8" Format="HDF">a&amp;&quot;b&quot;.h5:/a&lt;b</DataItem>
                        </Attribute>
                      </Grid>
                    </Grid>
                  </Domain>
                </Xdmf>

                """)
    }

    @Test func aGridInSpaceOfSingles() throws {
        var series = try XDMFSeries(
            extents: [4, 5, 6], spacing: [1, 2, 3], origin: [0, 0, 0], fields: ["u"], elementSize: 4)
        series.steps = [.init(time: 1, file: "u.h5", group: "g")]
        let text = series.rendered()
        #expect(text.contains("TopologyType=\"3DCoRectMesh\" Dimensions=\"5 6 7\""))
        #expect(text.contains("GeometryType=\"ORIGIN_DXDYDZ\""))
        #expect(text.contains("Dimensions=\"4 5 6\" NumberType=\"Float\" Precision=\"4\" Format=\"HDF\">u.h5:/g/u<"))
    }

    @Test(arguments: [
        ([4], [1.0], [0.0], 8, "extents"), ([4, 5], [1], [0, 0], 8, "spacing"), ([4, 5], [1, 1], [0], 8, "origin"),
        ([4, 5], [1, 1], [0, 0], 2, "elementSize"),
    ])
    func whatDoesNotFitIsRefused(
        extents: [Int], spacing: [Double], origin: [Double], size: Int, argument: String
    ) throws {
        do {
            _ = try XDMFSeries(extents: extents, spacing: spacing, origin: origin, fields: ["u"], elementSize: size)
            Issue.record("accepted")
        } catch TesseraError.argument(_, let name, _, _) {
            #expect(name == argument)
        }
    }
}
