// Files to nodes and back: each arrives beside its place under a name of its own, is compared by SHA-256, and takes its place
// at once, or not at all. What a node has already is not sent again.

internal import Foundation

/// A file that goes to a node.
package struct ShippedFile: Hashable, Sendable {
    /// Where it lies here.
    package let source: String
    /// Where it goes, an absolute path on the node.
    package let target: String
    package let isExecutable: Bool

    package init(source: String, target: String, isExecutable: Bool = false) {
        self.source = source
        self.target = target
        self.isExecutable = isExecutable
    }
}

/// Sends and fetches over the connections of a run.
package struct Shipping: Sendable {
    private let ssh: SSH
    /// Seconds for one file: a slow line must get there, a dead one is ended by ssh's own keep-alives.
    private let seconds = 3600.0

    package init(_ ssh: SSH) { self.ssh = ssh }

    /// SHA-256 of a file here, in hexadecimal.
    package static func hash(_ path: String) async throws(NodeError) -> String {
        #if os(macOS)
            let command = ["shasum", "-a", "256", "--", path]
        #else
            let command = ["sha256sum", "--", path]
        #endif
        let outcome = try await LocalProcess.run(command, seconds: 600)
        // A name with a backslash or a newline has its line begin with a backslash.
        let word = outcome.output.drop { $0 == "\\" }.prefix { $0 != " " }
        guard outcome.status == 0, word.utf8.count == 64 else {
            throw NodeError(.shipping, "\(path): expected a file that can be read, found: \(outcome.complaint)")
        }
        return String(word)
    }

    // MARK: To a node

    /// Brings files to a node, those that it has not got.
    package func send(_ files: [(file: ShippedFile, hash: String)], to host: Host) async throws(NodeError) {
        let asked = try await ssh.run(host, Self.hashes, files.map(\.file.target), seconds: 600)
        guard asked.status == 0 else { throw NodeError(.unreachable, "node \(host.name): \(asked.complaint)") }
        let there = asked.output.split(separator: "\n").map(String.init)
        for (index, (file, hash)) in files.enumerated() where index >= there.count || there[index] != hash {
            let sent = try await ssh.run(
                host, Self.receive, [file.target, hash, file.isExecutable ? "755" : "644"], input: .path(file.source),
                seconds: seconds)
            guard sent.status == 0 else {
                throw NodeError(
                    .shipping,
                    "\(file.source) to node \(host.name): expected it to arrive whole, found: \(sent.complaint)")
            }
        }
    }

    /// Puts a text into a file of a node.
    package func write(_ text: String, to target: String, on host: Host) async throws(NodeError) {
        let file = FileManager.default.temporaryDirectory.appending(path: "tessera-\(UUID().uuidString)").path
        guard
            FileManager.default.createFile(
                atPath: file, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        else { throw NodeError(.shipping, "\(file): expected to write a temporary file, found no way to") }
        defer { try? FileManager.default.removeItem(atPath: file) }
        try await send([(ShippedFile(source: file, target: target), try await Self.hash(file))], to: host)
    }

    /// Prints the SHA-256 of each file, or `none`.
    static let hashes = #"""
        for file in "$@"; do
          if [ -f "$file" ]; then sha256sum < "$file" | cut -c 1-64; else echo none; fi
        done
        """#

    /// Takes standard input as the file $1 with the SHA-256 $2 and the mode $3.
    static let receive = #"""
        set -e
        umask 077
        mkdir -p -- "${1%/*}"
        part="${1%/*}/.${1##*/}.$$.part"
        trap 'rm -f -- "$part"' EXIT
        cat > "$part"
        found=$(sha256sum < "$part" | cut -c 1-64)
        if [ "$found" != "$2" ]; then echo "a file with SHA-256 $found instead of $2" >&2; exit 1; fi
        chmod -- "$3" "$part"
        mv -f -- "$part" "$1"
        """#

    // MARK: From a node

    /// Brings every file of a node's folder into a folder here, and returns their names.
    ///
    /// Files whose names would lead out of the folder are refused: a node is not trusted to write anywhere else.
    package func fetch(_ folder: String, of host: Host, into target: String) async throws(NodeError) -> [String] {
        let listed = try await ssh.run(host, Self.list, [folder], seconds: 600)
        guard listed.status == 0 else {
            throw NodeError(.shipping, "results on node \(host.name): expected their list, found: \(listed.complaint)")
        }
        var names: [String] = []
        for (hash, name) in try Self.entries(listed.output, of: host) {
            let place = URL(filePath: target).appending(path: name)
            let part = place.deletingLastPathComponent().appending(path: ".\(place.lastPathComponent).\(getpid()).part")
                .path
            do {
                try FileManager.default.createDirectory(
                    at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
            } catch {
                throw NodeError(
                    .shipping, "\(place.path): expected a folder that can be made, found: \(error.localizedDescription)"
                )
            }
            try? FileManager.default.removeItem(atPath: part)
            defer { try? FileManager.default.removeItem(atPath: part) }
            let come = try await ssh.run(
                host, #"exec cat -- "$1/$2""#, [folder, name], output: .path(part), seconds: seconds)
            guard come.status == 0, try await Self.hash(part) == hash else {
                throw NodeError(
                    .shipping, "\(name) from node \(host.name): expected it to arrive whole, found: \(come.complaint)")
            }
            guard rename(part, place.path) == 0 else {
                throw NodeError(
                    .shipping,
                    "\(place.path): expected a file that can be replaced, found: \(String(cString: strerror(errno)))")
            }
            names.append(name)
        }
        return names
    }

    /// The list's entries: 64 digits, two characters, a name, NUL.
    static func entries(_ list: String, of host: Host) throws(NodeError) -> [(hash: String, name: String)] {
        var entries: [(String, String)] = []
        for entry in list.split(separator: "\0") {
            let hash = String(entry.prefix(64))
            let name = String(entry.dropFirst(66))
            let parts = name.split(separator: "/", omittingEmptySubsequences: false)
            guard hash.utf8.count == 64, !name.isEmpty, !parts.contains(""), !parts.contains(".."), !parts.contains(".")
            else {
                throw NodeError(
                    .shipping, "results on node \(host.name): expected names within their folder, found '\(name)'")
            }
            entries.append((hash, name))
        }
        return entries
    }

    /// Lists the files of the folder $1, the unfinished ones left out; nothing where there is no such folder.
    static let list = #"""
        cd -- "$1" 2>/dev/null || exit 0
        find . -type f ! -name '.*.part' -printf '%P\0' | sort -z | xargs -0 -r sha256sum -z --
        """#
}
