import JobFiles
import Testing

/// Kinds `reaction-diffusion` and `shallow-water`: values, defaults, and one line for each fault.
@Suite struct SteppedSpecTests {
    @Test func reactionDiffusion() throws {
        try JobFolder.with { folder throws in
            func reaction(_ addition: String) throws -> ReactionDiffusionSpec {
                guard case .reactionDiffusion(let spec) = try folder.load(Sound.reactionDiffusion + "\n" + addition).job
                else { throw OverrideTests.NotTheKind() }
                return spec
            }
            let plain = try reaction("")
            #expect(plain.extents == [30, 40] && plain.pattern == .coral && plain.boundary == .periodic)
            #expect(plain.feed == 0.0545 && plain.kill == 0.062 && plain.diffusionU == 0.2 && plain.diffusionV == 0.1)
            // 2 / (8 Du + F).
            #expect(plain.stableStep == 2 / (1.6 + 0.0545))
            #expect(plain.schedule.steps == 1000 && plain.schedule.step == 1)
            let given = try reaction("pattern: maze\nkill: 0.06\ndiffusion-u: 0.5\nseeds: 3\nboundary: insulated")
            #expect(given.feed == 0.029 && given.kill == 0.06 && given.seeds == 3 && given.boundary == .insulated)
            let stable = 2 / (4.0 + 0.029)
            #expect(given.stableStep == stable && given.schedule.steps == Int((1000 / (0.9 * stable)).rounded(.up)))
            for pattern in ReactionDiffusionSpec.Pattern.allCases {
                #expect(try reaction("pattern: \(pattern.rawValue)").pattern == pattern)
            }
        }
    }

    @Test(arguments: [
        (
            "pattern: dots",
            "job.yaml:4: pattern: expected spots, mitosis, stripes, maze, coral, holes, loops or chaos, found 'dots'"
        ),
        (
            "step: 1.3",
            "job.yaml:4: step: expected at most 1.2088244182532486 units of time, the largest stable step, found 1.3"
        ),
        ("feed: -1", "job.yaml:4: feed: expected a number of at least 0, found '-1'"),
        ("seed-size: 31", "job.yaml:4: seed-size: expected at most 30 cells, the shortest axis, found 31"),
        ("seeds: 0", "job.yaml:4: seeds: expected an integer from 1 to 1000000, found '0'"),
        ("snapshots: 1001", "job.yaml:4: snapshots: expected at most one for each of the 1000 steps, found 1001"),
    ])
    func reactionDiffusionFaults(_ addition: String, _ line: String) throws {
        try JobFolder.with { folder in
            #expect(folder.faults(Sound.reactionDiffusion + "\n" + addition) == [line])
        }
    }

