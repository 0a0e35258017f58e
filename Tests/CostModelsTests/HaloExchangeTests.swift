import CostModels
import Testing

/// Words counted by hand on small grids.
@Suite("Cost of halo exchanges")
struct HaloExchangeTests {
    private func cross(_ axes: Int, radius: Int = 1) -> FieldHalo {
        let layers = [Int](repeating: radius, count: axes)
        return FieldHalo(lower: layers, upper: layers, corners: false)
    }

    @Test func oneRankSendsNothing() {
        let model = HaloExchangeModel(extents: [5, 7], shape: [1, 1], periodic: [true, true], fields: [cross(2)])
        #expect(model.ranks == 1)
        #expect(model.words == 0)
        #expect(model.sent(by: 0) == (0, 0))
    }

    /// 10 x 6 cells on 3 x 2 ranks: rows 4, 3, 3 and columns 3, 3.
    @Test func aCrossOnAnOpenGrid() {
        let model = HaloExchangeModel(extents: [10, 6], shape: [3, 2], periodic: [false, false], fields: [cross(2)])
        #expect(model.ranks == 6)
        #expect((0..<3).map { model.share(axis: 0, coordinate: $0) } == [0..<4, 4..<7, 7..<10])
        #expect(model.coordinates(of: 0) == [0, 0] && model.coordinates(of: 3) == [1, 1])
        // A corner: a row of 3 to its neighbour in axis 0, a column of 4 to that in axis 1.
        #expect(model.sent(by: 0) == (3 + 4, 2))
        // The middle: rows of 3 to both sides, a column of 3.
        #expect(model.sent(by: 2) == (3 + 3 + 3, 3))
        #expect(model.sent(by: 5) == (3 + 3, 2))
        // Four faces of axis 0 are crossed in both directions by 3 words, and the columns of 4, 3, 3 cells by theirs.
        #expect(model.words == 4 * 2 * 3 + 2 * (4 + 3 + 3))
    }

    /// The same closed on itself: every rank has both neighbours on each axis, also where they are one.
    @Test func aCrossOnAPeriodicGrid() {
        let model = HaloExchangeModel(extents: [10, 6], shape: [3, 2], periodic: [true, true], fields: [cross(2)])
        #expect(model.sent(by: 0) == (2 * 3 + 2 * 4, 4))
        #expect(model.words == 6 * 2 * 3 + 2 * 2 * (4 + 3 + 3))
        // An axis that is not split costs nothing, periodic or not.
        let rows = HaloExchangeModel(extents: [10, 6], shape: [2, 1], periodic: [true, true], fields: [cross(2)])
        #expect(rows.words == 2 * 2 * 6)
    }

    /// Lower layers travel up, upper layers down; what is not read is not sent and is no message.
    @Test func aOneSidedFootprint() {
        let upwind = FieldHalo(lower: [2, 0], upper: [0, 0], corners: false)
        let model = HaloExchangeModel(extents: [8, 5], shape: [2, 1], periodic: [false, false], fields: [upwind])
        #expect(model.sent(by: 0) == (2 * 5, 1))
        #expect(model.sent(by: 1) == (0, 0))
    }

    /// With corners the second axis also carries the ghosts of the first: 4 + 1 + 1 rows.
    @Test func cornersTravelWithTheLaterAxes() {
        let nine = FieldHalo(lower: [1, 1], upper: [1, 1], corners: true)
        let model = HaloExchangeModel(extents: [8, 8], shape: [2, 2], periodic: [false, false], fields: [nine])
        #expect(model.sent(by: 0) == (4 + 6, 2))
        #expect(model.words == 4 * (4 + 6))
    }

    /// All fields of a direction share a message.
    @Test func fieldsTravelTogether() {
        let narrow = cross(1)
        let wide = cross(1, radius: 3)
        let model = HaloExchangeModel(extents: [30], shape: [3], periodic: [false], fields: [narrow, wide])
        #expect(model.sent(by: 0) == (1 + 3, 1))
        #expect(model.sent(by: 1) == (2 * (1 + 3), 2))
    }

    /// 6 x 4 x 5 cells on 1 x 2 x 1 ranks: a face of 6 x 5.
    @Test func threeAxes() {
        let model = HaloExchangeModel(
            extents: [6, 4, 5], shape: [1, 2, 1], periodic: [false, false, false], fields: [cross(3, radius: 2)])
        #expect(model.sent(by: 0) == (2 * 30, 1))
        #expect(model.words == 2 * 2 * 30)
    }

    /// What all ranks send is what they send one by one.
    @Test func wordsOfAllRanks() {
        let fields = [
            FieldHalo(lower: [2, 0, 1], upper: [1, 3, 1], corners: true), cross(3, radius: 2),
        ]
        for shape in [[1, 1, 1], [2, 1, 3], [3, 2, 1], [2, 3, 4]] {
            for periodic in [[false, false, false], [true, false, true], [true, true, true]] {
                let model = HaloExchangeModel(
                    extents: [13, 11, 17], shape: shape, periodic: periodic, fields: fields)
                #expect(
                    model.words == (0..<model.ranks).reduce(0) { $0 + model.sent(by: $1).words }, "\(shape) \(periodic)"
                )
            }
        }
    }
}
