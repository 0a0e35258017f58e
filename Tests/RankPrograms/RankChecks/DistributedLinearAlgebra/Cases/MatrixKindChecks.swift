// The kinds of matrices are what their names say: singular values and eigenvalues from LAPACK.

import DistributedLinearAlgebra
import LinearAlgebra
import MessagePassing

let matrixKindsCheck = RankCheck("kinds of matrices") { _ in
    struct Body: ScalarBody {
        func run<Scalar: LinearScalar>(_: Scalar.Type) throws {
            for kind in MatrixKind.allCases { try checkKind(kind, Scalar.self) }
        }
    }
    try forEachScalar(Body())
}

private func checkKind<Scalar: LinearScalar>(_ kind: MatrixKind, _: Scalar.Type) throws {
    let (m, n) = (20, 24)
    let name = "\(kind) \(Scalar.typeName)"
    var general = kind.general(m, n, seed: 1, Scalar.self)
    var view = general.mutableView
    let singular = try singularValues(&view).map { Double($0) }
    var hermitian = kind.hermitian(n, seed: 2, Scalar.self)
    var square = hermitian.mutableView
    let eigen = try hermitianEigenvalues(&square, .lower).map { Double($0) }
    let eps = Double(Scalar.unitRoundoff)
    // LAPACK finds the small eigenvalues of a graded matrix, and zero, up to rounding of the large ones only.
    if kind != .graded, kind != .zeroColumns {
        expectEqual(eigen[0] > 0, kind.failingMinor(n) == nil, "\(name): smallest eigenvalue \(eigen[0])")
    }
    switch kind {
    case .clustered:
        let spread = 100 * eps * Double(n)
        expect(singular[..<(m / 2)].allSatisfy { abs($0 - 1) < spread }, "\(name): \(singular)")
        expect(singular[(m / 2)...].allSatisfy { abs($0 - 0x1p-10) < spread }, "\(name): \(singular)")
    case .illConditioned:
        let ratio = singular[m - 1] / singular[0] / eps
        expect(ratio > 4 && ratio < 64, "\(name): \(ratio) eps")
        expect(eigen[0] / eigen[n - 1] < 100 * eps * Double(n), "\(name): \(eigen)")
    case .graded:
        expect(singular[0] > 1e4 * singular[m / 2], "\(name): \(singular)")
    case .zeroColumns:
        expect(singular[m - 1] > 1e-3, "\(name): the other columns are independent: \(singular)")
        let plain = kind.general(m, n, seed: 1, Scalar.self)
        expect((0..<m).allSatisfy { plain[$0, n / 2] == .zero }, "\(name)")
    case .indefinite:
        expect(eigen[n - 1] > 0, "\(name): \(eigen)")
    case .random, .dominant, .huge, .tiny, .growth:
        expect(singular[0] < 1e3 * singular[m - 1], "\(name): \(singular)")
    }
}
