// The coefficients of Chebyshev's iteration on D⁻¹A with eigenvalues in [a, b] (Saad, Iterative Methods for Sparse Linear
// Systems, algorithm 12.1): with θ = (a + b) / 2, δ = (b - a) / 2 and σ = θ / δ
//
//     ρ₀ = 1 / σ,  d₀ = D⁻¹r / θ,  ρ_k = 1 / (2σ - ρ_{k-1}),  d_k = ρ_k ρ_{k-1} d_{k-1} + (2 ρ_k / δ) D⁻¹r,  x += d_k
//
// After m steps the error's part at the eigenvalue λ is T_m((θ - λ) / δ) / T_m(σ) of what it was.

/// The factors of one step after another.
struct ChebyshevRecurrence {
    let theta: Double
    let delta: Double
    private var rho = 0.0

    init(lower: Double, upper: Double) {
        theta = (lower + upper) / 2
        delta = (upper - lower) / 2
    }

    /// What the last direction, and D⁻¹r, are multiplied with in the next step.
    mutating func next() -> (scale: Double, factor: Double) {
        guard delta > 0 else { return (0, 1 / theta) }
        let sigma = theta / delta
        guard rho != 0 else {
            rho = 1 / sigma
            return (0, 1 / theta)
        }
        let after = 1 / (2 * sigma - rho)
        defer { rho = after }
        return (after * rho, 2 * after / delta)
    }
}
