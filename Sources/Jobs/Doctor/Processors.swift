// The processors of this machine as Linux describes them; elsewhere only their number is known.

internal import Foundation

/// Processors by number, as in "0-3,8".
package struct ProcessorList: Hashable, Sendable {
    package let numbers: Set<Int>

    /// Reads the kernel's notation; nil for anything else.
    package init?(_ text: String) {
        var numbers: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            switch ends.count {
            case 1:
                guard let number = ends[0], number >= 0 else { return nil }
                numbers.insert(number)
            case 2:
                guard let first = ends[0], let last = ends[1], first >= 0, first <= last, last < 1 << 20 else {
                    return nil
                }
                numbers.formUnion(first...last)
            default: return nil
            }
        }
        self.numbers = numbers
    }

    /// Those that this process may run on; nil where the kernel does not say.
    package static var allowed: ProcessorList? {
        field("Cpus_allowed_list", in: "/proc/self/status").flatMap { ProcessorList($0) }
    }
}

/// What kind of processor a machine has.
package struct Processors: Hashable, Sendable {
    package let model: String
    /// Cores, of which each may run several threads.
    package let physical: Int
    /// Processors that the kernel schedules on.
    package let logical: Int

    /// This machine's.
    package static var here: Processors {
        let logical = ProcessInfo.processInfo.processorCount
        var cores: Set<String> = []
        for number in 0..<logical {
            let folder = "/sys/devices/system/cpu/cpu\(number)/topology/"
            guard let package = contents(folder + "physical_package_id"), let core = contents(folder + "core_id") else {
                continue
            }
            cores.insert("\(package) \(core)")
        }
        let model =
            field("model name", in: "/proc/cpuinfo") ?? field("CPU part", in: "/proc/cpuinfo").map { "ARM part \($0)" }
        return Processors(
            model: model ?? "unknown", physical: cores.isEmpty ? logical : cores.count, logical: logical)
    }
}

/// The value of the first line "name : value" of a file.
func field(_ name: String, in path: String) -> String? {
    for line in (contents(path) ?? "").split(separator: "\n") where line.hasPrefix(name) {
        let parts = line.split(separator: ":", maxSplits: 1)
        if parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == name {
            return parts[1].trimmingCharacters(in: .whitespaces)
        }
    }
    return nil
}

func contents(_ path: String) -> String? {
    (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines)
}
