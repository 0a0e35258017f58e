import CostModels
import Failures
import Foundation
import JobFiles
import Testing

/// Jobs that do not fit, and how free memory is found out.
@Suite struct MemoryTests {
    @Test func aJobThatDoesNotFit() throws {
        try JobFolder.with { folder throws in
            let text = "kind: linpack\nn: 100000\n"
            // 1.3 n² doubles are 96.86 GiB; a rank's own 64 MiB come on top.
            #expect(
                folder.faults(text, node: JobNode(availableMemory: 16 << 30, ranksOnNode: 4, ranks: 4)) == [
                    "job.yaml:2: n: expected a job that fits into 16.00 GiB, free on this node, "
                        + "found one that needs 97.11 GiB"
                ])
            #expect(folder.faults(text, node: JobNode(availableMemory: 98 << 30, ranksOnNode: 4, ranks: 4)) == [])
            // The same job over eight nodes.
            #expect(folder.faults(text, node: JobNode(availableMemory: 16 << 30, ranksOnNode: 4, ranks: 32)) == [])
            #expect(folder.faults(text, node: JobNode(availableMemory: nil, ranksOnNode: 4, ranks: 4)) == [])
            #expect(
                folder.faults("kind: linpack\nn: 9000000000000000000\n", node: JobNode(availableMemory: 1 << 30)).count
                    == 1)
            let samples = folder.faults(Sound.gaussianProcess, node: JobNode(availableMemory: 1 << 20))
            #expect(samples.count == 1 && samples[0].hasPrefix("job.yaml:4: samples: expected a job that fits into"))
            let refine = folder.faults(Sound.heat + "\nrefine: 1024", node: JobNode(availableMemory: 1 << 30))
            #expect(
                refine == [
                    "job.yaml:6: refine: expected a job that fits into 1.00 GiB, free on this node, "
                        + "found one that needs 14.13 GiB"
                ])
            #expect(
                folder.faults(Sound.solve, overrides: ["name=x"], node: JobNode(availableMemory: 0))[0]
                    .hasPrefix("job.yaml:2: matrix: "))
        }
    }

    @Test func estimates() {
        let mebibyte = 1 << 20
        #expect(MemoryModel.linpack(n: 1000, scalarBytes: 8, ranks: 2) == 128 * mebibyte + 10_424_000)
        #expect(
            MemoryModel.linpack(n: 1000, scalarBytes: 8, isMixed: true, ranks: 2) == 128 * mebibyte + 14_424_000)
        #expect(
            MemoryModel.gaussianProcess(samples: 100, cells: 600, panel: 1024, variance: true, ranks: 2)
                == 128 * mebibyte + 8 * (10_000 + 60_000 + 1200 + 2 * 5 * 600))
        #expect(MemoryModel.multiply(m: 2, n: 3, k: 5, scalarBytes: 16, ranks: 1) == 64 * mebibyte + 16 * 31)
        #expect(MemoryModel.solver(cells: 100, sourceCells: 10, ranks: 3) == 192 * mebibyte + 23 * 800 + 3 * 160)
        #expect(MemoryModel.heat(cells: 100, sourceCells: 10, ranks: 3) == 192 * mebibyte + 2400 + 3 * 160)
        #expect(MemoryModel.wave(cells: 100, readings: 70, ranks: 2) == 128 * mebibyte + 3200 + 2 * 3 * 560)
        #expect(MemoryModel.reactionDiffusion(cells: 100, ranks: 1) == 64 * mebibyte + 4000)
        #expect(
            MemoryModel.shallowWater(cells: 100, sourceCells: 10, ranks: 3) == 192 * mebibyte + 7200 + 3 * 160)
        #expect(
            MemoryModel.shallowWater(cells: 100, sourceCells: 10, isNonlinear: true, ranks: 3)
                == 192 * mebibyte + 8000 + 3 * 160)
        #expect(MemoryModel.linpack(n: .max, scalarBytes: 16, ranks: 1) == .max)
    }

    @Test func freeMemoryIsTheLeastOfNodeAndGroups() throws {
        try JobFolder.with { folder throws in
            func put(_ path: String, _ text: String) throws {
                let url = URL(filePath: "\(folder.path)/\(path)")
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try text.write(to: url, atomically: true, encoding: .utf8)
            }
            #expect(SystemMemory.available(root: folder.path) == nil)
            try put("proc/meminfo", "MemTotal: 900 kB\nMemAvailable:    800 kB\n")
            #expect(SystemMemory.available(root: folder.path) == 800 << 10)
            // Version 2: the group around this process's own holds the limit; its page cache counts as free.
            try put("proc/self/cgroup", "0::/user/job\n")
            try put("sys/fs/cgroup/user/job/memory.max", "max\n")
            try put("sys/fs/cgroup/user/job/memory.current", "5000\n")
            try put("sys/fs/cgroup/user/memory.max", "300000\n")
            try put("sys/fs/cgroup/user/memory.current", "60000\n")
            try put("sys/fs/cgroup/user/memory.stat", "anon 1\ninactive_file 10000\n")
            #expect(SystemMemory.available(root: folder.path) == 250_000)
            // Version 1 names its controllers; no limit is a huge one.
            try put("proc/self/cgroup", "5:cpu:/x\n4:memory:/job\n")
            try put("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "100000\n")
            try put("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "120000\n")
            #expect(SystemMemory.available(root: folder.path) == 0)
            try put("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "9223372036854771712\n")
            #expect(SystemMemory.available(root: folder.path) == 800 << 10)
        }
    }

    @Test func thisNodeHasMemory() {
        let node = JobNode.current()
        #expect(node.ranksOnNode >= 1)
        #if os(Linux)
            #expect((node.availableMemory ?? 0) > 0)
        #endif
    }
}
