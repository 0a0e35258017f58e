// Why the cloud refused, by what the launcher can do about it.

/// A call to the cloud that failed.
package struct CloudError: Error, Hashable, Codable, Sendable, CustomStringConvertible {
    package enum Cause: String, Codable, Sendable, CaseIterable {
        /// No such nodes here and now: another zone, type or market may have them.
        case capacity
        /// The account may not have so many: asking again changes nothing.
        case quota
        /// The caller may not do this.
        case permission
        /// None, wrong or expired.
        case credentials
        /// What was asked for is not valid, or not here: a region, an image, an option.
        case request
        /// There is no such thing, or not yet: after a launch the cloud may not know its own answer for seconds.
        case notFound
        /// It exists already, by another request.
        case duplicate
        /// Something else still uses it: deleting must wait.
        case inUse
        /// Too many calls: wait and ask again.
        case throttled
        /// The call may or may not have had its effect: no answer came, or the service failed.
        case unknownOutcome
        /// The client itself: not installed, an answer that cannot be read.
        case client
    }

    package let cause: Cause
    /// The operation, as the client spells it: `ec2 run-instances`.
    package let operation: String
    /// The cloud's own code: `InsufficientInstanceCapacity`; empty where it gave none.
    package let code: String
    /// Its own words, on one line.
    package let message: String

    package init(_ cause: Cause, operation: String, code: String = "", message: String) {
        self.cause = cause
        self.operation = operation
        self.code = code
        self.message = message
    }

    package var description: String { "\(operation): \(code.isEmpty ? "" : code + ": ")\(message)" }

    /// Whether the next rung of the ladder may do better.
    package var isLackOfCapacity: Bool { cause == .capacity }
}
