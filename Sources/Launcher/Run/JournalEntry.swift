// What a journal's lines say. Before a call that changes anything its intention is written, and its answer afterwards: a call
// without an answer may or may not have had its effect.

package import Failures
internal import Foundation

/// A call that changes something, with all that it takes to send it once more.
package enum CloudAction: Hashable, Codable, Sendable {
    case createPlacementGroup(name: String)
    case createSecurityGroup(name: String)
    case importKeyPair(name: String)
    /// The request has the token that makes it safe to repeat.
    case launch(request: LaunchRequest)
    case terminate(instances: [String])
    case delete(resource: Resource)

    /// Whether something exists by it that did not before.
    package var creates: Bool {
        switch self {
        case .createPlacementGroup, .createSecurityGroup, .importKeyPair, .launch: true
        case .terminate, .delete: false
        }
    }
}

/// What came of a call.
package enum CloudAnswer: Hashable, Codable, Sendable {
    /// Done; with the id that the cloud gave, where it gave one.
    case done(id: String?)
    case launched(instances: [Instance])
    case failed(error: CloudError)
}

/// What happened.
package enum JournalEvent: Hashable, Codable, Sendable {
    /// The run begins: what is wanted, and where: elsewhere its nodes would not be found.
    case begun(request: ClusterRequest, account: String, region: String, version: Int)
    /// A rung of the ladder: at its beginning, and again at its end.
    case attempt(rung: Attempt)
    /// A call is about to be made; calls count from 0.
    case intends(call: Int, action: CloudAction)
    case answered(call: Int, answer: CloudAnswer)
    /// Nodes of the run that no answer had told of.
    case found(instances: [Instance])
    /// All nodes run.
    case ready(instances: [Instance])
    /// Everything is to go. A run that has begun to end does not come back.
    case ending
    /// Nothing is left.
    case ended
}

/// A line.
package struct JournalEntry: Hashable, Codable, Sendable {
    /// Seconds since 1970, by the launcher's calendar.
    package let time: Double
    package let event: JournalEvent

    package init(time: Double, event: JournalEvent) {
        self.time = time
        self.event = event
    }

    /// One line of JSON, its keys in a fixed order.
    package var line: [UInt8] {
        get throws(TesseraError) {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            do {
                return Array(try encoder.encode(self))
            } catch {
                throw .argument(
                    routine: "journal", name: "entry", expected: "finite numbers", found: "\(event)")
            }
        }
    }

    /// The entries of a journal.
    ///
    /// - Throws: `TesseraError.file` where it cannot be read, or a line is not one of a journal.
    package static func read(_ path: String) throws(TesseraError) -> [JournalEntry] {
        var entries: [JournalEntry] = []
        for (index, line) in try JournalFile.lines(path).lines.enumerated() {
            guard let entry = try? JSONDecoder().decode(JournalEntry.self, from: line) else {
                throw .file(path: path, reason: "line \(index + 1): expected an entry of a journal, found another text")
            }
            entries.append(entry)
        }
        return entries
    }
}
