internal import Foundation

/// A stationary, isotropic covariance function k(r) of the distance r, with k(0) = `variance`.
///
/// With s = r / ℓ (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, section 4.2.1):
/// squared exponential σ² exp(-s²/2); exponential σ² exp(-s); Matérn 3/2 σ² (1 + √3 s) exp(-√3 s);
/// Matérn 5/2 σ² (1 + √5 s + 5/3 s²) exp(-√5 s).
package struct CovarianceFunction: Sendable {
    package enum Family: Sendable, CaseIterable {
        case squaredExponential, exponential, matern32, matern52
    }

    package var family: Family
    /// ℓ, in the unit of distances.
    package var lengthScale: Double
    /// σ², in the square of the field's unit.
    package var variance: Double

    package init(family: Family, lengthScale: Double, variance: Double) {
        self.family = family
        self.lengthScale = lengthScale
        self.variance = variance
    }

    /// k of the squared distance.
    @inline(__always)
    package func callAsFunction(squaredDistance d2: Double) -> Double {
        switch family {
        case .squaredExponential:
            return variance * exp(-0.5 * d2 / (lengthScale * lengthScale))
        case .exponential:
            return variance * exp(-(d2.squareRoot() / lengthScale))
        case .matern32:
            let s = (3 * d2).squareRoot() / lengthScale
            return variance * (1 + s) * exp(-s)
        case .matern52:
            let s = (5 * d2).squareRoot() / lengthScale
            return variance * (1 + s + s * s / 3) * exp(-s)
        }
    }
}
