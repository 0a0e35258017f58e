// A file of hosts: one a line, in the form of Open MPI's host files, with what ssh needs beside it.
//
//   # comment
//   node1 slots=32
//   node2 slots=32 user=admin port=2222 address=10.0.0.2

internal import Foundation

/// A machine that ssh reaches.
package struct Host: Hashable, Codable, Sendable {
    /// What ssh is told: a name, an address, or an alias of the user's configuration.
    package let name: String
    /// Ranks that it takes; nil for one a core.
    package var slots: Int?
    package var user: String?
    package var port: Int?
    /// The address at which the other nodes reach it, where that is not the one that ssh comes in on.
    package var address: String?

    package init(_ name: String, slots: Int? = nil, user: String? = nil, port: Int? = nil, address: String? = nil) {
        self.name = name
        self.slots = slots
        self.user = user
        self.port = port
        self.address = address
    }

    /// The hosts of a file's text.
    ///
    /// - Throws: every fault with its line's number.
    package static func parse(_ text: String, path: String) throws(NodeError) -> [Host] {
        var hosts: [Host] = []
        var faults: [String] = []
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).map(String.init)
            guard let name = words.first else { continue }
            func refuse(_ expected: String, _ found: String) {
                faults.append("\(path):\(number + 1): expected \(expected), found '\(found)'")
            }
            guard isName(name) else {
                refuse("a host's name or address", name)
                continue
            }
            var host = Host(name)
            for word in words.dropFirst() {
                let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                let value = parts.count == 2 ? parts[1] : ""
                switch parts[0] {
                case "slots":
                    host.slots = whole(value, 1...4096)
                    if host.slots == nil { refuse("slots=N with N from 1 to 4096", word) }
                case "port":
                    host.port = whole(value, 1...65535)
                    if host.port == nil { refuse("port=N with N from 1 to 65535", word) }
                case "user":
                    host.user = isUser(value) ? value : nil
                    if host.user == nil { refuse("user=NAME", word) }
                case "address":
                    host.address = IPv4(value)?.description
                    if host.address == nil { refuse("address=A.B.C.D", word) }
                default:
                    refuse("slots=, user=, port= or address=", word)
                }
            }
            if hosts.contains(where: { $0.name == name && $0.port == host.port }) {
                refuse("each host once", name)
            }
            hosts.append(host)
        }
        if hosts.isEmpty && faults.isEmpty {
            faults.append("\(path): expected a line 'HOST slots=N' for each host, found none")
        }
        guard faults.isEmpty else { throw NodeError(.request, faults) }
        return hosts
    }

    package static func load(path: String) throws(NodeError) -> [Host] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw NodeError(
                .request, "--on hosts: expected a file of hosts, found nothing that can be read at '\(path)'")
        }
        guard data.count <= 1 << 20, let text = String(data: data, encoding: .utf8) else {
            throw NodeError(.request, "--on hosts: expected a text file of at most 1 MiB, found another at '\(path)'")
        }
        return try parse(text, path: path)
    }

    /// Never an option of ssh, a user, or anything that a shell or a configuration file would take apart.
    private static func isName(_ text: String) -> Bool {
        !text.hasPrefix("-") && text.utf8.count <= 253
            && text.utf8.allSatisfy { byte in
                UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                    || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            }
    }

    private static func isUser(_ text: String) -> Bool { !text.isEmpty && isName(text) }

    private static func whole(_ text: String, _ range: ClosedRange<Int>) -> Int? {
        guard text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let value = Int(text) else {
            return nil
        }
        return range.contains(value) ? value : nil
    }
}
