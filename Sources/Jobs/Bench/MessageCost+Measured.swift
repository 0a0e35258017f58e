// What the messages of a halo exchange cost here: both of a pair of ranks send and receive at once, all pairs at the same time.
//
// Rank r is paired with r + ranks / 2, so that pairs are on different nodes where the job has several. Latency: the median
// exchange of one number. Bandwidth: 1 MiB over what its median exchange takes beyond the latency. Packing: rows of all faces
// of a box, four layers deep, copied to a buffer and back. Each is the slowest rank's.

internal import CostModels
internal import Foundation
internal import Tessera

extension MessageCost {
    /// Measures messages and packing; on one rank, which has no messages, these cost nothing. Collective.
    init(measuredOn world: Communicator) throws(TesseraError) {
        let packing = try world.allReduce(packingRate(), .minimum)
        guard world.size > 1 else {
            self.init(latency: 0, bandwidth: .infinity, packing: packing)
            return
        }
        let latency = try medianExchange(1, times: 1000, on: world)
        let count = (1 << 20) / MemoryLayout<Double>.stride
        let long = try medianExchange(count, times: 100, on: world)
        let bandwidth = Double(count * MemoryLayout<Double>.stride) / max(long - latency, 1e-9)
        self.init(
            latency: try world.allReduce(latency, .maximum), bandwidth: try world.allReduce(bandwidth, .minimum),
            packing: packing)
    }
}

/// The median seconds of an exchange of so many numbers with this rank's partner; 0 on the last of an odd number of ranks.
/// Collective.
private func medianExchange(_ count: Int, times: Int, on world: Communicator) throws(TesseraError) -> Double {
    let half = world.size / 2
    let outgoing = [Double](repeating: 1, count: count)
    var incoming = [Double](repeating: 0, count: count)
    try world.barrier()
    guard world.rank < 2 * half else { return 0 }
    let partner = world.rank < half ? world.rank + half : world.rank - half
    var seconds: [Double] = []
    for _ in 0..<times {
        let start = MPIEnvironment.seconds
        var span = incoming.mutableSpan
        try world.sendReceive(outgoing.span, to: partner, into: &span, from: partner)
        seconds.append(MPIEnvironment.seconds - start)
    }
    return median(seconds)
}

/// Bytes a second that are packed and unpacked again.
private func packingRate() -> Double {
    let (edge, layers) = (64, 4)
    let cells = [Double](repeating: 1, count: edge * edge * edge)
    var ghosts = cells
    var buffer = [Double](repeating: 0, count: layers * edge * edge)
    // Planes, rows and cells of a row in the layers of each axis.
    let faces = [(layers, edge, edge), (edge, layers, edge), (edge, edge, layers)]
    var seconds: [Double] = []
    for _ in 0..<20 {
        let start = MPIEnvironment.seconds
        for (planes, rows, columns) in faces {
            for isPacking in [true, false] {
                cells.withUnsafeBufferPointer { cells in
                    ghosts.withUnsafeMutableBufferPointer { ghosts in
                        buffer.withUnsafeMutableBufferPointer { buffer in
                            var place = buffer.baseAddress!
                            for plane in 0..<planes {
                                for row in 0..<rows {
                                    let first = (plane * edge + row) * edge
                                    if isPacking {
                                        place.update(from: cells.baseAddress! + first, count: columns)
                                    } else {
                                        (ghosts.baseAddress! + first).update(from: place, count: columns)
                                    }
                                    place += columns
                                }
                            }
                        }
                    }
                }
            }
        }
        seconds.append(MPIEnvironment.seconds - start)
    }
    return Double(faces.count * layers * edge * edge * MemoryLayout<Double>.stride) / median(seconds)
}

private func median(_ numbers: [Double]) -> Double { numbers.sorted()[numbers.count / 2] }
