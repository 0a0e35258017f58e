// What a launcher asks of a job before it goes to other machines.

extension JobFile {
    /// Where the job saves itself; nil where it does not.
    package var checkpoint: CheckpointOptions? {
        switch job {
        case .gaussianProcess(let spec): spec.checkpoint
        case .heat(let spec): spec.checkpoint
        case .wave(let spec): spec.checkpoint
        case .reactionDiffusion(let spec): spec.checkpoint
        case .shallowWater(let spec): spec.checkpoint
        case .solve(let spec): spec.checkpoint
        case .linpack(let spec): spec.checkpoint
        case .poisson, .multiply: nil
        }
    }

    /// Whether ranks on all nodes write files together, into a folder that the nodes must share. LINPACK's verdict is
    /// written by one rank.
    package var needsSharedFolder: Bool {
        if case .linpack(let spec) = job { spec.checkpoint != nil } else { true }
    }
}
