// How LU avoids small pivots, its choice and what that asks of the matrix.
//
//     partial       the largest of a column: |L| <= 1                        one reduction for each column
//     threshold     one within τ of it that spares moving rows: |L| <= 1/τ    one reduction for each column
//     tournament    the rows of a panel by matches on a tree                  one reduction for each panel
//     butterflies   none: A is mixed at random before                         none; A's elements cross four times at most

internal import Failures
internal import LinearAlgebra

/// How LU avoids small pivots.
///
/// The magnitude of a complex pivot is |Re| + |Im|. The bounds of L are those of these magnitudes, of moduli √2 times as
/// much.
public enum Pivoting: Hashable, Sendable {
    /// The largest element of the column: |L| <= 1, and the safest.
    case partial
    /// A tournament of the panel's rows (communication-avoiding LU): one exchange of messages for each panel, where
    /// partial pivoting takes one for each column. L stays below a few units in practice; the bound is 2 to the power of
    /// the panel's width times the rounds.
    case tournament
    /// An element of at least this share of the column's largest, above 0 and at most 1, where that spares moving rows:
    /// the diagonal's own, or one of its process row. |L| <= 1 / share.
    case threshold(Double = 0.5)
    /// No pivots: A is multiplied by random butterflies from both sides first (Parker, 1995), which makes small pivots
    /// unlikely and does not rule them out. For square matrices.
    ///
    /// The growth of the elements is not bounded, so that a solution should be refined (``LU/refine(_:of:_:)``; `solve`
    /// does) and its backward error looked at.
    ///
    /// - Parameters:
    ///   - depth: levels of butterflies, 1 or more: each row and column becomes a mixture of 2^depth, as far as the
    ///     order allows. One or two do.
    ///   - seed: of the random numbers. They do not depend on grid and block size.
    case randomButterflies(depth: Int = 2, seed: UInt64 = 1)

    /// The pivoting as words, for entry checks and checkpoints.
    var words: [Int] {
        switch self {
        case .partial: [0, 0, 0]
        case .tournament: [1, 0, 0]
        case .threshold(let factor): [2, factor.bits, 0]
        case .randomButterflies(let depth, let seed): [3, depth, Int(bitPattern: UInt(seed))]
        }
    }

    /// The pivoting of ``words``; nil for other words.
    init?(words: [Int]) {
        guard words.count == 3 else { return nil }
        let pivoting: Pivoting? =
            switch words[0] {
            case 0: .partial
            case 1: .tournament
            case 2: .threshold(Double(bits: words[1]))
            case 3: .randomButterflies(depth: words[1], seed: UInt64(UInt(bitPattern: words[2])))
            default: nil
            }
        guard let pivoting, pivoting.fault == nil else { return nil }
        self = pivoting
    }

    var isByButterflies: Bool { if case .randomButterflies = self { true } else { false } }

    /// The butterflies of a matrix of this order; nil for the other pivotings.
    func butterflies<Real: LinearReal>(_: Real.Type, order: Int) -> Butterflies<Real>? {
        guard case .randomButterflies(let depth, let seed) = self else { return nil }
        return Butterflies(order: order, depth: depth, seed: seed)
    }

    /// What is wrong with a parameter: what was expected, and what found.
    private var fault: (expected: String, found: String)? {
        switch self {
        // A NaN fails the comparison.
        case .threshold(let factor) where !(factor > 0 && factor <= 1):
            ("a threshold above 0 and not above 1", "\(factor)")
        case .randomButterflies(let depth, _) where depth < 1: ("butterflies of a depth of 1 or more", "\(depth)")
        default: nil
        }
    }

    /// Refuses parameters out of range, and butterflies for a matrix that is not square. On all ranks alike.
    func require(_ routine: String, _ rows: Int, _ columns: Int) throws(TesseraError) {
        if let fault {
            throw .argument(routine: routine, name: "pivoting", expected: fault.expected, found: fault.found)
        }
        if isByButterflies, rows != columns {
            throw .argument(
                routine: routine, name: "pivoting", expected: "a square matrix for random butterflies",
                found: "\(rows)x\(columns)")
        }
    }
}
