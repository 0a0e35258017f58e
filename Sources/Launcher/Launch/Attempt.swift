// A rung of the ladder: one place and market where all nodes are asked for at once.

internal import Foundation

/// One try to get all nodes.
package struct Attempt: Hashable, Codable, Sendable {
    package enum End: Hashable, Codable, Sendable {
        case running
        case noCapacity(message: String)
        /// They were there, and then not all of them.
        case lost(message: String)
        case failed(message: String)
    }

    /// Counted from 1.
    package let number: Int
    package let zone: String
    package let type: String
    package let market: Market
    package let nodes: Int
    /// US$ an hour and node; nil where no price is known.
    package let price: Double?
    /// Nil while it goes on.
    package var end: End?

    package init(
        number: Int, zone: String, type: String, market: Market, nodes: Int, price: Double?, end: End? = nil
    ) {
        self.number = number
        self.zone = zone
        self.type = type
        self.market = market
        self.nodes = nodes
        self.price = price
        self.end = end
    }

    /// How it stands, in words.
    package var words: String {
        switch end {
        case nil: "asked"
        case .running: "running"
        case .noCapacity(let message): "no capacity: \(message)"
        case .lost(let message): "lost: \(message)"
        case .failed(let message): "failed: \(message)"
        }
    }

    /// The ladder as a table, a line a rung.
    package static func table(_ attempts: [Attempt]) -> String {
        let rows = attempts.map { attempt in
            [
                "\(attempt.number)", attempt.zone, attempt.type,
                attempt.market.rawValue.padding(toLength: 9, withPad: " ", startingAt: 0), "\(attempt.nodes)",
                attempt.price.map { dollars($0, digits: 3) } ?? "-", attempt.words,
            ]
        }
        return columns([["#", "zone", "type", "market", "nodes", "US$/h", ""]] + rows)
    }
}

/// Rows of equally many cells as lines, each column as wide as its widest cell.
func columns(_ rows: [[String]]) -> String {
    let widths = (rows.first?.indices).map { $0.map { column in rows.map { $0[column].count }.max() ?? 0 } } ?? []
    return rows.map { row in
        let line = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
        return String(line.reversed().drop { $0 == " " }.reversed())
    }.joined(separator: "\n")
}

/// An amount with so many digits behind the point.
func dollars(_ amount: Double, digits: Int = 2) -> String {
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let units = Int((amount * scale).rounded())
    let fraction = String(abs(units) % Int(scale))
    return "\(units / Int(scale)).\(String(repeating: "0", count: digits - fraction.count))\(fraction)"
}
