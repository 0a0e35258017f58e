// Shared libraries that a program needs and a node may lack: Swift's, unless the program holds them.

/// What `ldd` says of a program.
package enum SharedLibraries {
    /// Libraries outside the system's own folders, as paths here: those that no package of a node brings.
    package static func own(_ ldd: String) -> [String] {
        ldd.split(separator: "\n").compactMap { line in
            let words = line.split(whereSeparator: \.isWhitespace)
            guard words.count >= 3, words[1] == "=>", words[2].hasPrefix("/") else { return nil }
            let path = String(words[2])
            return ["/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/"].contains { path.hasPrefix($0) } ? nil : path
        }
    }

    /// The names that are not found.
    package static func missing(_ ldd: String) -> [String] {
        ldd.split(separator: "\n").compactMap { line in
            guard line.hasSuffix("=> not found") else { return nil }
            return line.split(whereSeparator: \.isWhitespace).first.map(String.init)
        }
    }
}
