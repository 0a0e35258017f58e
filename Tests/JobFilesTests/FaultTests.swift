import JobFiles
import Testing

/// One text, one fault, one exact line.
@Suite struct FaultTests {
    private func expect(_ text: String, _ lines: [String], node: JobNode? = nil) throws {
        try JobFolder.with { folder in #expect(folder.faults(text, node: node) == lines) }
    }

    @Test(arguments: [
        ("samples: 100", "sample: 100", "job.yaml:4: sample: expected a known key, perhaps 'samples', found 'sample'"),
        (
            "  length-scale: 1000", "  lenght-scale: 1\n  length-scale: 1000",
            "job.yaml:7: kernel.lenght-scale: expected a known key, perhaps 'length-scale', found 'lenght-scale'"
        ),
        (
            "  noise: 100", "  colour: red",
            "job.yaml:9: kernel.colour: expected a known key (type, length-scale, variance or noise), found 'colour'"
        ),
        (
            "samples: 100\n", "",
            "job.yaml:1: samples: expected at most 600, the cells of the field, found 4000, the default"
        ),
        (
            "spacing: [92.5", "spacin: [92.5",
            "job.yaml:3: spacin: expected a known key, perhaps 'spacing', found 'spacin'"
        ),
        ("samples: 100", "samples: many", "job.yaml:4: samples: expected an integer of at least 1, found 'many'"),
        (
            "samples: 100", "samples: '100'",
            "job.yaml:4: samples: expected an integer of at least 1, found '100' in quotes"
        ),
        ("samples: 100", "samples: 0", "job.yaml:4: samples: expected an integer of at least 1, found '0'"),
        ("samples: 100", "samples: 1.5", "job.yaml:4: samples: expected an integer of at least 1, found '1.5'"),
        ("samples: 100", "samples:", "job.yaml:4: samples: expected an integer of at least 1, found nothing"),
        (
            "samples: 100", "samples: [1, 2]",
            "job.yaml:4: samples: expected an integer of at least 1, found a list of 2"
        ),
        ("samples: 100", "samples: {a: 1}", "job.yaml:4: samples: expected an integer of at least 1, found a section"),
        (
            "samples: 100", "samples: 601",
            "job.yaml:4: samples: expected at most 600, the cells of the field, found 601"
        ),
        (
            "samples: 100", "samples: 99999999999999999999",
            "job.yaml:4: samples: expected an integer of at least 1, found '99999999999999999999'"
        ),
        ("  noise: 100", "  noise: 100\nseed: -1", "job.yaml:10: seed: expected an integer of at least 0, found '-1'"),
        ("  noise: 100", "  noise: 100\nvariance: yes", "job.yaml:10: variance: expected true or false, found 'yes'"),
        (
            "  noise: 100", "  noise: 100\nblock: 0",
            "job.yaml:10: block: expected auto or an integer from 1 to 65536, found '0'"
        ),
        (
            "  noise: 100", "  noise: 100\nblock: small",
            "job.yaml:10: block: expected auto or an integer from 1 to 65536, found 'small'"
        ),
        (
            "  noise: 100", "  noise: 100\ngrid: 2 by 3",
            "job.yaml:10: grid: expected a process grid such as 2x3, found '2 by 3'"
        ),
        (
            "  noise: 100", "  noise: 100\ngrid: 0x3",
            "job.yaml:10: grid: expected a process grid such as 2x3, found '0x3'"
        ),
        ("  noise: 100", "  noise: 100\nname: a/b", "job.yaml:10: name: expected a name without slashes, found 'a/b'"),
        (
            "[92.5, 74.5]", "[92.5]",
            "job.yaml:3: spacing: expected 2 numbers above 0 in brackets, found a list of 1"
        ),
        (
            "[92.5, 74.5]", "[92.5, 0]",
            "job.yaml:3: spacing: expected 2 numbers above 0 in brackets, found a list with '0'"
        ),
        ("[92.5, 74.5]", "92.5", "job.yaml:3: spacing: expected 2 numbers above 0 in brackets, found '92.5'"),
        (
            "type: matern-3/2", "type: gauss",
            "job.yaml:6: kernel.type: expected squared-exponential, exponential, matern-3/2 or matern-5/2, found 'gauss'"
        ),
        ("scale: 1000", "scale: -3", "job.yaml:7: kernel.length-scale: expected a number above 0, found '-3'"),
        ("scale: 1000", "scale: .inf", "job.yaml:7: kernel.length-scale: expected a number above 0, found '.inf'"),
        ("scale: 1000", "scale: 1e999", "job.yaml:7: kernel.length-scale: expected a number above 0, found '1e999'"),
        ("noise: 100", "noise: -1", "job.yaml:9: kernel.noise: expected a number of at least 0, found '-1'"),
        (
            "field: field.npy\n", "",
            "job.yaml:1: field: expected the path of a .npy file of a real two-dimensional array, found no such key"
        ),
        (
            "  variance: 26000\n", "",
            "job.yaml:6: kernel.variance: expected a number above 0, found no such key"
        ),
        (
            "field: field.npy", "field: none.npy",
            "job.yaml:2: field: expected the path of a .npy file of a real two-dimensional array, "
                + "found 'none.npy': cannot be opened: No such file or directory"
        ),
        (
            "field: field.npy", "field: cube.npy",
            "job.yaml:2: field: expected the path of a .npy file of a real two-dimensional array, "
                + "found 'cube.npy': real, 2 x 2 x 2"
        ),
        (
            "field: field.npy", "field: z.npy",
            "job.yaml:2: field: expected the path of a .npy file of a real two-dimensional array, "
                + "found 'z.npy': complex, 6 x 6"
        ),
        (
            "field: field.npy", "field: s.mtx",
            "job.yaml:2: field: expected the path of a .npy file of a real two-dimensional array, found 's.mtx'"
        ),
    ])
    func gaussianProcess(_ sound: String, _ faulty: String, _ line: String) throws {
        try #require(Sound.gaussianProcess.contains(sound))
        try expect(Sound.gaussianProcess.replacing(sound, with: faulty, maxReplacements: 1), [line])
    }

    @Test(arguments: [
        ("step: 50.1", "job.yaml:6: step: expected at most 50.0 years, the largest stable step, found 50.1"),
        ("step: soon", "job.yaml:6: step: expected auto or a number above 0, found 'soon'"),
        ("refine: 0", "job.yaml:6: refine: expected an integer from 1 to 1024, found '0'"),
        (
            "refine: 10\nstep: 1",
            "job.yaml:7: step: expected at most 0.5 years, the largest stable step, found 1"
        ),
        ("snapshots: 24", "job.yaml:6: snapshots: expected at most one for each of the 23 steps, found 24"),
        ("step: 1e-12", "job.yaml:5: duration: expected at most 1000000000000 steps, found 999999999999091"),
        (
            "boundary: open",
            "job.yaml:6: boundary: expected insulated, periodic or a section with fixed, north, south, west or east, found 'open'"
        ),
        ("boundary: {fixed: hot}", "job.yaml:6: boundary.fixed: expected a number, found 'hot'"),
        (
            "boundary: {nord: periodic}",
            "job.yaml:6: boundary.nord: expected a known key, perhaps 'north', found 'nord'"
        ),
        (
            "boundary: {north: {fixd: 1, fixed: 1}}",
            "job.yaml:6: boundary.north.fixd: expected a known key, perhaps 'fixed', found 'fixd'"
        ),
        (
            "boundary:\n  west: periodic",
            "job.yaml:7: boundary.west: expected 'east' periodic as well, found 'west' periodic alone"
        ),
        (
            "boundary:\n  fixed: 1\n  east: insulated",
            "job.yaml:8: boundary.east: expected no single side beside a value for all sides, found 'east'"
        ),
    ])
    func heat(_ addition: String, _ line: String) throws {
        try expect(Sound.heat + "\n" + addition, [line])
    }

    @Test func denseShapesAndTypes() throws {
        try expect(
            Sound.solve.replacing("a.npy", with: "wide.npy"),
            [
                "job.yaml:2: matrix: expected the path of a .npy or .mtx file of a square matrix, found 'wide.npy': real, 4 x 6"
            ])
        try expect(
            Sound.solve.replacing("b.npy", with: "b7.npy"),
            ["job.yaml:3: right-hand-side: expected 6 rows, as many as 'matrix', found 7"])
        try expect(
            Sound.solve.replacing("a.npy", with: "z.npy") + "\ntype: float",
            ["job.yaml:4: type: expected a complex type, as 'matrix' is complex, found 'float'"])
        try expect(
            Sound.solve + "\nmethod: qr",
            ["job.yaml:4: method: expected auto, lu, cholesky or symmetric-indefinite, found 'qr'"])
        try expect(
            Sound.solve + "\nmethod: symmetric-indefinite\nprecision: mixed",
            ["job.yaml:5: precision: expected full for the method symmetric-indefinite, found 'mixed'"])
        try expect(
            Sound.solve + "\nmethod: symmetric-indefinite\ncheckpoint: {}",
            [
                "job.yaml:5: checkpoint: expected no checkpoints for the method symmetric-indefinite, found a section"
            ])
        try expect(
            Sound.solve + "\nsolution: ../x.npy",
            ["job.yaml:4: solution: expected a file name ending in .npy or .mtx, found '../x.npy'"])
        try expect(
            Sound.solve + "\nsolution: .npy",
            ["job.yaml:4: solution: expected a file name ending in .npy or .mtx, found '.npy'"])
        try expect(
            Sound.multiply.replacing("transpose-b: transpose", with: "transpose-b: none"),
            ["job.yaml:3: b: expected op(B) with 6 rows, as many as op(A) has columns, found 4 x 6"])
        try expect(
            Sound.linpack + "\ntype: half",
            ["job.yaml:3: type: expected float, double, complex-float or complex-double, found 'half'"])
    }

    @Test func brokenInputs() throws {
        try JobFolder.with { folder throws in
            try folder.write("a.npy", [0x93, 0x4E])
            #expect(
                folder.faults(Sound.solve) == [
                    "job.yaml:2: matrix: expected the path of a .npy or .mtx file of a square matrix, "
                        + "found 'a.npy': the header is truncated: the file holds 2 bytes"
                ])
            try folder.write("s.mtx", Array("%%MatrixMarket matrix array real symmetric\n2 3\n".utf8))
            #expect(
                folder.faults(Sound.solve.replacing("a.npy", with: "s.mtx")) == [
                    "job.yaml:2: matrix: expected the path of a .npy or .mtx file of a square matrix, "
                        + "found 's.mtx': line 2: expected a square matrix, being symmetric, found 2 x 3"
                ])
        }
    }

    @Test func gridAgainstRanks() throws {
        let text = Sound.linpack + "\ngrid: 2x3"
        try expect(text, [], node: JobNode(availableMemory: nil, ranksOnNode: 6, ranks: 6))
        try expect(text, [], node: JobNode(availableMemory: nil))
        try expect(
            text, ["job.yaml:3: grid: expected a grid of 4 ranks, as many as were started, found 2x3"],
            node: JobNode(availableMemory: nil, ranksOnNode: 4, ranks: 4))
    }

    @Test func allFaultsAtOnce() throws {
        try expect(
            """
            kind: heat
            field: none.npy
            spacing: [10, -10]
            diffusivity: fast
            refin: 3
            step: -1
            boundary:
              north: hot
            """,
            [
                "job.yaml:1: duration: expected a number above 0, found no such key",
                "job.yaml:2: field: expected the path of a .npy file of a real two-dimensional array, "
                    + "found 'none.npy': cannot be opened: No such file or directory",
                "job.yaml:3: spacing: expected 2 numbers above 0 in brackets, found a list with '-10'",
                "job.yaml:4: diffusivity: expected a number above 0, found 'fast'",
                "job.yaml:5: refin: expected a known key, perhaps 'refine', found 'refin'",
                "job.yaml:6: step: expected auto or a number above 0, found '-1'",
                "job.yaml:8: boundary.north: expected insulated, periodic or a section with fixed, found 'hot'",
            ])
    }

    /// The section `recording` of a heat job of 23 steps.
    @Test(arguments: [
        ("frames: 1", "job.yaml:7: recording.frames: expected an integer from 2 to 10000, found '1'"),
        (
            "frames: 25",
            "job.yaml:7: recording.frames: expected at most one for the start and one for each of the 23 steps, found 25"
        ),
        ("width: 10", "job.yaml:7: recording.width: expected an integer from 64 to 4096, found '10'"),
        ("range: [2, 1]", "job.yaml:7: recording.range: expected the smaller number first, found 2, 1"),
        ("hdf: true", "job.yaml:7: recording.hdf: expected a known key, perhaps 'hdf5', found 'hdf'"),
        (
            "colours: red", "job.yaml:7: recording.colours: expected sequential, diverging or terrain, found 'red'"
        ),
        (
            "frames: 1000\n  width: 4096\nstep: 1",
            "job.yaml:7: recording.frames: expected at most 238 frames of 4096 pixels in an animation, found 1000"
        ),
        (
            "hdf5: true\nstep: 0.25\nsnapshots: 2001",
            "job.yaml:9: snapshots: expected at most 2000 with HDF5, found 2001"
        ),
        (
            "frames: 3\nmethod: crank-nicolson",
            "job.yaml:7: recording.frames: expected at most one for the start and one for each of the 1 steps, found 3"
        ),
    ])
    func recordings(_ more: String, _ line: String) throws {
        try expect(Sound.heat + "\nrecording:\n  " + more, [line])
    }
}
