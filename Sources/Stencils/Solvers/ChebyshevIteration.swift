// Chebyshev's iteration on D⁻¹A for a system that is symmetric positive definite: an application of A a step and no sums but
// those that take the residual's norm, every ten steps.
//
// The largest eigenvalue is bounded by the rows (Gershgorin). The smallest is estimated by Lanczos' method (Saad, Iterative
// Methods for Sparse Linear Systems, 6.7.3), and again from the residuals: after m steps the part of the error at an eigenvalue
// λ below the estimate a has become T_m((θ - λ) / δ) / T_m(θ / δ) of what it was, so that a residual which falls too slowly
// shows λ. The iteration begins anew with every estimate, and after so many steps that the interval is well damped.

import Failures
import Foundation
import MessagePassing

/// The vectors of Chebyshev's iteration.
struct ChebyshevIteration<Scalar: StencilScalar> {
    let grid: GridOperator<Scalar>
    let rows: OperatorRows<Scalar>
    /// r, d and q; the first two hold the last residual and direction.
    let r: GridField<Scalar>
    let d: GridField<Scalar>
    let q: GridField<Scalar>

    /// Steps between two norms.
    static var stride: Int { 10 }
    static var lanczosSteps: Int { 20 }

    /// Improves x until the residual is within the run's goal.
    ///
    /// - Parameter given: bounds of D⁻¹A's eigenvalues, zero for constants apart; nil has them estimated.
    func solve(
        _ x: GridField<Scalar>, _ b: GridField<Scalar>, bounds given: ClosedRange<Double>?,
        _ run: inout SolverRun<Scalar>
    ) throws(TesseraError) -> (outcome: SolverOutcome, residual: Double) {
        try run.residual(grid, b, x, into: r)
        var norm = try r.norm()
        run.note(norm)
        guard norm.isFinite else { return (.notFinite, norm) }
        if norm <= run.goal { return (.converged, norm) }
        var lower = given?.lowerBound ?? 0
        let upper = given?.upperBound ?? rows.bound
        if given == nil {
            let spectrum = try LanczosSpectrum(grid, rows, steps: Self.lanczosSteps, x: d, r: r, q: q)
            run.applications += spectrum.steps
            guard spectrum.smallest > 0 else { return (.notPositiveDefinite, norm) }
            lower = Swift.min(spectrum.smallest, upper)
        }
        var watch = StagnationWatch(patience: 20)
        while true {
            // The residual of x, and a fresh recurrence: r was the Lanczos vectors', or has drifted.
            try run.residual(grid, b, x, into: r)
            norm = try r.norm()
            run.note(norm)
            guard norm.isFinite else { return (.notFinite, norm) }
            if norm <= run.goal { return (.converged, norm) }
            if watch.hasStagnated(at: norm) { return (.stagnated, norm) }
            let start = norm
            var recurrence = ChebyshevRecurrence(lower: lower, upper: upper)
            let length = Swift.max(2 * Self.stride, Int(2 * (upper / lower).squareRoot()))
            var steps = 0
            while steps < length {
                guard try run.begins() else {
                    try run.residual(grid, b, x, into: r)
                    return (.iterationLimit, try r.norm())
                }
                if steps > 0 {
                    try grid.apply(d, into: q)
                    run.applications += 1
                    r.add(-1, times: q)
                }
                let (scale, factor) = recurrence.next()
                d.step(Scalar(scale), Scalar(factor), rows.inverseDiagonal, r, to: x)
                steps += 1
                guard steps % Self.stride == 0 || steps == length else { continue }
                // The norm of the residual before the last direction.
                norm = try r.norm()
                run.note(norm)
                if norm <= run.goal || !norm.isFinite || norm > 2 * start { break }
            }
            guard given == nil, norm.isFinite, norm > run.goal else { continue }
            if let slower = slowest(reduction: norm / start, steps: steps - 1, recurrence, lower) {
                guard slower > 0 else { return (.notPositiveDefinite, norm) }
                lower = slower
            }
        }
    }

