// Why a launch, or the end of one, did not come about; each with a status of its own, so that scripts can tell.

package import Failures

/// What the launcher throws.
package enum LauncherError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Arguments, files, a run that another launcher holds.
    case refused(TesseraError)
    /// The cloud refused, or did not answer.
    case cloud(CloudError)
    /// No rung of the ladder had the nodes.
    case noCapacity([Attempt])
    /// The user, or a scheduler, wanted an end.
    case stopped(signal: Int32)
    /// What is left of a run, and costs money, after all that could be done.
    case leak(run: String, left: [Resource], reason: String)

    package var description: String {
        switch self {
        case .refused(let error): "\(error)"
        case .cloud(let error): "\(error)"
        case .noCapacity(let attempts):
            attempts.last.map { "expected \($0.nodes) \($0.nodes == 1 ? "node" : "nodes") at once, found none in " }
                .map { $0 + "\(attempts.count) \(attempts.count == 1 ? "place" : "places") asked" }
                ?? "expected a place that offers these types, found none"
        case .stopped(let signal): "stopped by signal \(signal)"
        case .leak(let run, let left, let reason):
            left.isEmpty
                ? "run \(run): expected proof that nothing is left, found none: \(reason)"
                : "run \(run): expected nothing left, found \(left.map(\.id).joined(separator: ", ")): \(reason)"
        }
    }

    /// 1 failed, 2 refused, 3 no capacity, 4 quota, 5 permission or credentials, 6 something is left, 128 + signal.
    package var exitStatus: Int32 {
        switch self {
        case .refused: 2
        case .noCapacity: 3
        case .leak: 6
        case .stopped(let signal): 128 + signal
        case .cloud(let error):
            switch error.cause {
            case .capacity: 3
            case .quota: 4
            case .permission, .credentials: 5
            default: 1
            }
        }
    }
}
