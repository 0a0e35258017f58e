// What a run is expected to take: asked for when the machine has been measured, compared when the summary is there.

/// How fast this machine is, by the measure that counts for the kind of job.
package struct MachineRate: Sendable {
    /// Of all ranks: bytes a second of the triad, or operations a second of DGEMM.
    package let value: Double
    package let isTriad: Bool
    package let ranks: Int
    package let nodes: Int
}

/// What a run is expected to take.
package struct Expectation: Sendable {
    package let seconds: Double
    /// Told what the run has come to.
    package let compare: @Sendable (JobSummary) -> Void

    package init(seconds: Double, compare: @escaping @Sendable (JobSummary) -> Void) {
        self.seconds = seconds
        self.compare = compare
    }
}

/// Who knows what to expect; nil where nothing can be said. Asked on rank 0 alone.
package struct Foresight: Sendable {
    package let expect: @Sendable (MachineRate) -> Expectation?

    package init(_ expect: @escaping @Sendable (MachineRate) -> Expectation?) { self.expect = expect }
}
