import ArrayFormats
import Foundation
import JobFiles
import TestSupport

/// Jobs of a few lines, read as job files.
enum PlannedJobs {
    static func load(_ text: String) throws -> JobFile {
        let folder = TemporaryFolder()
        try folder.write("job.yaml", text)
        for (name, shape) in [
            ("map.npy", [40, 60]), ("a.npy", [300, 200]), ("b.npy", [200, 100]), ("s.npy", [300, 300]),
        ] {
            let header = NpyHeader(elementType: .float64, shape: shape)
            try folder.write(name, Data(header.rendered() + [UInt8](repeating: 0, count: header.byteCount)))
        }
        return try withExtendedLifetime(folder) {
            try JobFile.load(path: folder.path("job.yaml"), output: folder.path("results"), node: nil)
        }
    }

    static func linpack(_ n: Int, _ more: String = "") throws -> JobFile { try load("kind: linpack\nn: \(n)\n" + more) }

    static func wave(_ extents: [Int], order: Int = 4, duration: Double = 1) throws -> JobFile {
        try load(
            """
            kind: wave
            extents: \(extents)
            spacing: 10
            velocity: 2000
            order: \(order)
            boundary: free
            sources: [{position: \(extents.map { _ in 100 }), wavelet: {frequency: 15}}]
            receivers: [\(extents.map { _ in 200 })]
            duration: \(duration)
            """)
    }

    /// One of each kind, small.
    static let all = [
        "kind: linpack\nn: 1000",
        "kind: linpack\nn: 1000\npivoting: tournament",
        "kind: linpack\nn: 1000\npivoting: butterflies",
        "kind: linpack\nn: 1000\nprecision: mixed",
        "kind: solve\nmatrix: s.npy\nright-hand-side: s.npy",
        "kind: solve\nmatrix: s.npy\nright-hand-side: s.npy\nmethod: cholesky",
        "kind: solve\nmatrix: s.npy\nright-hand-side: s.npy\nmethod: symmetric-indefinite",
        "kind: multiply\na: a.npy\nb: b.npy",
        "kind: gaussian-process\nfield: map.npy\nspacing: [10, 10]\nsamples: 500\nkernel: {length-scale: 50, variance: 1}",
        "kind: heat\nfield: map.npy\nspacing: [10, 10]\ndiffusivity: 1\nduration: 10000",
        "kind: heat\nfield: map.npy\nspacing: [10, 10]\ndiffusivity: 1\nduration: 10000\nmethod: crank-nicolson",
        "kind: poisson\nsource: map.npy\nspacing: [10, 10]",
        "kind: poisson\nsource: map.npy\nspacing: [10, 10]\nsolver: cg",
        "kind: reaction-diffusion\nextents: [64, 64, 64]\nduration: 100",
        "kind: shallow-water\nextents: [80, 90]\nspacing: [10, 10]\ndepth: 10\nduration: 50\n"
            + "initial: {height: 1, centre: [100, 100], radius: 20}",
        "kind: shallow-water\nextents: [80, 90]\nspacing: [10, 10]\ndepth: 10\nduration: 50\nequations: nonlinear\n"
            + "initial: {height: 1, centre: [100, 100], radius: 20}",
        "kind: wave\nextents: [60, 60, 60]\nspacing: 10\nvelocity: 2000\nduration: 0.5\nreceivers: [[50, 50, 50]]\n"
            + "sources: [{position: [100, 100, 100], wavelet: {frequency: 15}}]\nsponge: 10",
    ]
}
