import Launcher
import TestSupport
import Testing

@Suite struct ShellLineTests {
    /// Words that a shell would take apart, each in its way.
    static let words = [
        "plain", "", " ", "two words", "it's", "'", "''", "'\\''", "\"double\"", "$(touch /tmp/owned)", "`id`", "$HOME",
        "a;b", "a&b", "a|b", "a\nb", "\n", "tab\there", "*", "?", "~", "!", "#", "-rf", "--", "\\", "\\n", "\u{1b}[31m",
        "ünïcode ∆", "{a,b}", "[a-z]", "<in", ">out", "%s", "a=b",
    ]

    /// The words that a shell makes of a line, by asking it.
    private func split(_ line: String, by shell: String) async throws -> [String] {
        let outcome = try await Launch.command(shell, ["-c", #"printf '%s\0' "# + line])
        #expect(outcome.status == 0)
        return outcome.output.split(separator: "\0", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    @Test(arguments: ["sh", "bash"]) func shellsSeeTheWordsThatWereGiven(_ shell: String) async throws {
        for word in Self.words {
            #expect(try await split(try ShellLine.quote([word]), by: shell) == [word])
        }
        #expect(try await split(try ShellLine.quote(Self.words), by: shell) == Self.words)
    }

    @Test func scriptsSeeTheirArguments() async throws {
        let line = try ShellLine.quote(try ShellLine.script(#"printf '%s\0' "$@""#, Self.words))
        let outcome = try await Launch.command("sh", ["-c", line])
        #expect(outcome.output == Self.words.map { $0 + "\0" }.joined())
    }

    @Test func wordsWithNULAreRefused() {
        #expect(throws: NodeError.self) { try ShellLine.quote(["a\0b"]) }
    }
}
