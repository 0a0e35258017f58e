// The sliver of Python's literal syntax that a .npy header uses: a dictionary of strings to a string, a bool, or a
// sequence of integers. Any order of keys, either quote, any spacing, a trailing comma, and the L of old integers.

/// A value in a header's dictionary.
enum PythonLiteral: Equatable {
    case string(String)
    case bool(Bool)
    case integer(Int)
    /// A tuple or list; nil where it holds anything but integers that fit in 64 bits.
    case sequence([Int]?)
}

struct PythonScanner {
    /// What the scanner needed to see, and where in the text.
    struct Fault: Error {
        let expected: String
        let offset: Int
    }

    private let text: ArraySlice<UInt8>
    private var position: Int
    /// Nested brackets end here: a header of a million of them must not exhaust the stack.
    private static let maximumDepth = 32

    init(_ text: ArraySlice<UInt8>) {
        self.text = text
        position = text.startIndex
    }

    /// The whole text as one dictionary.
    mutating func dictionary() throws(Fault) -> [(key: String, value: PythonLiteral)] {
        var items: [(key: String, value: PythonLiteral)] = []
        try take("{", expected: "'{'")
        while !accept("}") {
            guard case .string(let key) = try value(depth: 0) else { throw fault("a quoted key") }
            try take(":", expected: "':'")
            items.append((key, try value(depth: 0)))
            if !accept(",") {
                try take("}", expected: "',' or '}'")
                break
            }
        }
        skipSpace()
        guard position == text.endIndex else { throw fault("nothing after '}'") }
        return items
    }

    private mutating func value(depth: Int) throws(Fault) -> PythonLiteral {
        skipSpace()
        guard position < text.endIndex, depth < Self.maximumDepth else { throw fault("a value") }
        switch text[position] {
        case UInt8(ascii: "'"), UInt8(ascii: "\""):
            return .string(try string(quote: text[position]))
        case UInt8(ascii: "("):
            return .sequence(try sequence(closing: ")", depth: depth))
        case UInt8(ascii: "["):
            return .sequence(try sequence(closing: "]", depth: depth))
        case UInt8(ascii: "T"):
            try word("True")
            return .bool(true)
        case UInt8(ascii: "F"):
            try word("False")
            return .bool(false)
        default:
            // An integer beyond 64 bits is a well-formed value that no shape can hold: a sequence without integers.
            return try integer().map(PythonLiteral.integer) ?? .sequence(nil)
        }
    }

    private mutating func sequence(closing: Unicode.Scalar, depth: Int) throws(Fault) -> [Int]? {
        var integers: [Int]? = []
        position += 1
        while !accept(closing) {
            if case .integer(let integer) = try value(depth: depth + 1) {
                integers?.append(integer)
            } else {
                integers = nil
            }
            if !accept(",") {
                try take(closing, expected: "',' or '\(closing)'")
                break
            }
        }
        return integers
    }

    private mutating func string(quote: UInt8) throws(Fault) -> String {
        let start = position + 1
        guard let end = text[start...].firstIndex(of: quote) else { throw fault("the end of a string") }
        position = end + 1
        return String(decoding: text[start..<end], as: UTF8.self)
    }

    /// nil where 64 bits do not hold it.
    private mutating func integer() throws(Fault) -> Int? {
        let start = position
        if text[position] == UInt8(ascii: "-") || text[position] == UInt8(ascii: "+") { position += 1 }
        let digits = position
        while position < text.endIndex, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(text[position]) {
            position += 1
        }
        guard position > digits else { throw fault("a value") }
        let integer = Int(String(decoding: text[start..<position], as: UTF8.self))
        if position < text.endIndex, text[position] == UInt8(ascii: "L") { position += 1 }
        return integer
    }

    private mutating func word(_ word: String) throws(Fault) {
        guard text[position...].starts(with: word.utf8) else { throw fault("True or False") }
        position += word.utf8.count
    }

    private mutating func take(_ mark: Unicode.Scalar, expected: String) throws(Fault) {
        guard accept(mark) else { throw fault(expected) }
    }

    private mutating func accept(_ mark: Unicode.Scalar) -> Bool {
        skipSpace()
        guard position < text.endIndex, text[position] == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while position < text.endIndex, [0x20, 0x09, 0x0A, 0x0D].contains(text[position]) { position += 1 }
    }

    private func fault(_ expected: String) -> Fault {
        Fault(expected: expected, offset: position - text.startIndex)
    }
}
