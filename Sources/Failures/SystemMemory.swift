private import Foundation

/// Memory that this machine can still give, in bytes.
public enum SystemMemory {
    /// What the kernel says it can give without swapping, within the limit of the control group; nil where neither says.
    public static var available: Int? {
        [availableInMachine, availableInGroup].compactMap { $0 }.min()
    }

    private static var availableInMachine: Int? {
        guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8) else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix("MemAvailable:") {
            return line.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * 1024 }
        }
        return nil
    }

    /// Control groups, version 2 and version 1. Cached file pages count as used there, but can be given back.
    private static var availableInGroup: Int? {
        func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }
        func number(_ path: String) -> Int? {
            text(path).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
        }
        func cachedPages(_ path: String, _ key: String) -> Int {
            for line in (text(path) ?? "").split(separator: "\n") where line.hasPrefix(key + " ") {
                return Int(line.dropFirst(key.count + 1)) ?? 0
            }
            return 0
        }
        let second = "/sys/fs/cgroup/"
        if let limit = number(second + "memory.max"), let usage = number(second + "memory.current") {
            return max(0, limit - usage + cachedPages(second + "memory.stat", "inactive_file"))
        }
        let first = "/sys/fs/cgroup/memory/"
        if let limit = number(first + "memory.limit_in_bytes"), let usage = number(first + "memory.usage_in_bytes") {
            return max(0, limit - usage + cachedPages(first + "memory.stat", "total_inactive_file"))
        }
        return nil
    }
}
