import Foundation
import JobFiles
import Testing

/// Kind `wave`: values, defaults, and one line for each fault.
@Suite struct WaveSpecTests {
    private func wave(_ folder: JobFolder, _ text: String, _ overrides: [String] = []) throws -> WaveSpec {
        guard case .wave(let spec) = try folder.load(text, overrides: overrides).job else {
            throw OverrideTests.NotTheKind()
        }
        return spec
    }

    @Test func values() throws {
        try JobFolder.with { folder throws in
            let plain = try wave(folder, Sound.wave)
            #expect(plain.extents == [40, 60] && plain.spacing == 10 && plain.velocity == .constant(2000))
            #expect(plain.order == 4 && plain.boundary.sponge == 10 && plain.boundary.isAbsorbing)
            #expect(plain.boundary.sides.count == 2 && plain.boundary.sides[0].lower == .absorbing)
            #expect(plain.sources.map(\.position) == [[100, 200]])
            #expect(plain.sources[0].wavelet == .ricker(frequency: 15, delay: 0.1, amplitude: 1))
            #expect(plain.receivers == [[0, 0], [390, 590]])
            // 2 h / (c sqrt(2 * 16/3)): two axes of order 4.
            #expect(abs(plain.stableStep - 0.01 / (32.0 / 3).squareRoot()) < 1e-15)
            #expect(plain.schedule.steps == Int((0.5 / (0.9 * plain.stableStep)).rounded(.up)))
            #expect(plain.schedule.step == 0.5 / Double(plain.schedule.steps) && plain.schedule.snapshots == 1)

            let second = try wave(folder, Sound.wave, ["order=2", "step=0.0035", "boundary=free"])
            #expect(abs(second.stableStep - 0.01 / 8.0.squareRoot()) < 1e-15 && second.schedule.steps == 143)
            #expect(!second.boundary.isAbsorbing)
        }
    }

    @Test func recording() throws {
        try JobFolder.with { folder throws in
            let space = Sound.wave.replacing("[40, 60]", with: "[40, 50, 60]").replacing(
                "[100, 200]", with: "[9, 9, 9]"
            )
            .replacing("[[0, 0], [390, 590]]", with: "[[0, 0, 0]]")
            let recorded = try wave(folder, space + "\nrecording: {frames: 3, range: [-2, 2], axis: 1, index: 49}")
            let plane = try #require(recorded.recording?.plane)
            #expect(plane.axis == 1 && plane.index == 49 && recorded.recording?.colours == .diverging)
            let middle = try wave(folder, space + "\nrecording: {hdf5: true}")
            #expect(middle.recording?.plane?.axis == 0 && middle.recording?.plane?.index == nil)
            #expect(try wave(folder, Sound.wave + "\nrecording: {hdf5: true}").recording?.plane == nil)
            for (text, more, line) in [
                (space, "axis: 1, index: 50", "index: expected an index below 50, the cells along axis 1, found 50"),
                (Sound.wave, "axis: 1", "axis: expected no axis across a grid that is a plane, found 'axis'"),
                (
                    Sound.wave, "frames: 3",
                    "range: expected the pressures that the colours of frames span, as it is zero in the first, found none"
                ),
            ] {
                let lines = folder.faults(text + "\nrecording: {\(more)}")
                #expect(lines == ["job.yaml:11: recording.\(line)"])
            }
        }
    }

    @Test func otherForms() throws {
        try JobFolder.with { folder throws in
            let layers = Sound.wave.replacing(
                "velocity: 2000", with: "velocity: {layers: [[0, 1500], [100, 3000], [250, 2500]]}")
            let layered = try wave(folder, layers)
            #expect(layered.velocities == 1500...3000)
            guard case .layers(let found) = layered.velocity else { throw OverrideTests.NotTheKind() }
            #expect(found.map(\.top) == [0, 100, 250] && found.map(\.velocity) == [1500, 3000, 2500])

            let line = try wave(
                folder,
                Sound.wave.replacing(
                    "receivers: [[0, 0], [390, 590]]", with: "receivers: {from: [50, 0], to: [50, 590], count: 3}"))
            #expect(line.receivers == [[50, 0], [50, 295], [50, 590]])

            // The file gives the shape; sides each for itself.
            let file = """
                kind: wave
                spacing: 5
                velocity: speed.npy
                order: 8
                sources: [{position: [0, 15], wavelet: {samples: b7.npy, interval: 0.01, amplitude: -2}}]
                receivers: [[10, 0]]
                duration: 1
                sponge: 1
                boundary: {top: free, west: rigid}
                """
            let given = try wave(folder, file)
            #expect(given.extents == [3, 4] && given.velocities == 1000...2100)
            #expect(given.boundary.sides[0].lower == .free && given.boundary.sides[0].upper == .absorbing)
            #expect(given.boundary.sides[1].lower == .rigid && given.boundary.sides[1].upper == .absorbing)
            guard case .samples(let samples, let interval, let amplitude) = given.sources[0].wavelet else {
                throw OverrideTests.NotTheKind()
            }
            #expect(samples.shape == [7] && interval == 0.01 && amplitude == -2)
        }
    }

