import ArrayFormats
import Foundation
import TestSupport
import Testing

/// Jobs with the section `recording`, end to end.
@Suite("Recording", .serialized)
struct RecordingJobTests {
    private let folder = TemporaryFolder()

    private func writeJob() throws -> String {
        let values = (0..<24 * 31).map { cell -> Double in
            let (i, j) = (Double(cell / 31), Double(cell % 31))
            return 300 + 40 * sin(i / 5) * cos(j / 6)
        }
        try NpyFile.write(values, shape: [24, 31], to: folder.path("field.npy"))
        try folder.write(
            "heat.yaml",
            """
            kind: heat
            field: field.npy
            spacing: [10, 12]
            diffusivity: 0.5
            duration: 900
            refine: 3
            snapshots: 2
            recording:
              hdf5: true
              frames: 4
              width: 64
            """)
        return folder.path("heat.yaml")
    }

    private func run(_ job: String, ranks: Int, _ more: [String] = []) async throws -> (Outcome, String) {
        let output = folder.path("out-\(ranks)")
        let words = ["run", job, "--output", output, "--progress", "none", "--json"] + more
        return (try await Launch.ranks(ranks, "tessera", words, seconds: 120), output)
    }

    private func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    @Test func theSameFilesOnEveryNumberOfRanks() async throws {
        let job = try writeJob()
        var first: [Data]?
        for ranks in [1, 2, 3, 5] {
            let (outcome, output) = try await run(job, ranks: ranks)
            #expect(outcome.status == 0, "\(outcome.errors)")
            let frames = (1...4).map { "frame-000\($0).png" }
            #expect(try names(output + "/frames") == frames)
            let steps = try names(output + "/fields")
            #expect(steps.count == 3 && steps[0] == "step-0000000000.h5")
            let text = try String(contentsOfFile: output + "/fields.xmf", encoding: .utf8)
            for step in steps {
                #expect(text.contains("Format=\"HDF\">fields/\(step):/\(step.dropLast(3))/elevation<"))
            }
            #expect(text.contains("2DCoRectMesh\" Dimensions=\"73 94\""))
            let files =
                frames.map { "frames/" + $0 } + ["elevation-animation.png", "fields.xmf"] + steps.map { "fields/" + $0 }
            let pictures = try files.map { try Data(contentsOf: URL(fileURLWithPath: "\(output)/\($0)")) }
            // The file begins with the header, acTL and the number of frames.
            #expect(Array(pictures[4][37..<45]) == Array("acTL".utf8) + [0, 0, 0, 4])
            #expect(Set(pictures.prefix(4)).count == 4)
            if let first { #expect(pictures == first, "\(ranks) ranks") } else { first = pictures }
            let facts = try #require(
                try JSONSerialization.jsonObject(with: Data(contentsOf: URL(fileURLWithPath: output + "/summary.json")))
                    as? [String: Any])
            #expect(facts["frames"] as? Int == 4 && facts["hdf5_steps"] as? Int == 3)
        }
    }

    /// A small job of a kind, and what it records.
    struct Kind: CustomTestStringConvertible {
        let text: String
        let fields: [String]
        /// Of the XDMF file's mesh.
        let nodes: String
        let more: [String]
        var testDescription: String { String(text.prefix { $0 != "\n" }) }
    }

    static let kinds = [
        Kind(
            text: """
                kind: wave
                spacing: 10
                extents: [14, 12, 21]
                velocity: 2000
                sponge: 4
                sources: [{position: [50, 60, 70], wavelet: {frequency: 25, delay: 0.02, amplitude: 1e6}}]
                receivers: [[10, 10, 10]]
                duration: 0.05
                """, fields: ["pressure"], nodes: "15 13 22", more: ["range=[-1,1]", "axis=1", "index=6"]),
        Kind(
            text: """
                kind: reaction-diffusion
                extents: [26, 33]
                pattern: maze
                seed-size: 7
                duration: 60
                """, fields: ["v", "u"], nodes: "27 34", more: ["field=u"]),
        Kind(
            text: """
                kind: shallow-water
                extents: [20, 30]
                spacing: [100, 100]
                depth: 10
                initial: {height: 1, centre: [1000, 1500], radius: 200}
                duration: 200
                """, fields: ["surface", "east", "south"], nodes: "21 31", more: []),
        Kind(
            text: """
                kind: shallow-water
                equations: nonlinear
                extents: [20, 30]
                spacing: [100, 100]
                depth: 2
                initial: {height: 8, west-of: 1000}
                duration: 100
                """, fields: ["depth", "surface", "east", "south"], nodes: "21 31", more: ["field=depth"]),
    ]

