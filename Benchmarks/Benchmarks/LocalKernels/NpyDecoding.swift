// The bytes of a .npy file to Double: the header's text, then its elements as they stand, swapped, and widened.

import ArrayFormats
import Benchmark
import Tessera

func npyDecoding() {
    let count = 1 << 20
    for (type, isLittleEndian) in [(NpyHeader.ElementType.float64, true), (.float64, false), (.int16, true)] {
        let header = NpyHeader(elementType: type, shape: [count], isLittleEndian: isLittleEndian)
        kernel("npy \(header.typeDescription)", .bytes) { benchmark in
            let bytes = (0..<header.byteCount).map { UInt8(truncatingIfNeeded: $0) }
            var values = [Double](repeating: 0, count: count)
            try benchmark.measure(.bytes, work: header.byteCount) {
                try bytes.withUnsafeBytes { raw in
                    try values.withUnsafeMutableBufferPointer { try header.decode(raw, into: $0, path: "benchmark") }
                }
            }
            blackHole(values)
        }
    }
    kernel("npy header", .bytes, passes: .kilo) { benchmark in
        let bytes = NpyHeader(elementType: .float64, shape: [1000, 300, 20]).rendered()
        try benchmark.measure(.bytes, work: bytes.count) { blackHole(try NpyHeader(parsing: bytes, path: "benchmark")) }
    }
}
