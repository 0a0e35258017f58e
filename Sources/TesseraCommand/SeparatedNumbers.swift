// Options that hold several whole numbers.

import ArgumentParser

/// "1000,2000" as numbers from 1 on.
func commaSeparated(_ text: String) throws -> [Int] { try positive(text, separator: ",") }

/// "512x512" as numbers from 1 on.
func crossSeparated(_ text: String) throws -> [Int] { try positive(text, separator: "x") }

private func positive(_ text: String, separator: Character) throws -> [Int] {
    try text.split(separator: separator, omittingEmptySubsequences: false).map { part in
        guard let number = Int(part), number >= 1 else {
            throw ValidationError("expected whole numbers from 1 on, joined by '\(separator)', found '\(text)'")
        }
        return number
    }
}
