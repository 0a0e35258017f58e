// NaN and infinity, found with step and cell: one pass over the current level of the written fields says that all is
// well, and only where it is not another one finds the first cell.

public import Failures
import MessagePassing

extension Simulation {
    /// Throws where a value of a written field is NaN or infinite: `TesseraError.notFinite` on all ranks, which names the
    /// field, the first such cell in C order, the step, and the last step after which all was seen to be finite.
    /// Collective.
    public func requireFinite() throws(TesseraError) {
        let written = S.Field.allCases.filter { footprint.written.contains($0.rawValue) }
        let isSound = written.allSatisfy { field in
            (0..<localRows()).allSatisfy { !holdsNonFinite(pointer(field, ago: 0, row: $0), count: columns) }
        }
        guard try communicator.agreedMaximum(isSound ? 0 : 1) > 0 else { return }
        for field in written {
            guard let cell = try firstNonFinite(field) else { continue }
            let before = finiteStep.map { " (all was finite after step \($0))" } ?? ""
            throw .notFinite(routine: "Simulation", name: "\(field) in cell \(cell) after step \(step)\(before)")
        }
    }

    /// From now on every run looks for NaN and infinity after each step whose number is a multiple of `steps`, at the cost
    /// of one pass over the written fields, and ends as ``requireFinite()`` does; nil ends that. Runs look anyway before
    /// they save a checkpoint, at each stop test, and on the slices that they show. Collective.
    ///
    /// - Throws: `TesseraError.argument` on all ranks for steps below 1.
    public mutating func checkFinite(every steps: Int?) throws(TesseraError) {
        try communicator.agree("Simulation.checkFinite", on: [steps ?? 0, steps == nil ? 0 : 1]) {
            () throws(TesseraError) in
            guard steps ?? 1 >= 1 else {
                throw .argument(
                    routine: "Simulation.checkFinite", name: "every", expected: "1 or more", found: "\(steps ?? 0)")
            }
        }
        finiteInterval = steps
    }
}

/// Whether an exponent has all its bits set.
@_specialize(where Scalar == Double)
@_specialize(where Scalar == Float)
private func holdsNonFinite<Scalar: StencilScalar>(_ cells: UnsafeMutablePointer<Scalar>, count: Int) -> Bool {
    let bits = UnsafeRawPointer(cells)
    if MemoryLayout<Scalar>.size == 8 {
        return largest(bits.assumingMemoryBound(to: UInt64.self), count, masked: 0x7ff0 << 48) == 0x7ff0 << 48
    }
    return largest(bits.assumingMemoryBound(to: UInt32.self), count, masked: 0x7f80 << 16) == 0x7f80 << 16
}

@inline(__always)
private func largest<Word: FixedWidthInteger & UnsignedInteger>(
    _ words: UnsafePointer<Word>, _ count: Int, masked mask: Word
) -> Word {
    var largest: Word = 0
    for k in 0..<count { largest = Swift.max(largest, words[k] & mask) }
    return largest
}
