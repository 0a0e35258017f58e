// What a run costs: its nodes from their launch to their end, a minute at least, with their volumes and public addresses.
//
// US$: gp3 0.08 a GB and month of 730 hours; a public IPv4 address 0.005 an hour (AWS's price pages, 2025, us-east-2).

/// US$ of a run.
package struct RunCost: Hashable, Codable, Sendable {
    /// Between the launch and the first rank's start: instances, packages, checks.
    package static let bootSeconds = 180.0
    /// Fetching what is small, and ending.
    package static let endSeconds = 30.0
    /// What is paid in any case.
    package static let leastSeconds = 60.0
    private static let volumeHour = 0.08 / 730
    private static let addressHour = 0.005

    package let instances: Double
    package let volumes: Double
    package let addresses: Double

    package var total: Double { instances + volumes + addresses }

    /// - Parameters:
    ///   - nodes: how many.
    ///   - price: of one, US$ an hour.
    ///   - seconds: from the launch to the end of the nodes.
    ///   - volumeGibibytes: of each node.
    ///   - publicAddresses: how many nodes have one.
    package init(nodes: Int, price: Double, seconds: Double, volumeGibibytes: Int, publicAddresses: Int) {
        let hours = max(Self.leastSeconds, seconds) / 3600
        instances = Double(nodes) * price * hours
        volumes = Double(nodes) * Double(volumeGibibytes) * Self.volumeHour * hours
        addresses = Double(publicAddresses) * Self.addressHour * hours
    }
}
