// Which MPI a library or a launcher belongs to, read from what each says of itself.

/// An MPI implementation and its version.
package struct MPIRelease: Hashable, Sendable, CustomStringConvertible {
    /// "Open MPI", "MPICH", "Intel MPI"; "MPI" for another one.
    package let family: String
    /// "4.1.4"; empty where none is named.
    package let version: String

    /// Reads `MPI_Get_library_version`'s text or the output of `mpirun --version`.
    package init(_ text: String) {
        let lower = text.lowercased()
        family =
            if lower.contains("open mpi") || lower.contains("openrte") {
                "Open MPI"
            } else if lower.contains("intel") {
                "Intel MPI"
            } else if lower.contains("mpich") || lower.contains("hydra") {
                "MPICH"
            } else {
                "MPI"
            }
        // The first word that is a number with a dot in it.
        let words = text.split { $0.isWhitespace || $0 == "," || $0 == "(" || $0 == ")" }
        version =
            words.lazy.map { $0.drop { $0 == "v" } }.first { word in
                word.contains(".") && word.first?.isNumber == true && word.allSatisfy { $0.isNumber || $0 == "." }
            }.map(String.init) ?? ""
    }

    package var description: String { version.isEmpty ? family : "\(family) \(version)" }
}
