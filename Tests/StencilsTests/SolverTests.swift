import Foundation
import Stencils
import Testing

@Suite("Parts of the solvers")
struct SolverTests {
    /// The second difference of n points has the eigenvalues 2 - 2 cos(k π / (n + 1)).
    @Test(arguments: [1, 2, 7, 40])
    func eigenvaluesOfATridiagonalMatrix(n: Int) {
        let diagonal = [Double](repeating: 2, count: n)
        let beside = [Double](repeating: -1, count: n - 1)
        for k in 0..<n {
            let expected = 2 - 2 * cos(Double(k + 1) * .pi / Double(n + 1))
            #expect(abs(LanczosSpectrum.eigenvalue(k, diagonal, beside) - expected) < 1e-14)
        }
        #expect(LanczosSpectrum.eigenvalue(0, [], []).isNaN)
        #expect(LanczosSpectrum.eigenvalue(0, [.nan, 1], [1]).isNaN)
        #expect(abs(LanczosSpectrum.eigenvalue(1, [3, -5, 4], [0, 0]) - 3) < 1e-14)
    }
}
