import Foundation
import JobFiles
import Testing

/// `--set` and `--output`: what they change, and the faults that name them.
@Suite struct OverrideTests {
    private func gaussianProcess(_ file: JobFile) throws -> GaussianProcessSpec {
        guard case .gaussianProcess(let spec) = file.job else { throw NotTheKind() }
        return spec
    }

    struct NotTheKind: Error {}

    @Test func replacesAndAdds() throws {
        try JobFolder.with { folder throws in
            let file = try folder.load(
                Sound.gaussianProcess,
                overrides: [
                    "samples=7", "kernel.type=exponential", "spacing=[1, 2.5]", "pictures=false", "name=other",
                    "samples=8",
                ])
            let spec = try gaussianProcess(file)
            #expect(spec.samples == 8 && spec.kernel.type == .exponential && spec.kernel.lengthScale == 1000)
            #expect(spec.rowSpacing == 1 && spec.columnSpacing == 2.5 && !spec.pictures)
            #expect(file.name == "other" && file.outputFolder == "results/other")
        }
    }

    @Test func addsSections() throws {
        try JobFolder.with { folder throws in
            let file = try folder.load(
                Sound.heat,
                overrides: ["boundary.north={fixed: 3}", "boundary.west=periodic", "boundary.east=periodic"])
            guard case .heat(let spec) = file.job else { throw NotTheKind() }
            #expect(spec.boundary.north == .fixed(3) && spec.boundary.south == .insulated)
            #expect(spec.boundary.west == .periodic && spec.boundary.east == .periodic)
        }
    }

    @Test(arguments: [
        ("samples=none", "--set samples: expected an integer of at least 1, found 'none'"),
        ("kernel.noise=-1", "--set kernel.noise: expected a number of at least 0, found '-1'"),
        ("kernel.nois=1", "--set kernel.nois: expected a known key, perhaps 'noise', found 'nois'"),
        ("samples=", "--set samples: expected an integer of at least 1, found nothing"),
        ("samples=601", "--set samples: expected at most 600, the cells of the field, found 601"),
        ("samples", "--set: expected key=value or section.key=value, found 'samples'"),
        ("kernel..type=1", "--set: expected key=value or section.key=value, found 'kernel..type=1'"),
        ("=1", "--set: expected key=value or section.key=value, found '=1'"),
        ("samples.x=1", "--set samples.x: expected a section around 'x', found '100'"),
        ("samples=[1", "--set samples: expected valid YAML: ',' or ']', found other text"),
        (
            "field=field.npy",
            "--set field: expected the path of a .npy file of a real two-dimensional array, "
                + "found 'field.npy': cannot be opened: No such file or directory"
        ),
        ("kind=heet", "--set kind: expected \(SyntaxTests.kinds), perhaps 'heat', found 'heet'"),
    ])
    func faultsNameTheOption(_ override: String, _ line: String) throws {
        try JobFolder.with { folder throws in
            #expect(folder.faults(Sound.gaussianProcess, overrides: [override]) == [line])
        }
    }

    @Test func noResultReplacesAnInput() throws {
        try JobFolder.with { folder throws in
            func line(_ place: String, _ name: String) -> String {
                "job.yaml:\(place): expected a file that no result replaces: another output folder keeps it, "
                    + "found '\(name)' in the output folder"
            }
            let solve = Sound.solve + "\nsolution: a.npy"
            #expect(folder.faults(solve, output: folder.path) == [line("2: matrix", "a.npy")])
            #expect(folder.faults(solve, output: folder.path + "/./") == [line("2: matrix", "a.npy")])
            #expect(folder.faults(solve) == [])
            #expect(folder.faults(solve, output: folder.path + "/new") == [])
            #expect(folder.faults(Sound.solve, output: folder.path) == [])
            #expect(
                folder.faults(Sound.multiply + "\nproduct: wide.npy", output: folder.path) == [line("3: b", "wide.npy")]
            )
            // Going on from an earlier run's result.
            for (text, name) in [(Sound.heat, "snapshot-0001.npy"), (Sound.gaussianProcess, "prediction.npy")] {
                let map = try Data(contentsOf: URL(filePath: folder.path + "/field.npy"))
                try folder.write(name, Array(map))
                let next = text.replacing("field.npy", with: name)
                #expect(folder.faults(next, output: folder.path) == [line("2: field", name)])
                #expect(folder.faults(next) == [])
            }
        }
    }

    @Test func outputFolders() throws {
        try JobFolder.with { folder throws in
            let new = "\(folder.path)/new/deep"
            #expect(try folder.load(Sound.linpack, output: new).outputFolder == new)
            #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/new"))
            #expect(try folder.load(Sound.linpack + "\noutput: \(folder.path)").outputFolder == folder.path)
            #expect(
                folder.faults(Sound.linpack + "\noutput: \(folder.path)/a.npy/x")
                    == ["job.yaml:3: output: expected a folder that can be written, found 'a.npy', which is a file"])
            #expect(
                folder.faults(Sound.linpack, output: "\(folder.path)/a.npy")
                    == ["--output: expected a folder that can be written, found 'a.npy', which is a file"])
            #expect(
                folder.faults(Sound.linpack, output: "")
                    == ["--output: expected a folder that can be written, found no folder's name"])
            #expect(try folder.load(Sound.linpack).outputFolder == "results/job")
        }
    }

    /// Root may write where permissions say otherwise.
    @Test func aFolderThatCannotBeWritten() throws {
        try JobFolder.with { folder throws in
            let closed = "\(folder.path)/closed"
            try FileManager.default.createDirectory(
                atPath: closed, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o500])
            let faults = folder.faults(Sound.linpack, output: "\(closed)/x")
            if geteuid() == 0 {
                #expect(faults.isEmpty)
            } else {
                #expect(
                    faults == [
                        "--output: expected a folder that can be written, "
                            + "found 'closed', which cannot be written (Permission denied)"
                    ])
            }
        }
    }
}
