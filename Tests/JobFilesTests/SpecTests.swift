import Foundation
import JobFiles
import TestSupport
import Testing

/// What a sound file becomes: values, defaults, derived quantities, and the files that the project ships.
@Suite struct SpecTests {
    @Test func gaussianProcessWithItsDefaults() throws {
        try JobFolder.with { folder throws in
            let file = try folder.load(
                Sound.gaussianProcess.replacing("samples: 100\n", with: ""), overrides: ["samples=12"])
            guard case .gaussianProcess(let spec) = file.job else { throw OverrideTests.NotTheKind() }
            #expect(spec.field.path == "\(folder.path)/field.npy" && spec.field.shape == [20, 30])
            #expect(spec.rowSpacing == 92.5 && spec.columnSpacing == 74.5 && spec.samples == 12 && spec.seed == 1)
            #expect(spec.kernel.type == .matern32 && spec.kernel.variance == 26000 && spec.kernel.noise == 100)
            #expect(!spec.variance && spec.panel == 1024 && spec.block == nil && spec.grid == nil && spec.pictures)
            #expect(file.kind == "gaussian-process" && file.name == "job")
        }
    }

    @Test func heatSteps() throws {
        try JobFolder.with { folder throws in
            func heat(_ addition: String) throws -> HeatSpec {
                guard case .heat(let spec) = try folder.load(Sound.heat + "\n" + addition).job else {
                    throw OverrideTests.NotTheKind()
                }
                return spec
            }
            // D = 0.5, dx = dy = 10: the limit is 1 / (2 D (2 / 100)) = 50 years; 1000 years in steps of at most 45.
            let derived = try heat("")
            #expect(derived.stableStep == 50 && derived.steps == 23 && derived.step == 1000.0 / 23)
            #expect(derived.boundary.north == .insulated && derived.boundary.east == .insulated)
            #expect(derived.snapshots == 1 && derived.refine == 1 && derived.rows == 20 && derived.columns == 30)
            let given = try heat("step: 50\nboundary: periodic")
            #expect(given.steps == 20 && given.step == 50 && given.boundary.west == .periodic)
            #expect(try heat("step: 30").steps == 34)
            #expect(try heat("step: 0.1").steps == 10_000)
            let refined = try heat("refine: 10\nboundary: {fixed: -2.5}")
            #expect(refined.stableStep == 0.5 && refined.steps == 2223 && refined.columns == 300)
            #expect(refined.boundary.south == .fixed(-2.5))
            // Without a limit: 20 times it in a step, or what was asked for.
            for method in ["backward-euler", "crank-nicolson"] {
                #expect(try heat("method: \(method)").steps == 1)
                #expect(try heat("method: \(method)\nrefine: 10").steps == 100)
                #expect(try heat("method: \(method)\nstep: 500").steps == 2)
                let recorded = try heat("method: \(method)\nstep: 10\nrecording: {frames: 3}\ncheckpoint: {steps: 5}")
                #expect(recorded.recording?.frames == 3 && recorded.checkpoint?.steps == 5)
            }
            #expect(try heat("").method == .explicit && heat("method: crank-nicolson").method == .crankNicolson)
        }
    }

    @Test func poisson() throws {
        try JobFolder.with { folder throws in
            func poisson(_ addition: String) throws -> PoissonSpec {
                guard case .poisson(let spec) = try folder.load(Sound.poisson + "\n" + addition).job else {
                    throw OverrideTests.NotTheKind()
                }
                return spec
            }
            let plain = try poisson("")
            #expect(plain.rows == 20 && plain.columns == 30 && plain.shift == 0 && plain.tolerance == 1e-10)
            #expect(plain.solver == .multigridConjugateGradients && plain.iterations == 10_000)
            #expect(plain.boundary.north == .insulated)
            let given = try poisson("refine: 3\nsolver: full-multigrid\nshift: 0.5\nboundary: {fixed: 2}")
            #expect(given.rows == 60 && given.solver == .fullMultigrid && given.shift == 0.5)
            #expect(given.boundary.east == .fixed(2))
            for (addition, fault) in [
                ("tolerance: 1", "tolerance: expected a number below 1, found 1"),
                ("tolerance: 0", "tolerance: expected a number above 0, found '0'"),
                ("shift: -1", "shift: expected a number of at least 0, found '-1'"),
                (
                    "solver: gmres",
                    "solver: expected multigrid-cg, jacobi-cg, cg, chebyshev, multigrid or full-multigrid, found 'gmres'"
                ),
                ("iterations: 0", "iterations: expected an integer from 1 to 1000000000, found '0'"),
            ] {
                #expect(folder.faults(Sound.poisson + "\n" + addition) == ["job.yaml:4: \(fault)"])
            }
        }
    }