    @Test func recordings() throws {
        try JobFolder.with { folder throws in
            let addition = "\nrecording: {frames: 5, field: u, hdf5: true}"
            guard case .reactionDiffusion(let spec) = try folder.load(Sound.reactionDiffusion + addition).job
            else { throw OverrideTests.NotTheKind() }
            #expect(spec.recording?.field == "u" && spec.recording?.frames == 5 && spec.recording?.hdf5 == true)
            guard case .shallowWater(let water) = try folder.load(Sound.shallowWater + "\nrecording: {frames: 2}").job
            else { throw OverrideTests.NotTheKind() }
            #expect(water.recording?.field == "surface" && water.recording?.colours == .diverging)
            #expect(
                folder.faults(Sound.shallowWater + "\nrecording: {field: v}")
                    == ["job.yaml:7: recording.field: expected surface, east, south or depth, found 'v'"])
            #expect(
                folder.faults(Sound.shallowWater + "\nrecording: {field: depth}") == [
                    "job.yaml:7: recording.field: expected surface, east or south with linear equations, found 'depth'"
                ])
        }
    }

    @Test func shallowWater() throws {
        try JobFolder.with { folder throws in
            func water(_ text: String) throws -> ShallowWaterSpec {
                guard case .shallowWater(let spec) = try folder.load(text).job else { throw OverrideTests.NotTheKind() }
                return spec
            }
            let plain = try water(Sound.shallowWater)
            #expect(plain.extents == [20, 30] && plain.cells == [100, 100] && plain.depth == .constant(10))
            #expect(plain.initial == .bump(height: 1, centre: [1000, 1500], radius: 200))
            #expect(plain.gravity == 9.81 && plain.coriolis == 0 && plain.edges == [.walls, .walls])
            // 1 / sqrt(g H (1/dx² + 1/dy²)).
            #expect(abs(plain.stableStep - 1 / (98.1 * 2e-4).squareRoot()) < 1e-12)
            #expect(plain.schedule.steps == 10)
            let turning = try water(
                Sound.shallowWater + "\ncoriolis: -0.1\nrefine: 2\nboundary: {west-east: periodic}")
            #expect(turning.extents == [40, 60] && turning.edges == [.walls, .periodic])
            #expect(abs(turning.stableStep - 1 / ((98.1 * 8e-4).squareRoot() + 0.05)) < 1e-12)

            let maps = try water(
                """
                kind: shallow-water
                spacing: [10, 20]
                depth: {terrain: speed.npy, level: 1500}
                initial: speed.npy
                duration: 10
                """)
            // A dam of 4.81 metres on a dry bed: c = sqrt(9.81 * 4.81).
            let dam = try water(
                Sound.shallowWater.replacing("depth: 10", with: "depth: 0").replacing(
                    "{height: 1, centre: [1000, 1500], radius: 200}", with: "{height: 4.81, west-of: 900}")
                    + "\nequations: nonlinear\nrecording: {field: depth}")
            #expect(dam.equations == .nonlinear && dam.initial == .step(height: 4.81, west: 900))
            #expect(dam.greatestDepth == 4.81 && dam.recording?.field == "depth" && plain.equations == .linear)
            #expect(abs(dam.stableStep - 1 / ((9.81 * 4.81).squareRoot() * 0.02)) < 1e-12)
            #expect(dam.schedule.steps == Int((60 / (0.45 * dam.stableStep)).rounded(.up)))
            #expect(maps.extents == [3, 4] && maps.depth.greatest == 500 && maps.depth.file?.shape == [3, 4])
        }
    }

    @Test(arguments: [
        (
            "duration: 60", "duration: 60\nstep: 8",
            "job.yaml:7: step: expected at most 7.139215614635322 seconds, the largest stable step, found 8"
        ),
        (
            "extents: [20, 30]\n", "",
            "job.yaml:1: extents: expected rows and columns, where neither depth nor initial is a file, found no such key"
        ),
        ("depth: 10", "depth: speed.npy", "job.yaml:2: extents: expected 3 x 4 as the depth has, found 20 x 30"),
        (
            "extents: [20, 30]\nspacing: [100, 100]\ndepth: 10", "spacing: [1000, 1000]\ndepth: field.npy",
            "job.yaml:3: depth: expected water somewhere, found a greatest depth of 0"
        ),
        (
            "extents: [20, 30]\nspacing: [100, 100]\ndepth: 10",
            "spacing: [1000, 1000]\ndepth: {terrain: speed.npy, level: 900}",
            "job.yaml:3: depth: expected water somewhere, found a greatest depth of -100"
        ),
        (
            "centre: [1000, 1500]", "centre: [2001, 1500]",
            "job.yaml:5: initial.centre: expected a point up to [2000, 3000] metres, found [2001, 1500]"
        ),
        (
            "initial: {height: 1, centre: [1000, 1500], radius: 200}", "initial: 3",
            "job.yaml:5: initial: expected the path of a .npy file of a real two-dimensional array or a section with "
                + "height, centre, radius or west-of, found '3'"
        ),
        (
            ", radius: 200", "",
            "job.yaml:5: initial.radius: expected the radius of a bump, or west-of of a step, found no such key"
        ),
        (
            "centre: [1000, 1500], radius: 200", "west-of: 100, radius: 200",
            "job.yaml:5: initial.radius: expected no part of a bump beside the edge of a step, found 'radius'"
        ),
        (
            "depth: 10", "depth: 0", "job.yaml:4: depth: expected water somewhere, found a greatest depth of 0"
        ),
        (
            "duration: 60", "duration: 60\nequations: both",
            "job.yaml:7: equations: expected linear or nonlinear, found 'both'"
        ),
        (
            "duration: 60", "duration: 60\nequations: nonlinear\nstep: 5",
            "job.yaml:8: step: expected at most \(1 / ((9.81 * 11).squareRoot() * 0.02)) seconds, the largest stable step, found 5"
        ),
        ("radius: 200", "radius: 0", "job.yaml:5: initial.radius: expected a number above 0, found '0'"),
        ("duration: 60", "duration: 60\ngravity: 0", "job.yaml:7: gravity: expected a number above 0, found '0'"),
        (
            "duration: 60", "duration: 60\nboundary: {west-east: open}",
            "job.yaml:7: boundary.west-east: expected walls or periodic, found 'open'"
        ),
    ])
    func shallowWaterFaults(_ sound: String, _ faulty: String, _ line: String) throws {
        try #require(Sound.shallowWater.contains(sound))
        try JobFolder.with { folder in
            #expect(folder.faults(Sound.shallowWater.replacing(sound, with: faulty, maxReplacements: 1)) == [line])
        }
    }
}
