import ArrayFormats
import Foundation
import JobFiles
import TestSupport
import Testing

/// A folder with array files of known shapes, in which job files are tried; removed after `body`.
struct JobFolder {
    let path: String

    static func with(_ body: (JobFolder) throws -> Void) throws {
        let temporary = TemporaryFolder()
        let folder = JobFolder(path: temporary.path)
        for (name, type, shape) in [
            ("field.npy", NpyHeader.ElementType.float64, [20, 30]), ("a.npy", .float32, [6, 6]),
            ("b.npy", .int32, [6]), ("b2.npy", .float64, [6, 2]), ("wide.npy", .float64, [4, 6]),
            ("z.npy", .complex64, [6, 6]), ("cube.npy", .uint8, [2, 2, 2]), ("b7.npy", .float64, [7]),
        ] {
            let header = NpyHeader(elementType: type, shape: shape)
            try folder.write(name, header.rendered() + [UInt8](repeating: 0, count: header.byteCount))
        }
        try NpyFile.write((0..<12).map { 1000 + 100 * Double($0) }, shape: [3, 4], to: "\(folder.path)/speed.npy")
        try NpyFile.write((0..<8).map { $0 == 3 ? .nan : 1 }, shape: [2, 2, 2], to: "\(folder.path)/nan.npy")
        try folder.write("s.mtx", Array("%%MatrixMarket matrix coordinate real symmetric\n6 6 1\n1 1 2\n".utf8))
        try withExtendedLifetime(temporary) { try body(folder) }
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(filePath: "\(path)/\(name)"))
    }

    /// Loads a job file of this text.
    func load(
        _ text: String, overrides: [String] = [], output: String? = nil, node: JobNode? = nil
    ) throws(JobFileError) -> JobFile {
        try! write("job.yaml", Array(text.utf8))
        return try JobFile.load(path: "\(path)/job.yaml", overrides: overrides, output: output, node: node)
    }

    /// The lines of the faults of a job file of this text, with the folder left out; empty where it loads.
    func faults(
        _ text: String, overrides: [String] = [], output: String? = nil, node: JobNode? = nil
    ) -> [String] {
        do throws(JobFileError) {
            _ = try load(text, overrides: overrides, output: output, node: node)
            return []
        } catch {
            return error.description.replacing(path + "/", with: "").split(separator: "\n").map(String.init)
        }
    }
}

/// Sound jobs, for faults to be put into.
enum Sound {
    static let gaussianProcess = """
        kind: gaussian-process
        field: field.npy
        spacing: [92.5, 74.5]
        samples: 100
        kernel:
          type: matern-3/2
          length-scale: 1000
          variance: 26000
          noise: 100
        """
    static let heat = """
        kind: heat
        field: field.npy
        spacing: [10, 10]
        diffusivity: 0.5
        duration: 1000
        """
    static let poisson = """
        kind: poisson
        source: field.npy
        spacing: [10, 10]
        """
    static let wave = """
        kind: wave
        extents: [40, 60]
        spacing: 10
        velocity: 2000
        sources:
          - position: [100, 200]
            wavelet: {frequency: 15}
        receivers: [[0, 0], [390, 590]]
        duration: 0.5
        sponge: 10
        """
    static let reactionDiffusion = """
        kind: reaction-diffusion
        extents: [30, 40]
        duration: 1000
        """
    static let shallowWater = """
        kind: shallow-water
        extents: [20, 30]
        spacing: [100, 100]
        depth: 10
        initial: {height: 1, centre: [1000, 1500], radius: 200}
        duration: 60
        """
    static let solve = """
        kind: solve
        matrix: a.npy
        right-hand-side: b.npy
        """
    static let multiply = """
        kind: multiply
        a: a.npy
        b: wide.npy
        transpose-b: transpose
        """
    static let linpack = """
        kind: linpack
        n: 1000
        """
}