    @Test(arguments: [
        (
            "spacing: 10", "spacing: 10\nstep: 0.01",
            "job.yaml:4: step: expected at most 0.0030618621784789723 seconds, the largest stable step, found 0.01"
        ),
        ("spacing: 10", "spacing: 10\norder: 6", "job.yaml:4: order: expected 2, 4 or 8, found 6"),
        (
            "position: [100, 200]", "position: [100, 590.5]",
            "job.yaml:6: sources[0].position: expected a point from [0, 0] to [390, 590] metres, found [100, 590.5]"
        ),
        (
            "position: [100, 200]", "position: [100, 200, 300]",
            "job.yaml:6: sources[0].position: expected a point from [0, 0] to [390, 590] metres, found [100, 200, 300]"
        ),
        (
            "[390, 590]]", "[-1, 590]]",
            "job.yaml:8: receivers[1]: expected a point from [0, 0] to [390, 590] metres, found [-1, 590]"
        ),
        (
            "receivers: [[0, 0], [390, 590]]", "receivers: {from: [0, 0], to: [0, 600], count: 5}",
            "job.yaml:8: receivers.to: expected a point from [0, 0] to [390, 590] metres, found [0, 600]"
        ),
        (
            "receivers: [[0, 0], [390, 590]]", "receivers: 3",
            "job.yaml:8: receivers: expected a list of 1 to 1000000, each a list of 2 or 3, each a number "
                + "or a section with from, to or count, found '3'"
        ),
        (
            "extents: [40, 60]\n", "",
            "job.yaml:1: extents: expected 2 or 3 numbers of points, where velocity is no file, found no such key"
        ),
        (
            "extents: [40, 60]", "extents: [40]",
            "job.yaml:2: extents: expected a list of 2 or 3, each an integer from 1 to 2147483647, found a list of 1"
        ),
        (
            "extents: [40, 60]", "extents: [40, none]",
            "job.yaml:2: extents[1]: expected an integer from 1 to 2147483647, found 'none'"
        ),
        (
            "velocity: 2000", "velocity: speed.npy",
            "job.yaml:2: extents: expected those of the velocity, 3 x 4, found 40 x 60"
        ),
        (
            "velocity: 2000", "velocity: nan.npy",
            "job.yaml:4: velocity: expected an array of finite numbers, found nan at [0, 1, 1] (counted from 0)"
        ),
        (
            "velocity: 2000", "velocity: b.npy",
            "job.yaml:4: velocity: expected the path of a .npy file of a real array of two or three axes, "
                + "found 'b.npy': real, 6"
        ),
        (
            "velocity: 2000", "velocity: {layers: [[10, 1500]]}",
            "job.yaml:4: velocity.layers: expected a first layer that begins at 0, found 10"
        ),
        (
            "velocity: 2000", "velocity: {layers: [[0, 1500], [20, 1600], [20, 1700]]}",
            "job.yaml:4: velocity.layers: expected layers from the top downwards, a depth above 20, found 20"
        ),
        (
            "velocity: 2000", "velocity: {layers: [[0, 1500], [20, 0]]}",
            "job.yaml:4: velocity.layers: expected velocities above 0, found 0"
        ),
        (
            "{frequency: 15}", "{amplitude: 2}",
            "job.yaml:7: sources[0].wavelet.frequency: expected a frequency or samples, found neither"
        ),
        (
            "{frequency: 15}", "{frequency: 0}",
            "job.yaml:7: sources[0].wavelet.frequency: expected a number above 0, found '0'"
        ),
        (
            "{frequency: 15}", "{samples: b7.npy}",
            "job.yaml:7: sources[0].wavelet.interval: expected the seconds between samples, found no such key"
        ),
        (
            "{frequency: 15}", "{samples: b7.npy, interval: 1, delay: 2}",
            "job.yaml:7: sources[0].wavelet.delay: expected no Ricker wavelet beside samples, found 'delay'"
        ),
        (
            "{frequency: 15}", "{samples: b2.npy, interval: 1}",
            "job.yaml:7: sources[0].wavelet.samples: expected the path of a .npy file of a real one-dimensional array, "
                + "found 'b2.npy': real, 6 x 2"
        ),
        (
            "sponge: 10", "sponge: 20",
            "job.yaml:10: sponge: expected at most 19 points, with 40 along axis 0, found 20"
        ),
        (
            "sponge: 10", "sponge: 10\nboundary: {north: free}",
            "job.yaml:11: boundary.north: expected top, bottom, west or east in a plane, found 'north'"
        ),
        (
            "sponge: 10", "sponge: 10\nboundary: hard",
            "job.yaml:11: boundary: expected absorbing, free, rigid or a section with top, bottom, north, south, "
                + "west or east, found 'hard'"
        ),
    ])
    func faults(_ sound: String, _ faulty: String, _ line: String) throws {
        try #require(Sound.wave.contains(sound))
        try JobFolder.with { folder in
            #expect(folder.faults(Sound.wave.replacing(sound, with: faulty, maxReplacements: 1)) == [line])
        }
    }

    /// The velocity and the snapshots of a job that would write over them.
    @Test func inputsStay() throws {
        try JobFolder.with { folder throws in
            try FileManager.default.copyItem(
                atPath: "\(folder.path)/speed.npy", toPath: "\(folder.path)/snapshot-0001.npy")
            let text = """
                kind: wave
                spacing: 5
                velocity: snapshot-0001.npy
                sources: [{position: [0, 0], wavelet: {frequency: 1}}]
                receivers: [[0, 0]]
                duration: 1
                sponge: 1
                """
            #expect(
                folder.faults(text, output: folder.path) == [
                    "job.yaml:3: velocity: expected a file that no result replaces: another output folder keeps it, "
                        + "found 'snapshot-0001.npy' in the output folder"
                ])
        }
    }
}
