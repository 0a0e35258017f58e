import Failures
import Stencils
import Testing

private struct Heat: Stencil {
    var r: Double
    @inlinable func update<L: Lane>(_ u: Taps<L>) -> L {
        u[0, 0] + r * (u[1, 0] + u[-1, 0] + u[0, 1] + u[0, -1] - 4 * u[0, 0])
    }
}

private struct Wide: Stencil {
    typealias Scalar = Float
    var order: Int
    @inlinable func update<L: Lane>(_ u: Taps<L>) -> L { u.laplacian(order: order) }
}

private struct Leapfrog: MultiFieldStencil {
    enum Field: Int, FieldName { case height, speed }
    @inlinable func update<L: Lane>(_ cell: Cell<L, Field>) -> Updates {
        let u = cell[.height]
        let c = cell[.speed].center
        return cell.next((.height, 2 * u.center - cell[.height, ago: 1].center + c * u.laplacian()))
    }
}

private struct Functions: Stencil {
    @inlinable func update<L: Lane>(_ u: Taps<L>) -> L {
        let jump = abs(-u[2]) - sqrt(u[-1])
        return select(jump < 0, min(jump, 1), u[0]) / L(2 * 3)
    }
}

private struct Misuse: MultiFieldStencil {
    enum Field: Int, FieldName { case a, b }
    enum Fault: CaseIterable { case subscripts, axis, twice, level, late }
    var fault: Fault
    @inlinable func update<L: Lane>(_ cell: Cell<L, Field>) -> Updates {
        let a = cell[.a]
        switch fault {
        case .subscripts: return cell.next((.a, a[0]))
        case .axis: return cell.next((.a, a.along(2, 1)))
        case .twice: return cell.next((.a, a[0, 0]), (.a, a[0, 1]))
        case .level: return cell.next((.a, cell[.a, ago: 3][0, 0]))
        case .late:
            _ = cell.next((.a, a[0, 0]))
            return cell.next((.b, a[0, 0]))
        }
    }
}

private struct SparseNames: MultiFieldStencil {
    enum Field: Int, FieldName { case a = 1, b = 5 }
    @inlinable func update<L: Lane>(_ cell: Cell<L, Field>) -> Updates { cell.next((.a, cell[.b].center)) }
}

@Suite("Footprints")
struct FootprintTests {
    @Test func fivePoints() throws {
        let footprint = try Footprint(of: Heat(r: 0.1), axes: 2)
        #expect(footprint.flops == 7)
        #expect(
            footprint.offsets(field: 0)
                == [SIMD3(0, 0, 0), SIMD3(0, 1, 0), SIMD3(0, -1, 0), SIMD3(0, 0, 1), SIMD3(0, 0, -1)])
        #expect(footprint.radius == 1)
        #expect(!footprint.readsCorners(of: 0))
        #expect(footprint.levels(of: 0) == 2)
        #expect(footprint.scalarsPerPoint == 3)
    }

    @Test(arguments: [2, 4, 6, 8], [1, 2, 3])
    func wideStars(order: Int, axes: Int) throws {
        let footprint = try Footprint(of: Wide(order: order), axes: axes)
        #expect(footprint.radius == order / 2)
        #expect(footprint.offsets(field: 0).count == 1 + axes * order)
        // order/2 rings of 2 axes - 1 additions, each weighted (but of weight 1 at order 2) and added; one centre.
        let weighted = order == 2 ? 0 : order / 2
        #expect(footprint.flops == order / 2 * 2 * axes + weighted + 1)
    }

    @Test func leapfrogReplacesTheOldestLevel() throws {
        let footprint = try Footprint(of: Leapfrog(), axes: 3)
        #expect(footprint.written == [0])
        #expect(footprint.oldestLevel(of: 0) == 1)
        #expect(footprint.writesOverOldest(of: 0))
        #expect(footprint.levels(of: 0) == 2)
        #expect(footprint.levels(of: 1) == 1)
        // u, u(t-1) and the speed are read, u(t+1) is written in place of u(t-1).
        #expect(footprint.scalarsPerPoint == 4)
        #expect(footprint.reach(of: 1).lower == .zero)
    }

    @Test func functionsCountAndReachIsAsymmetric() throws {
        let footprint = try Footprint(of: Functions(), axes: 1)
        // sqrt, -, <, min's comparison, /; 2 * 3 is a number.
        #expect(footprint.flops == 5)
        let reach = footprint.reach(of: 0)
        #expect(reach.lower == SIMD3(0, 0, 1) && reach.upper == SIMD3(0, 0, 2))
    }

    @Test(arguments: Misuse.Fault.allCases)
    fileprivate func misuseIsRefused(fault: Misuse.Fault) {
        #expect(throws: TesseraError.self) { try Footprint(of: Misuse(fault: fault), axes: 2) }
    }

    @Test func fieldsMustCountFromZero() {
        #expect(throws: TesseraError.self) { try Footprint(of: SparseNames(), axes: 1) }
    }
}
