public import Failures
internal import CShim

/// A communicator whose ranks stand on a grid of any number of axes, in C order: the last axis varies fastest.
///
/// The grid keeps the parent's rank order, so coordinates are plain arithmetic and cost no call into MPI.
public final class CartesianCommunicator {
    /// The ranks of the grid, to exchange messages with; its rank r is the parent's rank r.
    public let communicator: Communicator
    /// Ranks along each axis.
    public let dimensions: [Int]
    /// Whether each axis closes on itself.
    public let isPeriodic: [Bool]
    /// Where this rank stands.
    public let coordinates: [Int]

    /// Arranges the ranks of `parent` on a grid. Collective.
    ///
    /// - Parameters:
    ///   - parent: the ranks to arrange.
    ///   - dimensions: ranks along each axis; their product is the parent's size. See ``dimensions(of:axes:)``.
    ///   - isPeriodic: one flag an axis.
    /// - Throws: `TesseraError.argument` when the grid does not hold exactly the
    ///   parent's ranks.
    public init(_ parent: Communicator, dimensions: [Int], isPeriodic: [Bool]) throws(TesseraError) {
        let group = try parent.handle(for: "MPI_Cart_create")
        try parent.agree("CartesianCommunicator", on: dimensions + isPeriodic.map { $0 ? 1 : 0 }) {
            () throws(TesseraError) in
            guard !dimensions.isEmpty, dimensions.allSatisfy({ $0 > 0 }), product(dimensions) == parent.size else {
                throw .argument(
                    routine: "CartesianCommunicator", name: "dimensions",
                    expected: "positive numbers with the product \(parent.size)", found: "\(dimensions)")
            }
            guard isPeriodic.count == dimensions.count else {
                throw .argument(
                    routine: "CartesianCommunicator", name: "isPeriodic", expected: "\(dimensions.count) flags",
                    found: "\(isPeriodic.count)")
            }
        }
        var grid: OpaquePointer? = nil
        try check(
            MPI_Cart_create(
                group, Int32(dimensions.count), dimensions.map(Int32.init), isPeriodic.map { $0 ? 1 : 0 }, 0, &grid),
            "MPI_Cart_create")
        communicator = try Communicator(adopting: grid!)
        self.dimensions = dimensions
        self.isPeriodic = isPeriodic
        coordinates = unravelled(communicator.rank, dimensions)
    }

    private init(
        _ communicator: Communicator, _ dimensions: [Int], _ isPeriodic: [Bool]
    ) {
        self.communicator = communicator
        self.dimensions = dimensions
        self.isPeriodic = isPeriodic
        coordinates = unravelled(communicator.rank, dimensions)
    }

    /// Where a rank stands.
    public func coordinates(of rank: Int) throws(TesseraError) -> [Int] {
        guard (0..<communicator.size).contains(rank) else {
            throw .argument(
                routine: "coordinates", name: "rank", expected: "0 ..< \(communicator.size)", found: "\(rank)")
        }
        return unravelled(rank, dimensions)
    }

    /// The rank at these coordinates; periodic axes wrap around. Nil past an open edge.
    public func rank(at coordinates: [Int]) -> Int? {
        precondition(coordinates.count == dimensions.count, "one coordinate an axis")
        var rank = 0
        for (axis, extent) in dimensions.enumerated() {
            var place = coordinates[axis]
            if isPeriodic[axis] {
                place %= extent
                if place < 0 { place += extent }
            }
            guard (0..<extent).contains(place) else { return nil }
            rank = rank * extent + place
        }
        return rank
    }

    /// The partners of a shift by `distance` along one axis: this rank sends to `destination` and receives from
    /// `source`. Nil where the partner would stand past an open edge. On a periodic axis of one rank both are this rank
    /// itself.
    public func shift(_ axis: Int, by distance: Int) -> (source: Int?, destination: Int?) {
        var behind = coordinates
        var ahead = coordinates
        behind[axis] -= distance
        ahead[axis] += distance
        return (rank(at: behind), rank(at: ahead))
    }

    /// The ranks that share this rank's place on every axis but the `axes` named: of a matrix grid, `subgrid(of: [1])`
    /// is this rank's row and `subgrid(of: [0])` its column. Collective.
    public func subgrid(of axes: [Int]) throws(TesseraError) -> CartesianCommunicator {
        let group = try communicator.handle(for: "MPI_Cart_sub")
        try communicator.agree("subgrid", on: axes) { () throws(TesseraError) in
            guard !axes.isEmpty, axes.allSatisfy(dimensions.indices.contains) else {
                throw .argument(
                    routine: "subgrid", name: "axes", expected: "axes of 0 ..< \(dimensions.count)", found: "\(axes)")
            }
        }
        let kept = dimensions.indices.filter(axes.contains)
        var part: OpaquePointer? = nil
        try check(MPI_Cart_sub(group, dimensions.indices.map { kept.contains($0) ? 1 : 0 }, &part), "MPI_Cart_sub")
        return CartesianCommunicator(
            try Communicator(adopting: part!), kept.map { dimensions[$0] }, kept.map { isPeriodic[$0] })
    }

    /// Frees the grid's communicator. Collective.
    public func close() throws(TesseraError) { try communicator.close() }

    /// The most even grid for this many ranks: `axes` factors, largest first, whose largest is as small as can be, then
    /// the next.
    public static func dimensions(of count: Int, axes: Int) throws(TesseraError) -> [Int] {
        guard count > 0, axes > 0 else {
            throw .argument(
                routine: "dimensions", name: count > 0 ? "axes" : "count", expected: "a positive number",
                found: "\(count > 0 ? axes : count)")
        }
        return balanced(count, axes, limit: count)!
    }
}

/// `count` as `axes` factors of at most `limit`, largest first and smallest in lexical order.
private func balanced(_ count: Int, _ axes: Int, limit: Int) -> [Int]? {
    if axes == 1 { return count <= limit ? [count] : nil }
    for first in stride(from: 1, through: min(limit, count), by: 1) where count.isMultiple(of: first) {
        if let rest = balanced(count / first, axes - 1, limit: first) { return [first] + rest }
    }
    return nil
}

/// The product, or nil where it leaves `Int`.
private func product(_ factors: [Int]) -> Int? {
    var result = 1
    for factor in factors {
        let (next, overflow) = result.multipliedReportingOverflow(by: factor)
        if overflow { return nil }
        result = next
    }
    return result
}

private func unravelled(_ rank: Int, _ dimensions: [Int]) -> [Int] {
    var rest = rank
    var coordinates = dimensions
    for axis in dimensions.indices.reversed() {
        coordinates[axis] = rest % dimensions[axis]
        rest /= dimensions[axis]
    }
    return coordinates
}