    @Test(arguments: kinds)
    func everyKindRecords(_ kind: Kind) async throws {
        try folder.write("job.yaml", kind.text + "\nsnapshots: 2\n")
        let settings = (["hdf5=true", "frames=3", "width=64"] + kind.more).flatMap { ["--set", "recording." + $0] }
        var first: [Data]?
        for ranks in [1, 3] {
            let (outcome, output) = try await run(folder.path("job.yaml"), ranks: ranks, settings)
            try #require(outcome.status == 0, "\(outcome.errors)")
            let text = try String(contentsOfFile: output + "/fields.xmf", encoding: .utf8)
            #expect(text.contains("Dimensions=\"\(kind.nodes)\""))
            let steps = try names(output + "/fields")
            #expect(steps.count == 3)
            for step in steps {
                for field in kind.fields { #expect(text.contains(">fields/\(step):/\(step.dropLast(3))/\(field)<")) }
            }
            let drawn = kind.more.first { $0.hasPrefix("field=") }.map { String($0.dropFirst(6)) } ?? kind.fields[0]
            let pictures = ["\(drawn)-animation.png"] + (1...3).map { "frames/frame-000\($0).png" }
            #expect(try names(output + "/frames").count == 3)
            let files = try (pictures + ["fields.xmf"] + steps.map { "fields/" + $0 }).map {
                try Data(contentsOf: URL(fileURLWithPath: "\(output)/\($0)"))
            }
            #expect(Array(files[0][37..<45]) == Array("acTL".utf8) + [0, 0, 0, 3])
            #expect(Set(files[1...3]).count == 3)
            if let first { #expect(files == first) } else { first = files }
        }
    }

    /// What is in the way of a frame ends the job with one line.
    @Test func aFolderThatCannotBeMadeIsOneLine() async throws {
        let job = try writeJob()
        try FileManager.default.createDirectory(atPath: folder.path("out-2"), withIntermediateDirectories: true)
        try Data([1]).write(to: URL(fileURLWithPath: folder.path("out-2/frames")))
        let (outcome, output) = try await run(job, ranks: 2)
        #expect(outcome.status == 1 && !outcome.timedOut)
        #expect(outcome.errors.contains("tessera: rank 0: \(output)/frames: cannot be made"), "\(outcome.errors)")
    }

    /// A run that a signal stops and that is run again leaves the files of one that nothing stopped.
    @Test func aResumedRunGoesOn() async throws {
        let output = folder.path("hillslope")
        func run(_ ranks: Int, _ more: [String] = [], signal: TimedSignal? = nil) async throws
            -> Outcome
        {
            let settings =
                ["duration=20000000", "refine=2", "snapshots=3", "pictures=false"]
                + ["recording.hdf5=true", "recording.frames=6", "recording.width=100"] + more
            let words = ["run", Command.jobs + "/hillslope.yaml", "--output", output, "--progress", "none", "--json"]
            return try await Launch.ranks(
                ranks, "tessera", words + settings.flatMap { ["--set", $0] }, signal: signal, seconds: 120)
        }
        let whole = try await run(1)
        #expect(whole.status == 0, "\(whole.errors)")
        let files = ["elevation-animation.png", "fields.xmf"] + (1...6).map { "frames/frame-000\($0).png" }
        let expected = try files.map { try Data(contentsOf: URL(fileURLWithPath: "\(output)/\($0)")) }
        let steps = try names(output + "/fields")
        #expect(steps.count == 4)
        try FileManager.default.removeItem(atPath: output)

        // A checkpoint after every step makes the run slow enough to be met in the middle.
        let stopped = try await run(
            2, ["checkpoint.steps=1", "checkpoint.every=0"],
            signal: TimedSignal(SIGTERM, after: 0) { Command.hasSaved(10, in: output + "/checkpoint") })
        #expect(stopped.status != 0 && stopped.errors.contains("tessera: saved at step "), "\(stopped.errors)")
        #expect(!FileManager.default.fileExists(atPath: output + "/elevation-animation.png"))
        let resumed = try await run(3, ["checkpoint.every=10"])
        #expect(resumed.status == 0, "\(resumed.errors)")
        #expect(resumed.output.contains("resumed_at_step"))
        #expect(try files.map { try Data(contentsOf: URL(fileURLWithPath: "\(output)/\($0)")) } == expected)
        #expect(try names(output + "/fields") == steps)
    }
}
