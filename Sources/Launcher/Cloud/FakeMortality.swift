// Death at a chosen moment, for tests and rehearsals: around every call to the cloud and within every line of a journal.

internal import Foundation
internal import Synchronization

/// The life of a launcher that is to die. Once it is over nothing that the launcher does has any effect, as if the process had
/// ended there.
package final class FakeMortality: Sendable {
    private struct Life {
        var passed = 0
        var isDead = false
    }
    private let life = Mutex(Life())
    private let last: Int?

    /// - Parameter last: the moment, counted from 0, that is not survived; nil for a long life.
    package init(dyingAt last: Int? = nil) { self.last = last }

    /// Lets one moment pass; false where it is the last one, and ever after.
    package func survives() -> Bool {
        life.withLock { life in
            if life.isDead { return false }
            life.isDead = life.passed == last
            life.passed += 1
            return !life.isDead
        }
    }

    package var isDead: Bool { life.withLock(\.isDead) }

    /// How many moments there have been.
    package var moments: Int { life.withLock(\.passed) }
}
