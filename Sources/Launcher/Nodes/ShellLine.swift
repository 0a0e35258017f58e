// Words for a remote shell. ssh hands one string to the account's shell, which splits and expands it: this is the one place
// where words become such a string.

/// Commands as one string that a POSIX shell splits into exactly the words that were given.
package enum ShellLine {
    /// The words, each in single quotes, within which a shell expands nothing; `'` itself becomes `'\''`.
    ///
    /// - Throws: ``NodeError`` where a word holds a NUL, which no argument can.
    package static func quote(_ words: [String]) throws(NodeError) -> String {
        var line: [String] = []
        for word in words {
            guard !word.utf8.contains(0) else {
                throw NodeError(
                    .request, "remote command: expected words without NUL, found one in '\(word.prefix { $0 != "\0" })'"
                )
            }
            line.append(
                "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'")
        }
        return line.joined(separator: " ")
    }

    /// A script of bash with its arguments, `$1` and on. Values reach a script as arguments only, never as its text.
    package static func script(_ script: String, _ arguments: [String]) throws(NodeError) -> [String] {
        ["bash", "-c", script, "tessera"] + arguments
    }
}
