internal import Foundation

extension JobSummary {
    /// The labels as the head of a table whose rows are ``tableRow``.
    package var tableHeader: String { row(facts.map(\.label)) }

    /// The values in columns as wide as the labels need.
    package var tableRow: String { row(facts.map(\.text)) }

    private func row(_ cells: [String]) -> String {
        cells.enumerated().map { place, cell in
            // The first column names the routine; numbers stand to the right.
            let width = max(facts[place].label.count, place == 0 ? 8 : 9)
            let gap = String(repeating: " ", count: max(0, width - cell.count))
            return place == 0 ? cell + gap : gap + cell
        }.joined(separator: "  ")
    }
}
