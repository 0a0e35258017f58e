import ArrayFormats
import DistributedArrays
import Foundation
import TestSupport
import Testing

/// The kinds `wave`, `reaction-diffusion` and `shallow-water` end to end on small grids: the same bytes on every number of
/// ranks, and the numbers of plain loops or exact answers.
@Suite("Jobs: explicit steps", .serialized)
struct SteppedJobTests {
    private let folder = TemporaryFolder()

    private func run(
        _ name: String, ranks: Int?, _ settings: [String] = []
    ) async throws -> (folder: String, facts: [String: Any]) {
        let output = folder.path("\(name)-\(ranks ?? 0)")
        let words =
            ["run", folder.path("\(name).yaml"), "--output", output, "--progress", "none", "--json"]
            + settings.flatMap { ["--set", $0] }
        let outcome =
            if let ranks {
                try await Launch.ranks(ranks, "tessera", words, seconds: 120)
            } else { try await Launch.alone("tessera", words, seconds: 120) }
        try #require(outcome.status == 0, "\(outcome.errors)")
        return (output, try Command.object(String(contentsOfFile: output + "/summary.json", encoding: .utf8)))
    }

    /// Runs a job on several numbers of ranks; the files must have the same bytes.
    private func same(
        _ name: String, _ files: [String], _ settings: [String] = []
    ) async throws -> (folder: String, facts: [String: Any]) {
        let first = try await run(name, ranks: nil, settings)
        let expected = try files.map { try Data(contentsOf: URL(filePath: "\(first.folder)/\($0)")) }
        for ranks in [1, 3] {
            let other = try await run(name, ranks: ranks, settings)
            for (file, bytes) in zip(files, expected) {
                #expect(
                    try Data(contentsOf: URL(filePath: "\(other.folder)/\(file)")) == bytes, "\(file), \(ranks) ranks")
            }
        }
        return first
    }

    // MARK: Waves

    private static let wave = """
        kind: wave
        spacing: 10
        extents: [24, 31]
        velocity: {layers: [[0, 1500], [95, 2600]]}
        boundary: {top: free, bottom: rigid, west: rigid, east: free}
        sources:
          - {position: [52, 101.5], wavelet: {frequency: 25, delay: 0.02, amplitude: 1e6}}
          - {position: [200, 300], wavelet: {samples: pulse.npy, interval: 0.004, amplitude: 1e5}}
        receivers: {from: [30, 5], to: [215, 300], count: 4}
        step: 0.001
        duration: 0.08
        snapshots: 2
        """

    @Test(arguments: [2, 4, 8])
    func wavesAreThoseOfPlainLoops(order: Int) async throws {
        let pulse = [0, 1, -2, 0.5, 3.0]
        try NpyFile.write(pulse, shape: [5], to: folder.path("pulse.npy"))
        try folder.write("wave.yaml", Self.wave)
        let (output, facts) = try await same("wave", ["shot.npy", "snapshot-0002.npy"], ["order=\(order)"])
        #expect(FileManager.default.fileExists(atPath: output + "/wave.png"))
        #expect(facts["steps"] as? Int == 80 && facts["receivers"] as? Int == 4)

        // Ghosts mirror the cells at the faces, with the sign turned at free sides.
        let (rows, columns, steps, dt, h) = (24, 31, 80, 0.001, 10.0)
        let weights: [Double] =
            switch order {
            case 2: [-2, 1]
            case 4: [-5.0 / 2, 4.0 / 3, -1.0 / 12]
            default: [-205.0 / 72, 8.0 / 5, -1.0 / 5, 8.0 / 315, -1.0 / 560]
            }
        func mirrored(_ i: Int, _ count: Int, low: Double, high: Double) -> (Int, Double) {
            i < 0 ? (-1 - i, low) : i >= count ? (2 * count - 1 - i, high) : (i, 1)
        }
        func ricker(_ t: Double) -> Double {
            let a = Double.pi * 25 * (t - 0.02)
            return 1e6 * (1 - 2 * a * a) * exp(-a * a)
        }
        func sampled(_ t: Double) -> Double {
            let place = t / 0.004
            let below = Int(place)
            guard below < 4 else { return place == 4 ? 1e5 * pulse[4] : 0 }
            return 1e5 * (pulse[below] + (place - Double(below)) * (pulse[below + 1] - pulse[below]))
        }
        func around(_ y: Double, _ x: Double) -> [(cell: Int, weight: Double)] {
            let i = min(Int(y / h), rows - 2)
            let j = min(Int(x / h), columns - 2)
            let s: Double = y / h - Double(i)
            let t: Double = x / h - Double(j)
            let first = i * columns + j
            return [
                (first, (1 - s) * (1 - t)), (first + 1, (1 - s) * t), (first + columns, s * (1 - t)),
                (first + columns + 1, s * t),
            ]
        }
        var u = [Double](repeating: 0, count: rows * columns)
        var before = u
        var shot = [[Double]](repeating: [], count: 4)
        for n in 0..<steps {
            var next = u
            for i in 0..<rows {
                for j in 0..<columns {
                    var laplacian = 2 * weights[0] * u[i * columns + j]
                    for m in 1..<weights.count {
                        for side in [-m, m] {
                            let (y, signY) = mirrored(i + side, rows, low: -1, high: 1)
                            let (x, signX) = mirrored(j + side, columns, low: 1, high: -1)
                            laplacian += weights[m] * (signY * u[y * columns + j] + signX * u[i * columns + x])
                        }
                    }
                    let c = (Double(i) * h < 95 ? 1500.0 : 2600) * dt / h
                    next[i * columns + j] = 2 * u[i * columns + j] - before[i * columns + j] + c * c * laplacian
                }
            }
            let time = Double(n) * dt
            for (cell, weight) in around(52, 101.5) { next[cell] += weight * (dt * dt / 100 * ricker(time)) }
            for (cell, weight) in around(200, 300) { next[cell] += weight * (dt * dt / 100 * sampled(time)) }
            (before, u) = (u, next)
            for k in 0..<4 {
                let y: Double = 30 + Double(k) / 3 * 185
                let x: Double = 5 + Double(k) / 3 * 295
                var reading = 0.0
                for (cell, weight) in around(y, x) { reading += weight * u[cell] }
                shot[k].append(reading)
            }
        }
        let (shape, found) = try NpyFile.read(output + "/shot.npy")
        #expect(shape == [4, 80])
        let scale = shot.joined().map(abs).max()!
        #expect(scale > 0.01)
        #expect(zip(found, shot.joined()).allSatisfy { abs($0 - $1) < 1e-12 * scale })
        let snapshot = try NpyFile.read(output + "/snapshot-0002.npy")
        #expect(snapshot.shape == [24, 31])
        #expect(zip(snapshot.values, u).allSatisfy { abs($0 - $1) < 1e-12 * scale })
    }

    /// In space, with a velocity from a file and all sides absorbing: what a wave leaves behind is little.
    @Test func wavesInSpaceFade() async throws {
        let speeds = (0..<17_600).map { place -> Double in 2000 + 10 * Double(place % 40) }
        try NpyFile.write(speeds, shape: [40, 20, 22], to: folder.path("speed.npy"))
        try folder.write(
            "space.yaml",
            """
            kind: wave
            spacing: 10
            velocity: speed.npy
            sponge: 9
            sources: [{position: [195, 95, 105], wavelet: {frequency: 40, amplitude: 1e9}}]
            receivers: [[190, 90, 100], [300, 100, 120]]
            duration: 0.25
            snapshots: 2
            """)
        let (output, _) = try await same("space", ["shot.npy", "snapshot-0001.npy"])
        let (_, shot) = try NpyFile.read(output + "/shot.npy")
        let steps = shot.count / 2
        for receiver in [shot[..<steps], shot[steps...]] {
            let last = receiver.suffix(steps / 5).map(abs).max()!
            #expect(last < 0.05 * receiver.map(abs).max()!, "\(last)")
        }
        // Rigid sides keep what absorbing ones let go.
        let kept = try await run("space", ranks: 2, ["boundary=rigid"])
        let (_, echoes) = try NpyFile.read(kept.folder + "/shot.npy")
        #expect(echoes.suffix(steps / 5).map(abs).max()! > 0.05 * echoes[steps...].map(abs).max()!)
    }

    // MARK: Patterns

    @Test func patternsAreThoseOfPlainLoops() async throws {
        try folder.write(
            "pattern.yaml",
            """
            kind: reaction-diffusion
            extents: [26, 33]
            pattern: maze
            seeds: 3
            seed-size: 7
            seed: 5
            duration: 60
            snapshots: 2
            """)
        let (output, facts) = try await same("pattern", ["snapshot-0001.npy", "snapshot-0002.npy"])
        #expect(FileManager.default.fileExists(atPath: output + "/pattern.png"))

        let (rows, columns) = (26, 33)
        let random = IndexedRandom(seed: 5)
        let corners = (0..<3).map { square in
            (Int(random.uniform(square, 0, part: 1) * 20), Int(random.uniform(square, 1, part: 1) * 27))
        }
        var u = [Double](repeating: 1, count: rows * columns)
        var v = [Double](repeating: 0, count: rows * columns)
        for i in 0..<rows {
            for j in 0..<columns
            where corners.contains(where: { (0..<7).contains(i - $0.0) && (0..<7).contains(j - $0.1) }) {
                let noise = 0.02 * (random.uniform(i, j) - 0.5)
                (u[i * columns + j], v[i * columns + j]) = (0.5 + noise, 0.25 - noise)
            }
        }
        func laplacian(_ field: [Double], _ i: Int, _ j: Int) -> Double {
            let (north, south) = ((i + rows - 1) % rows, (i + 1) % rows)
            let (west, east) = ((j + columns - 1) % columns, (j + 1) % columns)
            let down: Double = field[north * columns + j] + field[south * columns + j]
            let across: Double = field[i * columns + west] + field[i * columns + east]
            return down + across - 4 * field[i * columns + j]
        }
        for _ in 0..<60 {
            let (oldU, oldV) = (u, v)
            for i in 0..<rows {
                for j in 0..<columns {
                    let k = i * columns + j
                    let reaction = oldU[k] * oldV[k] * oldV[k]
                    let gainU: Double = 0.2 * laplacian(oldU, i, j) - reaction + 0.029 * (1 - oldU[k])
                    let gainV: Double = 0.1 * laplacian(oldV, i, j) + reaction - 0.086 * oldV[k]
                    (u[k], v[k]) = (oldU[k] + gainU, oldV[k] + gainV)
                }
            }
        }
        let (_, found) = try NpyFile.read(output + "/snapshot-0002.npy")
        #expect(zip(found, v).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(v.max()! > 0.2)
        let mean = v.reduce(0, +) / Double(v.count)
        #expect(abs((facts["v_mean"] as? Double ?? 0) - mean) < 1e-12)
        #expect(abs((facts["v_maximum"] as? Double ?? 0) - v.max()!) < 1e-12)
        #expect(abs((facts["v_minimum"] as? Double ?? 1) - v.min()!) < 1e-12)
        // Another seed is another pattern; cubes in space.
        let space = try await run("pattern", ranks: 2, ["seed=6", "extents=[12, 14, 13]", "boundary=insulated"])
        #expect(try NpyFile.read(space.folder + "/snapshot-0002.npy").shape == [12, 14, 13])
        #expect((space.facts["v_maximum"] as? Double ?? 0) > 0.05)
    }

    // MARK: Shallow water

    /// A standing wave in a closed basin is an eigenmode of the scheme: η after n steps is the mode times
    /// cos((n - 1/2) ω) / cos(ω / 2), where cos ω = 1 - g H dt² (4 sin²(θy/2) / dy² + 4 sin²(θx/2) / dx²) / 2.
    @Test(arguments: ["walls", "periodic"])
    func standingWavesAreExact(boundary: String) async throws {
        let (rows, columns, dy, dx, depth) = (20, 27, 120.0, 100.0, 36.0)
        let isClosed = boundary == "walls"
        let ty: Double = (isClosed ? 3 : 4) * Double.pi / Double(rows)
        let tx: Double = (isClosed ? 2 : 6) * Double.pi / Double(columns)
        let shift: Double = isClosed ? 0.5 : 0
        let mode = (0..<rows * columns).map { place -> Double in
            let (y, x) = (Double(place / columns) + shift, Double(place % columns) + shift)
            return 0.3 * cos(ty * y) * cos(tx * x)
        }
        try NpyFile.write(mode, shape: [rows, columns], to: folder.path("mode.npy"))
        try folder.write(
            "water.yaml",
            """
            kind: shallow-water
            spacing: [\(dy), \(dx)]
            depth: \(depth)
            initial: mode.npy
            boundary: \(boundary)
            step: 3
            duration: 1500
            snapshots: 4
            """)
        let files = (1...4).map { "snapshot-000\($0).npy" }
        let (output, facts) = try await same("water", files)
        #expect(FileManager.default.fileExists(atPath: output + "/surface.png"))
        #expect(facts["steps"] as? Int == 500)
        #expect(facts["mass_conserved"] as? Bool == true && facts["energy_conserved"] as? Bool == true)
        #expect(abs(facts["energy_drift"] as? Double ?? 1) < 1e-12)
        let (slopeY, slopeX) = (2 * sin(ty / 2) / dy, 2 * sin(tx / 2) / dx)
        let steepness: Double = slopeY * slopeY + slopeX * slopeX
        let omega = acos(1 - 9.81 * depth * 9 * steepness / 2)
        for (k, file) in files.enumerated() {
            let phase: Double = (Double(125 * (k + 1)) - 0.5) * omega
            let swing = cos(phase) / cos(omega / 2)
            let (_, found) = try NpyFile.read("\(output)/\(file)")
            let error = zip(found, mode).map { abs($0 - swing * $1) }.max()!
            #expect(error < 1e-12, "\(file): \(error)")
        }
    }

    /// A bump beside an island, with rotation: mass stays, energy nearly, land is dry, and a resting lake stays at rest.
    @Test func lakesKeepTheirWater() async throws {
        let (rows, columns) = (30, 40)
        let depths = (0..<rows * columns).map { place -> Double in
            let (i, j) = (Double(place / columns), Double(place % columns))
            let island = pow(i - 12, 2) + pow(j - 25, 2)
            return island < 16 || i < 2 ? -3 : 20 + 0.3 * j
        }
        try NpyFile.write(depths, shape: [rows, columns], to: folder.path("depth.npy"))
        try folder.write(
            "lake.yaml",
            """
            kind: shallow-water
            spacing: [50, 60]
            depth: depth.npy
            initial: {height: 1, centre: [900, 800], radius: 150}
            boundary: {west-east: periodic}
            coriolis: 0.001
            duration: 600
            """)
        let (output, facts) = try await same("lake", ["snapshot-0001.npy"])
        #expect(facts["mass_conserved"] as? Bool == true)
        #expect(abs(facts["energy_drift"] as? Double ?? 1) < 0.01)
        #expect(facts["energy_conserved"] == nil)
        let (_, surface) = try NpyFile.read(output + "/snapshot-0001.npy")
        #expect(zip(surface, depths).allSatisfy { $1 > 0 || $0 == 0 })
        // Behind the island and before it: waves have come everywhere.
        #expect(zip(surface, depths).filter { $1 > 0 }.allSatisfy { $0.0 != 0 })
        let still = try await run("lake", ranks: 2, ["coriolis=0", "refine=2"])
        #expect(still.facts["energy_conserved"] as? Bool == true && still.facts["mass_conserved"] as? Bool == true)
        let resting = try await run("lake", ranks: 2, ["initial.height=0"])
        #expect(resting.facts["highest"] as? Double == 0 && resting.facts["lowest"] as? Double == 0)
    }

    // MARK: Nonlinear shallow water

    private static let flood = """
        kind: shallow-water
        equations: nonlinear
        spacing: [50, 60]
        depth: depth.npy
        initial: {height: 6, west-of: 700}
        duration: 60
        snapshots: 2
        """

    /// A dam breaks over dry and wet ground: mass stays, energy falls, land is flooded; interrupted and resumed, the same.
    @Test func aDamBreaks() async throws {
        let (rows, columns) = (30, 40)
        let depths = (0..<rows * columns).map { place -> Double in
            let (i, j) = (Double(place / columns), Double(place % columns))
            return j < 12 ? 4 : j < 25 ? -0.5 - 0.02 * i : 1 + 0.05 * (j - 25)
        }
        try NpyFile.write(depths, shape: [rows, columns], to: folder.path("depth.npy"))
        try folder.write("flood.yaml", Self.flood)
        let files = ["snapshot-0001.npy", "snapshot-0002.npy"]
        let (output, facts) = try await same("flood", files)
        #expect(FileManager.default.fileExists(atPath: output + "/surface.png"))
        for flag in ["mass_conserved", "energy_not_grown", "depths_positive"] {
            #expect(facts[flag] as? Bool == true, "\(flag)")
        }
        #expect((facts["energy_change"] as? Double ?? 0) < -0.01)
        #expect((facts["courant_number"] as? Double ?? 2) < 1)
        let (_, surface) = try NpyFile.read(output + "/snapshot-0002.npy")
        #expect(zip(surface, depths).filter { $1 < 0 && $0 > 0 }.count > 100)

        // Walls and rotation, and a lake that nothing moves: over wet and dry ground alike.
        let still = try await run("flood", ranks: 2, ["initial.height=0", "coriolis=0.001"])
        let (_, rest) = try NpyFile.read(still.folder + "/snapshot-0002.npy")
        #expect(rest.allSatisfy { $0 == 0 } && still.facts["mass_change"] as? Double == 0)

        // Other equations give other waves.
        let linear = try await run("flood", ranks: 2, ["equations=linear"])
        #expect(try NpyFile.read(linear.folder + "/snapshot-0002.npy").values != surface)
    }

    /// Water that a dam lets go is faster than its waves were: a step as long as they allow ends the job, with its number.
    @Test func waterThatIsTooFastEndsTheJob() async throws {
        try folder.write(
            "fast.yaml",
            """
            kind: shallow-water
            equations: nonlinear
            extents: [4, 200]
            spacing: [1e6, 10]
            depth: 0
            initial: {height: 10, west-of: 1000}
            duration: 60
            step: 1
            """)
        for ranks in [1, 3] {
            let words = ["run", folder.path("fast.yaml"), "--output", folder.path("fast"), "--progress", "none"]
            let outcome = try await Launch.ranks(ranks, "tessera", words, seconds: 120)
            #expect(outcome.status == 1 && !outcome.timedOut)
            let lines = outcome.complaints.filter { $0.hasPrefix("tessera:") }
            #expect(lines.count == 1, "\(outcome.errors)")
            #expect(
                lines.first?.contains(
                    "step: expected a Courant number of at most 1 in every step: a shorter step, found 1.")
                    == true, "\(outcome.errors)")
            #expect(lines.first?.contains(" after step ") == true)
        }
        // The step that is chosen leaves room for that.
        let slow = try await run("fast", ranks: 2, ["step=auto"])
        #expect(slow.facts["mass_conserved"] as? Bool == true)
    }
}
