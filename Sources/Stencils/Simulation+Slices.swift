// A slice of a field on one rank, and callbacks with slices while a run goes on.
//
// Words: each rank gives its own cells of the slice (SliceModel), nothing else of the field moves. A callback costs two
// agreements more: on what is not finite, and on its error.

package import CostModels
public import Failures
import MessagePassing

extension Simulation {
    /// A slice of the current level of a field on one rank, nil on the others.
    ///
    /// - Throws, on all ranks: `TesseraError.argument` for a slice that is not the grid's or a rank that is not there;
    ///   `TesseraError.memory` where the rank's node cannot give the slice.
    public func sampled(_ field: S.Field, _ slice: GridSlice, on root: Int = 0) throws(TesseraError)
        -> FieldSample<S.Scalar>?
    {
        try communicator.agree("Simulation.sampled", on: [field.rawValue, root] + slice.words) {
            () throws(TesseraError) in
            try check(slice, "Simulation.sampled")
            guard (0..<communicator.size).contains(root) else {
                throw .argument(
                    routine: "Simulation.sampled", name: "root", expected: "a rank below \(communicator.size)",
                    found: "\(root)")
            }
        }
        return gathered(field, slice, on: root)
    }

    /// Calls `body` on rank 0 with a slice of a field after each step whose number is a multiple of `steps`, in every run
    /// that follows. No tile goes past such a step.
    ///
    /// A value of a written field that is not finite ends the run instead, as ``requireFinite()`` does. An error that
    /// `body` throws ends the run on all ranks.
    ///
    /// - Throws, on all ranks: `TesseraError.argument` for a slice that is not the grid's, or steps below 1.
    public mutating func observe(
        _ field: S.Field, _ slice: GridSlice, every steps: Int,
        _ body: @escaping (FieldSample<S.Scalar>) throws(TesseraError) -> Void
    ) throws(TesseraError) {
        try communicator.agree("Simulation.observe", on: [field.rawValue, steps] + slice.words) {
            () throws(TesseraError) in
            try check(slice, "Simulation.observe")
            guard steps >= 1 else {
                throw .argument(routine: "Simulation.observe", name: "every", expected: "1 or more", found: "\(steps)")
            }
        }
        observers.append(Observer(field: field, slice: slice, interval: steps, body: body))
    }

    /// Forgets all callbacks. Local; to be called on all ranks.
    public mutating func removeObservers() { observers = [] }

    /// The words that a rank gives for a slice, as the model has them.
    package func sliceModel(_ slice: GridSlice) -> SliceModel {
        SliceModel(
            grid: HaloExchangeModel(extents: extents, shape: shape, periodic: extents.map { _ in false }, fields: []),
            axes: slice.indices(of: extents))
    }

    /// The callbacks that are due.
    func runObservers() throws(TesseraError) {
        for observer in observers where step.isMultiple(of: observer.interval) {
            let sample = gathered(observer.field, observer.slice, on: 0)
            if footprint.written.contains(observer.field.rawValue) {
                let isSound = sample?.values.allSatisfy(\.isFinite) ?? true
                if try communicator.agreedMaximum(isSound ? 0 : 1) > 0 { try requireFinite() }
            }
            try communicator.agree("Simulation.observe") { () throws(TesseraError) in
                if let sample { try observer.body(sample) }
            }
        }
    }

    private func check(_ slice: GridSlice, _ routine: String) throws(TesseraError) {
        if let misfit = slice.misfit(extents) {
            throw .argument(routine: routine, name: "slice", expected: misfit.expected, found: misfit.found)
        }
        // The parts of all ranks, and the slice put together from them.
        let cells = slice.extents(of: extents).reduce(1, *)
        try communicator.requireMemory(
            MemoryDemand(onOneRank: saturatingProduct(2, cells, MemoryLayout<S.Scalar>.stride)),
            for: "a slice of \(cells) cells on one rank")
    }

    private func gathered(_ field: S.Field, _ slice: GridSlice, on root: Int) -> FieldSample<S.Scalar>? {
        let model = sliceModel(slice)
        let total = model.axes.reduce(1) { $0 * $1.count }
        let own = cells(field, model)
        let parts = communicator.collectively("Simulation.sampled") { () throws(TesseraError) in
            try communicator.gatherVarying(own, to: root)
        }
        guard let parts else { return nil }
        var values = [S.Scalar](repeating: 0, count: total)
        for (rank, part) in parts.enumerated() where !part.isEmpty {
            let places = model.places(of: rank)
            var taken = 0
            eachPlace(places.dropLast()) { outer in
                var first = 0
                for (axis, place) in outer.enumerated() { first = first * model.axes[axis].count + place }
                let row = places[places.count - 1]
                first = first * model.axes[places.count - 1].count + row.lowerBound
                for k in 0..<row.count { values[first + k] = part[taken + k] }
                taken += row.count
            }
        }
        return FieldSample(slice: slice, step: step, time: time, extents: slice.extents(of: extents), values: values)
    }

    /// This rank's cells of a slice, in C order.
    private func cells(_ field: S.Field, _ model: SliceModel) -> [S.Scalar] {
        let places = model.places(of: communicator.rank)
        let origin = storage.origin(field.rawValue, ago: 0)
        let (strides, ranges) = (strides, localRanges)
        var values: [S.Scalar] = []
        values.reserveCapacity(places.reduce(1) { $0 * $1.count })
        eachPlace(places[...]) { place in
            var offset = 0
            for (axis, place) in place.enumerated() {
                let indices = model.axes[axis]
                offset += (indices.first + place * indices.step - ranges[axis].lowerBound) * strides[axis]
            }
            values.append(origin[offset])
        }
        return values
    }
}

/// One that is called with a slice.
struct Observer<S: MultiFieldStencil> {
    let field: S.Field
    let slice: GridSlice
    /// Steps between calls.
    let interval: Int
    let body: (FieldSample<S.Scalar>) throws(TesseraError) -> Void
}

/// Calls `body` with each point of a box, the last axis fastest; once with none where there are no axes.
private func eachPlace(_ ranges: ArraySlice<Range<Int>>, _ body: ([Int]) -> Void) {
    if ranges.contains(where: \.isEmpty) { return }
    let ranges = Array(ranges)
    var place = ranges.map(\.lowerBound)
    while true {
        body(place)
        var axis = ranges.count - 1
        while axis >= 0 {
            place[axis] += 1
            if place[axis] < ranges[axis].upperBound { break }
            place[axis] = ranges[axis].lowerBound
            axis -= 1
        }
        if axis < 0 { return }
    }
}
