// How much memory is free: what the kernel says, within what each control group around the process leaves.

private import Foundation

/// Memory that this machine can still give, in bytes.
public enum SystemMemory {
    /// What the kernel says it can give without swapping, within the limits of the control groups; nil where the kernel
    /// does not say.
    public static var available: Int? { available(root: "") }

    /// The least of what the kernel calls available and what each control group around this process leaves.
    ///
    /// - Parameter root: the folder that holds `proc` and `sys`.
    package static func available(root: String) -> Int? {
        guard let information = try? String(contentsOfFile: "\(root)/proc/meminfo", encoding: .utf8),
            let line = information.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
            let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return nil }
        return groupLimits(root: root).reduce(kibibytes << 10, min)
    }

    /// What each control group leaves: its limit less what it uses, of which the page cache counts as free.
    private static func groupLimits(root: String) -> [Int] {
        let groups = (try? String(contentsOfFile: "\(root)/proc/self/cgroup", encoding: .utf8)) ?? ""
        var limits: [Int] = []
        for line in groups.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            // Version 2 is the line 0::/path; version 1 names its controllers.
            let isVersion2 = parts[0] == "0"
            guard isVersion2 || parts[1].split(separator: ",").contains("memory") else { continue }
            let base = "\(root)/sys/fs/cgroup" + (isVersion2 ? "" : "/memory")
            let names =
                isVersion2 ? ("memory.max", "memory.current") : ("memory.limit_in_bytes", "memory.usage_in_bytes")
            var path = parts[2].split(separator: "/")
            while true {
                let folder = ([base] + path.map(String.init)).joined(separator: "/")
                if let limit = number("\(folder)/\(names.0)"), let used = number("\(folder)/\(names.1)") {
                    limits.append(max(0, limit - max(0, used - cache("\(folder)/memory.stat"))))
                }
                if path.isEmpty { break }
                path.removeLast()
            }
        }
        return limits
    }

    private static func number(_ path: String) -> Int? {
        (try? String(contentsOfFile: path, encoding: .utf8)).flatMap {
            Int($0.trimmingCharacters(in: .whitespacesAndNewlines))
        }
    }

    /// Bytes of the page cache that the kernel gives back first.
    private static func cache(_ path: String) -> Int {
        let lines = (try? String(contentsOfFile: path, encoding: .utf8))?.split(separator: "\n") ?? []
        let line =
            lines.first { $0.hasPrefix("total_inactive_file ") } ?? lines.first { $0.hasPrefix("inactive_file ") }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }
}
