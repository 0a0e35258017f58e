// A job, or the arguments of a benchmark, refused before any work.

package import JobFiles
internal import Tessera

/// What is wrong with a job or with arguments: ends the program with status 2, each fault one line on standard error.
package struct Refusal: ProgramFailure, Hashable {
    package let lines: [String]

    package init(_ lines: [String]) { self.lines = lines }

    package init(_ error: JobFileError) { lines = error.faults.map(\.description) }

    package var exitStatus: Int32 { 2 }
    package var report: String { lines.joined(separator: "\n") }
}