    /// The eigenvalue below `lower` that explains a reduction in so many steps; nil where none is needed to.
    private func slowest(
        reduction: Double, steps: Int, _ recurrence: ChebyshevRecurrence, _ lower: Double
    ) -> Double? {
        guard steps > 0, recurrence.delta > 0 else { return nil }
        let m = Double(steps)
        let damping = cosh(m * acosh(recurrence.theta / recurrence.delta))
        let growth = reduction * damping
        // Twice the damping of the interval is within what its own eigenvalues may show.
        guard growth > 2, growth.isFinite else { return nil }
        let place = recurrence.theta - recurrence.delta * cosh(acosh(growth) / m)
        return place < lower ? (place > 0 ? place : lower / 4) : nil
    }
}

/// The ends of the spectrum of D⁻¹A as some steps of Lanczos' method see it, from a right-hand side that no symmetry hides.
package struct LanczosSpectrum {
    let smallest: Double
    let largest: Double
    let steps: Int

    /// By conjugate gradients on A x = b, whose factors are the entries of Lanczos' tridiagonal matrix.
    init<Scalar: StencilScalar>(
        _ grid: GridOperator<Scalar>, _ rows: OperatorRows<Scalar>, steps: Int, x p: GridField<Scalar>,
        r: GridField<Scalar>, q: GridField<Scalar>
    ) throws(TesseraError) {
        r.fill { index in
            var hash: UInt64 = 0x9e37_79b9_7f4a_7c15
            for axis in 0..<3 {
                hash = (hash ^ UInt64(bitPattern: Int64(index.canonical[axis]))) &* 0x0000_0100_0000_01b3
                hash ^= hash >> 29
            }
            return Scalar(Double(hash >> 11) * 0x1p-53 - 0.5)
        }
        if rows.annihilatesConstants { r.add(Scalar(-(try r.sum() / Double(r.count)))) }
        var (diagonal, offDiagonal): ([Double], [Double]) = ([], [])
        var (rho, alpha, beta) = (0.0, 0.0, 0.0)
        let first = try r.norm()
        for step in 0..<steps {
            q.setProduct(rows.inverseDiagonal, r)
            let after = try r.dot(q)
            // The vectors that r can lead to are all found.
            guard after > 0, after.isFinite, try r.norm() > 1e-6 * first else { break }
            if step == 0 {
                p.copy(q)
            } else {
                beta = after / rho
                p.scale(Scalar(beta), adding: q)
            }
            rho = after
            try grid.apply(p, into: q)
            let curvature = try p.dot(q)
            guard curvature.isFinite else { break }
            let last = alpha
            alpha = rho / curvature
            diagonal.append(1 / alpha + (step > 0 ? beta / last : 0))
            if step > 0 { offDiagonal.append(beta.squareRoot() / last) }
            // A direction of no or negative curvature: the matrix shows it.
            guard curvature > 0 else { break }
            r.add(Scalar(-alpha), times: q)
        }
        self.steps = diagonal.count
        smallest = Self.eigenvalue(0, diagonal, offDiagonal)
        largest = Self.eigenvalue(diagonal.count - 1, diagonal, offDiagonal)
    }

    /// An eigenvalue of a symmetric tridiagonal matrix, counted from the smallest, by bisection on Sturm's count.
    package static func eigenvalue(_ number: Int, _ diagonal: [Double], _ offDiagonal: [Double]) -> Double {
        guard !diagonal.isEmpty else { return .nan }
        func neighbours(_ i: Int) -> Double {
            (i > 0 ? offDiagonal[i - 1].magnitude : 0) + (i < offDiagonal.count ? offDiagonal[i].magnitude : 0)
        }
        var low = diagonal.indices.map { diagonal[$0] - neighbours($0) }.min()!
        var high = diagonal.indices.map { diagonal[$0] + neighbours($0) }.max()!
        guard low.isFinite, high.isFinite else { return .nan }
        for _ in 0..<200 {
            let middle = low + (high - low) / 2
            guard middle > low, middle < high else { break }
            var below = 0
            var pivot = 1.0
            for (i, entry) in diagonal.enumerated() {
                let coupling = i > 0 ? offDiagonal[i - 1] * offDiagonal[i - 1] : 0
                pivot = entry - middle - (i > 0 ? coupling / pivot : 0)
                if pivot == 0 { pivot = -.leastNormalMagnitude }
                if pivot < 0 { below += 1 }
            }
            if below > number { high = middle } else { low = middle }
        }
        return low
    }
}
