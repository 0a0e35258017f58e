// The nearest of the known words, for a key that was mistyped.
//
// Source: the restricted Damerau-Levenshtein distance: insertions, deletions, substitutions, swaps of neighbours.

/// Single-letter edits that lead from one word to the other.
func editDistance(_ a: String, _ b: String) -> Int {
    let a = Array(a.unicodeScalars)
    let b = Array(b.unicodeScalars)
    var beforePrevious = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    for i in a.indices {
        var current = [i + 1]
        for j in b.indices {
            var best = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, beforePrevious[j - 1] + 1) }
            current.append(best)
        }
        (beforePrevious, previous) = (previous, current)
    }
    return previous[b.count]
}

/// The known word that a mistyped one most likely stands for: at most a third of its letters differ, or two.
func nearest(to word: String, in known: [String]) -> String? {
    // A word of any length may stand in a file: only one that could be near is compared.
    guard word.count <= 64 else { return nil }
    let distances = known.map { (word: $0, distance: editDistance(word.lowercased(), $0)) }
    guard let best = distances.min(by: { $0.distance < $1.distance }) else { return nil }
    return best.distance <= max(2, best.word.count / 3) && best.distance < best.word.count ? best.word : nil
}
