// Why nodes cannot be used, or how a run on them ended, by what the user can do about it.

/// A fault of nodes, of the way to them, or of a run there.
package struct NodeError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Cause: String, Sendable, CaseIterable {
        /// What was asked for makes no sense: a host file, an option. Nothing has been touched.
        case request
        /// A node does not answer, or lets nobody in.
        case unreachable
        /// The nodes are there and do not fit: versions, memory, network. No rank has run.
        case unfit
        /// A file did not come over whole.
        case shipping
        /// A node or a link between nodes was lost while the ranks ran.
        case lost
        /// The ranks or mpirun failed.
        case failed
    }

    package let cause: Cause
    /// One line for each fault.
    package let lines: [String]

    package init(_ cause: Cause, _ lines: [String]) {
        self.cause = cause
        self.lines = lines
    }

    package init(_ cause: Cause, _ line: String) { self.init(cause, [line]) }

    package var description: String { lines.joined(separator: "\n") }

    /// The program's exit status: 2 as for all that is refused before any work; 11 and 10 so that a script can tell a node
    /// that cannot be used from one that was lost, which is worth another try.
    package var exitStatus: Int32 {
        switch cause {
        case .request: 2
        case .failed, .shipping: 1
        case .lost: 10
        case .unreachable, .unfit: 11
        }
    }
}
