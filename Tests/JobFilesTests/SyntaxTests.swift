import Foundation
import JobFiles
import TestSupport
import Testing

/// Files that are no job at all: their text, their kind, their place.
@Suite struct SyntaxTests {
    static let kinds =
        "gaussian-process, heat, poisson, wave, reaction-diffusion, shallow-water, solve, multiply or linpack"

    @Test(arguments: [
        ("", "job.yaml:1: expected a job, beginning with the key 'kind', found an empty file"),
        ("# only a comment\n", "job.yaml:1: expected a job, beginning with the key 'kind', found an empty file"),
        ("---\n~\n", "job.yaml:1: expected a job, beginning with the key 'kind', found an empty file"),
        ("hello", "job.yaml:1: expected a job, beginning with the key 'kind', found 'hello'"),
        ("\n- kind: heat\n", "job.yaml:2: expected a job, beginning with the key 'kind', found a list of 1"),
        ("n: 4\n", "job.yaml:1: kind: expected \(kinds), found no such key"),
        ("# job\nn: 4\nkind: linpak\n", "job.yaml:3: kind: expected \(kinds), perhaps 'linpack', found 'linpak'"),
        ("kind: sort\n", "job.yaml:1: kind: expected \(kinds), found 'sort'"),
        ("kind:\nn: 3\n", "job.yaml:1: kind: expected \(kinds), found nothing"),
        ("kind: [heat]\n", "job.yaml:1: kind: expected \(kinds), found a list of 1"),
        ("kind: linpack\nn: 3\nn: 4\n", "job.yaml:2: n: expected each key once, found it again below"),
        (
            "kind: linpack\nx:\n\tn: 3\n",
            "job.yaml:3: expected valid YAML, indented by spaces, found a tab (character that cannot start any token)"
        ),
        (
            "kind: linpack\nn: [3\nblock: 2\n",
            "job.yaml:3: expected valid YAML: ',' or ']', found other text"
        ),
        ("kind: *other\n", "job.yaml:1: expected valid YAML, found undefined alias"),
        (
            "kind: linpack\nn: 4\n---\nkind: linpack\n",
            "job.yaml:3: expected valid YAML, found another document"
        ),
        ("kind: linpack\nn: 4\u{1}\n", "job.yaml:2: expected a text file, found control characters are not allowed"),
    ])
    func notAJob(_ text: String, _ line: String) throws {
        try JobFolder.with { folder in #expect(folder.faults(text) == [line]) }
    }

    @Test func notAFile() throws {
        try JobFolder.with { folder throws in
            func fault(_ path: String) -> String {
                do throws(JobFileError) {
                    _ = try JobFile.load(path: path, node: nil)
                    return ""
                } catch {
                    return error.description.replacing(folder.path, with: "")
                }
            }
            #expect(fault("\(folder.path)/none.yaml") == "/none.yaml: expected a job file, found no such file")
            #expect(fault(folder.path) == ": expected a job file, found a folder")
            #expect(
                fault("\(folder.path)/field.npy") == "/field.npy: expected a job file, found a file that is not text")
            try folder.write("large.yaml", [UInt8](repeating: 0x23, count: 2 << 20))
            #expect(
                fault("\(folder.path)/large.yaml")
                    == "/large.yaml: expected a job file, found a file of more than 1 MiB")
        }
    }

    /// Nine lists of nine aliases each: 9⁹ values in a few hundred bytes.
    @Test func aliasesToAliases() throws {
        let names = Array("abcdefghi")
        var text = "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
        for (name, last) in zip(names.dropFirst(), names) {
            text += "\(name): &\(name) [" + Array(repeating: "*\(last)", count: 9).joined(separator: ", ") + "]\n"
        }
        try JobFolder.with { folder in
            #expect(
                folder.faults(text) == [
                    "job.yaml:1: expected at most 100000 values, found more, as aliases repeat them"
                ])
        }
    }

    /// However a file is damaged, it loads or it is refused in lines of its own; nothing traps.
    @Test func survivesDamage() throws {
        try JobFolder.with { folder throws in
            var noise = Noise(state: 5)
            let good = Array(Sound.gaussianProcess.utf8)
            for _ in 0..<500 {
                var bytes = good
                for _ in 0..<Int.random(in: 1...4, using: &noise) {
                    bytes[Int.random(in: 0..<bytes.count, using: &noise)] =
                        Array("\n\t :-[]{}&*!|>'\"%@,#x0\u{1}".utf8).randomElement(using: &noise)!
                }
                if Bool.random(using: &noise) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &noise)) }
                for line in folder.faults(String(decoding: bytes, as: UTF8.self)) {
                    #expect(line.hasPrefix("job.yaml") && line.contains("expected ") && line.contains(", found "))
                }
            }
        }
    }
}
