// Exact answers of explicit schemes: products over the axes of sines or cosines that one step of a symmetric difference
// operator multiplies by a number, to the last few bits of every cell and at every step.
//
//     ends                  value at cell i        angle θ          sides
//     periodic              cos(θ i)               2 π k / n
//     zero                  sin(θ (i + 1))         π k / (n + 1)    Dirichlet: the first cell outside is 0
//     mirrored              cos(θ (i + 1/2))       π k / n          Neumann: the face is a mirror
//
//     heat, r = α dt / h²:     u(n) = (1 - 4 Σ_d r sin²(θ_d / 2))^n u(0)
//     wave, r = (c dt / h)²:   u(n) = cos(n ω) u(0),   sin²(ω / 2) = r Σ_d Σ_m c_m sin²(m θ_d / 2)
//
// with c_m the weights of the second difference at distance m, of order 2, 4, 6 or 8.

internal import RealModule

/// A product of waves over the axes of a grid.
package struct DiscreteMode: Sendable {
    /// What lies at both ends of an axis.
    package enum Ends: String, Hashable, Sendable, CaseIterable {
        case periodic, zero, mirrored

        package var boundary: Boundary {
            switch self {
            case .periodic: .periodic
            case .zero: .dirichlet(0)
            case .mirrored: .neumann
            }
        }

        fileprivate func angle(_ waves: Int, _ cells: Int) -> Double {
            switch self {
            case .periodic: 2 * .pi * Double(waves) / Double(cells)
            case .zero: .pi * Double(waves) / Double(cells + 1)
            case .mirrored: .pi * Double(waves) / Double(cells)
            }
        }

        fileprivate func value(_ angle: Double, _ cell: Int) -> Double {
            switch self {
            case .periodic: Double.cos(angle * Double(cell))
            case .zero: Double.sin(angle * Double(cell + 1))
            case .mirrored: Double.cos(angle * (Double(cell) + 0.5))
            }
        }
    }

    /// Radians from a cell to the next along each axis.
    package let angles: [Double]
    package let boundary: [Boundary]
    private let factors: [[Double]]

    /// - Parameters:
    ///   - waves: how many along each axis; half-waves where it is not periodic.
    ///   - ends: what lies at the ends of each axis.
    ///   - extents: the cells along each axis.
    package init(waves: [Int], ends: [Ends], extents: [Int]) {
        let angles = extents.indices.map { ends[$0].angle(waves[$0], extents[$0]) }
        factors = extents.indices.map { axis in
            (0..<extents[axis]).map { ends[axis].value(angles[axis], $0) }
        }
        self.angles = angles
        boundary = ends.map(\.boundary)
    }

    /// The mode at a cell.
    package func callAsFunction(_ index: GridIndex) -> Double {
        factors.indices.reduce(1) { $0 * factors[$1][index[$1]] }
    }

    /// By what a step of u + r Σ_d δ²_d u multiplies it.
    package func heatFactor(_ r: Double) -> Double {
        angles.reduce(1) { $0 - 4 * r * squaredSine($1 / 2) }
    }

    /// ω, the radians of a leapfrog step with the Laplacian of an order.
    package func waveFrequency(_ r: Double, order: Int) -> Double {
        let weights: [Double] =
            switch order {
            case 2: [1]
            case 4: [4.0 / 3, -1.0 / 12]
            case 6: [3.0 / 2, -3.0 / 20, 1.0 / 90]
            default: [8.0 / 5, -1.0 / 5, 8.0 / 315, -1.0 / 560]
            }
        let sum = angles.reduce(0.0) { sum, angle in
            weights.enumerated().reduce(sum) { $0 + $1.element * squaredSine(Double($1.offset + 1) * angle / 2) }
        }
        return 2 * Double.asin((r * sum).squareRoot())
    }
}

private func squaredSine(_ angle: Double) -> Double { Double.sin(angle) * Double.sin(angle) }

/// The stencil of the Parallel Research Kernels: in(i, j) = i + π j at first, and in each iteration
///
///     out += Σ w in  on the cells at least R from every edge,   in += 1
///
/// where Σ w in = 1 + π, so that after s iterations out = s (1 + π) there and 0 elsewhere. A transpose, or a cancelled sign,
/// would show.
package struct ResearchKernel: Sendable {
    package let radius: Int
    package let extents: [Int]

    package init(radius: Int, extents: [Int]) { (self.radius, self.extents) = (radius, extents) }

    package func input(_ index: GridIndex) -> Double { Double(index[0]) + .pi * Double(index[1]) }

    package func output(_ index: GridIndex, after iterations: Int) -> Double {
        let isInside = (0..<2).allSatisfy { (radius...(extents[$0] - radius - 1)).contains(index[$0]) }
        return isInside ? Double(iterations) * (1 + .pi) : 0
    }

    /// The largest value of the input after some iterations: what rounding is measured by.
    package func largestInput(after iterations: Int) -> Double {
        Double(extents[0] + iterations) + .pi * Double(extents[1])
    }
}
