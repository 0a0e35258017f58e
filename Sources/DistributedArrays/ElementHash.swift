// The checksum of an array that its ranks hold in parts: the sum, modulo 2⁶⁴, of one hash for each number,
//
//     Σ h(bits(x_p) + (p + 1) g),    p the number's place in the file, g = 2⁶⁴ / golden ratio, h SplitMix64's finaliser
//
// It does not depend on who holds what, so that every grid finds the same. h is a bijection: one changed number always
// changes the sum, several do but for one chance in 2⁶⁴. Two multiplications a number.

package import Failures
internal import LinearAlgebra
package import MessagePassing

/// The checksum of an array, gathered run by run.
package struct ElementHash {
    package private(set) var sum: UInt64 = 0

    package init() {}

    /// Adds numbers that are neighbours in the file.
    ///
    /// - Parameters:
    ///   - numbers: real numbers; a complex one is two.
    ///   - place: that of the first of them, counted in real numbers.
    package mutating func add<Word: FixedWidthInteger & UnsignedInteger>(
        _ numbers: UnsafePointer<Word>, _ count: Int, at place: Int
    ) {
        var sum: UInt64 = 0
        var key = UInt64(place &+ 1) &* 0x9e37_79b9_7f4a_7c15
        for k in 0..<count {
            sum &+= splitMix64(UInt64(truncatingIfNeeded: numbers[k]) &+ key)
            key &+= 0x9e37_79b9_7f4a_7c15
        }
        self.sum &+= sum
    }

    /// The checksum of what all ranks have added. Collective.
    package func total(on communicator: Communicator) throws(TesseraError) -> UInt64 {
        UInt64(bitPattern: Int64(try communicator.allReduce(Int(Int64(bitPattern: sum)), .sum)))
    }

    /// The checksum of a text.
    static func of(_ text: [UInt8]) -> UInt64 {
        var hash = ElementHash()
        text.withUnsafeBufferPointer { hash.add($0.baseAddress!, $0.count, at: 0) }
        return hash.sum
    }
}

extension DistributedMatrix {
    /// The checksum of the elements in Fortran order. Collective.
    package borrowing func checksum() throws(TesseraError) -> UInt64 {
        let parts = Scalar.isComplex ? 2 : 1
        var hash = ElementHash()
        for j in 0..<localColumns {
            let start = globalColumn(j) * rows
            let column = UnsafeRawPointer(storage + j * leadingDimension)
            forEachRowRun { first, local, count in
                let run = column + local * MemoryLayout<Scalar>.stride
                if MemoryLayout<Scalar.Real>.size == 8 {
                    hash.add(run.assumingMemoryBound(to: UInt64.self), count * parts, at: (start + first) * parts)
                } else {
                    hash.add(run.assumingMemoryBound(to: UInt32.self), count * parts, at: (start + first) * parts)
                }
            }
        }
        return try hash.total(on: grid.communicator)
    }
}

extension UInt64 {
    /// Sixteen hexadecimal digits.
    package var hexadecimal: String {
        let digits = String(self, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
