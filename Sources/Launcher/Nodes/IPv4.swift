// Addresses and networks of version 4, which MPI's interface lists are written in.

/// An address: four numbers.
package struct IPv4: Hashable, Sendable, CustomStringConvertible {
    package let bits: UInt32

    /// `10.0.1.5`; nil where the text is anything else.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ 48...57 ~= $0 }), let byte = UInt8(part)
            else {
                return nil
            }
            bits = bits << 8 | UInt32(byte)
        }
        self.bits = bits
    }

    package var description: String {
        [24, 16, 8, 0].map { String(bits >> UInt32($0) & 0xff) }.joined(separator: ".")
    }
}

/// An interface of a node: its name, its address and the length of the network's prefix.
package struct NetworkInterface: Hashable, Sendable {
    package let name: String
    package let address: IPv4
    package let prefix: Int

    /// From a name and `10.0.1.5/24`.
    package init?(_ name: String, _ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPv4(parts[0]), let prefix = Int(parts[1]), (0...32).contains(prefix)
        else {
            return nil
        }
        self.name = name
        self.address = address
        self.prefix = prefix
    }

    /// `10.0.1.0/24`.
    package var network: String {
        let mask: UInt32 = prefix == 0 ? 0 : ~0 << UInt32(32 - prefix)
        let bits = address.bits & mask
        return [24, 16, 8, 0].map { String(bits >> UInt32($0) & 0xff) }.joined(separator: ".") + "/\(prefix)"
    }
}