    @Test func denseKinds() throws {
        try JobFolder.with { folder throws in
            guard case .solve(let solve) = try folder.load(Sound.solve).job else { throw OverrideTests.NotTheKind() }
            #expect(solve.matrix.shape == [6, 6] && solve.rightHandSide.shape == [6] && solve.solution == "x.npy")
            #expect(solve.method == .auto && solve.element == .double)
            let text = Sound.solve.replacing("a.npy", with: "z.npy").replacing("b.npy", with: "b2.npy")
            guard case .solve(let complex) = try folder.load(text + "\nmethod: lu\nblock: 32\ngrid: 2x1").job else {
                throw OverrideTests.NotTheKind()
            }
            #expect(complex.element == .complexDouble && complex.method == .lu && complex.block == 32)
            #expect(complex.grid?.rows == 2 && complex.grid?.columns == 1)
            let byRequest = try folder.load(Sound.solve + "\nmethod: symmetric-indefinite")
            guard case .solve(let indefinite) = byRequest.job else {
                throw OverrideTests.NotTheKind()
            }
            #expect(indefinite.method == .symmetricIndefinite)
            guard case .solve(let sparse) = try folder.load(Sound.solve.replacing("a.npy", with: "s.mtx")).job else {
                throw OverrideTests.NotTheKind()
            }
            #expect(sparse.matrix.shape == [6, 6] && !sparse.matrix.isComplex)

            guard case .multiply(let product) = try folder.load(Sound.multiply + "\nalpha: -2e-1").job else {
                throw OverrideTests.NotTheKind()
            }
            #expect(product.extents == (6, 4, 6) && product.alpha == -0.2 && product.transposeB == .transpose)
            guard case .linpack(let linpack) = try folder.load(Sound.linpack + "\ntype: complex-float").job else {
                throw OverrideTests.NotTheKind()
            }
            #expect(linpack.n == 1000 && linpack.element == .complexFloat && linpack.seed == 1)
            #expect(linpack.precision == .full && solve.precision == .full)
            guard case .linpack(let mixed) = try folder.load(Sound.linpack + "\nprecision: mixed").job else {
                throw OverrideTests.NotTheKind()
            }
            #expect(mixed.precision == .mixed)
            for type in ["float", "complex-float"] {
                #expect(
                    folder.faults(Sound.linpack + "\ntype: \(type)\nprecision: mixed") == [
                        "job.yaml:4: precision: expected full for the type \(type), found 'mixed'"
                    ])
                #expect(folder.faults(Sound.solve + "\ntype: \(type)\nprecision: mixed").count == 1)
            }
        }
    }

    @Test func pivotings() throws {
        try JobFolder.with { folder throws in
            func pivoting(_ text: String) throws -> JobPivoting {
                switch try folder.load(text).job {
                case .linpack(let spec): spec.pivoting
                case .solve(let spec): spec.pivoting
                default: throw OverrideTests.NotTheKind()
                }
            }
            for sound in [Sound.linpack, Sound.solve] {
                #expect(try pivoting(sound) == .partial)
                for choice in JobPivoting.allCases {
                    #expect(try pivoting(sound + "\npivoting: \(choice.rawValue)") == choice)
                }
                #expect(folder.faults(sound + "\npivoting: none").count == 1)
                let faults = folder.faults(sound + "\nprecision: mixed\npivoting: butterflies")
                #expect(
                    faults.count == 1
                        && faults[0].hasSuffix(
                            "pivoting: expected partial, tournament or threshold in mixed precision, found 'butterflies'"
                        ),
                    "\(faults)")
                #expect(try pivoting(sound + "\nprecision: mixed\npivoting: tournament") == .tournament)
            }
        }
    }

    @Test func checkpointsWithTheirDefaults() throws {
        try JobFolder.with { folder throws in
            func options(_ text: String, _ overrides: [String] = []) throws -> CheckpointOptions? {
                switch try folder.load(text, overrides: overrides).job {
                case .linpack(let spec): spec.checkpoint
                case .solve(let spec): spec.checkpoint
                case .gaussianProcess(let spec): spec.checkpoint
                case .heat(let spec): spec.checkpoint
                case .wave(let spec): spec.checkpoint
                case .reactionDiffusion(let spec): spec.checkpoint
                case .shallowWater(let spec): spec.checkpoint
                case .poisson, .multiply: nil
                }
            }
            for sound in [
                Sound.linpack, Sound.solve, Sound.gaussianProcess, Sound.heat, Sound.wave, Sound.reactionDiffusion,
                Sound.shallowWater,
            ] {
                #expect(try options(sound) == nil)
                let defaults = try #require(try options(sound + "\ncheckpoint: {}"))
                #expect(defaults.folder == "checkpoint" && defaults.minutes == 10 && defaults.keep == 2)
                let given = try #require(try options(sound, ["checkpoint.every=0.5", "checkpoint.keep=1"]))
                #expect(given.folder == "checkpoint" && given.minutes == 0.5 && given.keep == 1)
            }
            for sound in [Sound.heat, Sound.wave, Sound.reactionDiffusion, Sound.shallowWater] {
                #expect(try options(sound, ["checkpoint.every=1"])?.steps == nil)
                #expect(try options(sound, ["checkpoint.steps=500"])?.steps == 500)
            }
            #expect(folder.faults(Sound.heat + "\ncheckpoint: {steps: 0}").count == 1)
            #expect(folder.faults(Sound.linpack + "\ncheckpoint: {steps: 5}").count == 1)
            #expect(
                folder.faults(Sound.linpack + "\ncheckpoint: {every: -1, keep: 0, folder: a/b}").count == 3)
            #expect(folder.faults(Sound.multiply + "\ncheckpoint: {}").count == 1)
        }
    }

    @Test(arguments: [
        ("terrain-gp", "gaussian-process"), ("hillslope", "heat"), ("poisson", "poisson"), ("wave", "wave"),
        ("reaction-diffusion", "reaction-diffusion"), ("shallow-water", "shallow-water"),
        ("dam-break", "shallow-water"),
        ("solve", "solve"),
        ("multiply", "multiply"), ("linpack", "linpack"),
    ])
    func readyFilesLoad(_ name: String, _ kind: String) throws {
        let file = try JobFile.load(path: repositoryFile("jobs/\(name).yaml"), node: nil)
        #expect(file.kind == kind && file.name == name && file.outputFolder == "results/\(name)")
        // A laptop's memory is enough for each.
        #expect(file.memory(ranks: 4) < 2 << 30)
    }

    @Test func theHillslopeIsWhatItsCommentsSay() throws {
        guard case .heat(let spec) = try JobFile.load(path: repositoryFile("jobs/hillslope.yaml"), node: nil).job else {
            throw OverrideTests.NotTheKind()
        }
        #expect(spec.rows == 5504 && spec.columns == 6448 && spec.steps == 338 && Int(spec.stableStep) == 328)
    }

    @Test func recordingHasItsDefaults() throws {
        try JobFolder.with { folder in
            let job = try folder.load(Sound.heat + "\nrecording:\n  frames: 24\n  range: [-1, 2.5]")
            guard case .heat(let spec) = job.job, let recording = spec.recording else {
                Issue.record("no recording")
                return
            }
            #expect(recording.frames == 24 && recording.range == -1...2.5 && recording.width == 800)
            #expect(!recording.hdf5 && recording.animation && recording.colours == .terrain)
            #expect(recording.field == nil && recording.plane == nil)
            guard case .heat(let plain) = try folder.load(Sound.heat).job else { return }
            #expect(plain.recording == nil)
        }
    }
}
