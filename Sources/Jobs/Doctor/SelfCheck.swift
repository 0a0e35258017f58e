// A small solve whose residual is known to be small: finds an OpenBLAS or LAPACKE that computes wrongly.

internal import Tessera

/// HPL's residual ‖A x - b‖ / (ε (‖A‖ ‖x‖ + ‖b‖) n) of a random system of order 300, solved on this process alone by LU:
/// below 16 when the library is sound.
func selfCheckResidual() throws(TesseraError) -> Double {
    let n = 300
    let random = IndexedRandom(seed: 7)
    let a = Matrix<Double>(rows: n, columns: n) { random.element($0, $1) }
    var factors = Matrix<Double>(rows: n, columns: n) { random.element($0, $1) }
    var x = Matrix<Double>(rows: n, columns: 1) { i, _ in random.element(i, n) }
    var factorView = factors.mutableView
    let pivots = try factorLU(&factorView)
    var solution = x.mutableView
    try solveLU(factors.view, pivots, &solution)

    var (error, normA, normX, normB) = (0.0, 0.0, 0.0, 0.0)
    for i in 0..<n {
        let b: Double = random.element(i, n)
        var (sum, row) = (-b, 0.0)
        for j in 0..<n {
            sum += a[i, j] * x[j, 0]
            row += abs(a[i, j])
        }
        error = error.isNaN || sum.isNaN ? .nan : max(error, abs(sum))
        normA = max(normA, row)
        normX = max(normX, abs(x[i, 0]))
        normB = max(normB, abs(b))
    }
    return error / (Double.unitRoundoff * (normA * normX + normB) * Double(n))
}
