// What the kernel lets the ranks of a node use to exchange messages: shared memory, and memory locked for a fast network.

internal import Foundation

/// What one node allows. A reading that could not be taken is nil, and no fault.
package struct NodeLimits: Hashable, Sendable {
    /// Bytes free in /dev/shm.
    package var sharedMemory: Int?
    /// How much a process may lock: a number of bytes or "unlimited".
    package var lockableMemory: String?
    /// Whether there is a network whose cards read the memory of the ranks themselves.
    package var hasFastNetwork: Bool

    package init(sharedMemory: Int?, lockableMemory: String?, hasFastNetwork: Bool) {
        self.sharedMemory = sharedMemory
        self.lockableMemory = lockableMemory
        self.hasFastNetwork = hasFastNetwork
    }

    /// This node's, for this process.
    static var here: NodeLimits {
        let shared = try? FileManager.default.attributesOfFileSystem(forPath: "/dev/shm")
        return NodeLimits(
            sharedMemory: (shared?[.systemFreeSize] as? NSNumber)?.intValue,
            lockableMemory: lockableMemory(in: contents("/proc/self/limits") ?? ""),
            hasFastNetwork: FileManager.default.fileExists(atPath: "/dev/infiniband"))
    }

    /// The soft limit in the kernel's table of limits; nil where it has no such line.
    package static func lockableMemory(in table: String) -> String? {
        let name = "Max locked memory"
        let line = table.split(separator: "\n").first { $0.hasPrefix(name) }
        return line?.dropFirst(name.count).split(separator: " ").first.map(String.init)
    }

    /// What Open MPI's shared-memory transport reserves for a rank, with room to spare.
    private static let sharedMemoryPerRank = 16 << 20

    /// What is wrong with them for this many ranks.
    package func faults(ranks: Int) -> [Fault] {
        var faults: [Fault] = []
        if let sharedMemory, sharedMemory < ranks * Self.sharedMemoryPerRank {
            faults.append(
                Fault(
                    "/dev/shm has \(sharedMemory >> 20) MiB free: ranks of a node exchange messages through it",
                    mend: "sudo mount -o remount,size=1G /dev/shm (in a container: docker run --shm-size=1g ...)"))
        }
        if hasFastNetwork, let lockableMemory, lockableMemory != "unlimited" {
            faults.append(
                Fault(
                    "this node's fast network needs to lock memory, but no more than \(lockableMemory) bytes may be locked",
                    mend: "ulimit -l unlimited (for good: '* - memlock unlimited' in /etc/security/limits.conf)"))
        }
        return faults
    }
}
