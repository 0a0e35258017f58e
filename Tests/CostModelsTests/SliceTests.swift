import CostModels
import Testing

@Suite("Slices of a grid")
struct SliceTests {
    /// Every index of an axis against the definition, for all ranges of it.
    @Test func placesAreThoseOfTheIndicesInARange() {
        for extent in 1...13 {
            for first in 0..<extent {
                for step in 1...5 {
                    let count = (extent - 1 - first) / step + 1
                    let axis = SliceModel.Axis(first: first, step: step, count: count)
                    for lower in 0...extent {
                        for upper in lower...extent {
                            let places = axis.places(in: lower..<upper)
                            let expected = (0..<count).filter { (lower..<upper).contains(first + $0 * step) }
                            #expect(Array(places) == expected)
                        }
                    }
                }
            }
        }
    }

    @Test func eachCellIsGivenOnce() {
        let grid = HaloExchangeModel(extents: [7, 11], shape: [2, 3], periodic: [false, false], fields: [])
        let model = SliceModel(
            grid: grid,
            axes: [SliceModel.Axis(first: 0, step: 2, count: 4), SliceModel.Axis(first: 3, step: 1, count: 1)])
        #expect((0..<8).map { model.words(from: $0) } == [2, 0, 0, 2, 0, 0, 0, 0])
        #expect(model.places(of: 7).allSatisfy { $0.isEmpty })
    }
}
