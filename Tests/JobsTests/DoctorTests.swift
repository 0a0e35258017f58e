import Jobs
import Testing

@Suite("What the doctor reads and concludes")
struct DoctorTests {
    @Test func processorLists() {
        #expect(ProcessorList("0-3,8")?.numbers == [0, 1, 2, 3, 8])
        #expect(ProcessorList("5")?.numbers == [5])
        for text in ["", "a", "3-1", "1-", "-1", "1-2-3", "0,,1"] {
            #expect(ProcessorList(text) == nil, "\(text)")
        }
    }

    @Test(arguments: [
        ("Open MPI v4.1.4, package: Debian OpenMPI, ident: 4.1.4, repo rev: v4.1.4, May 26, 2022", "Open MPI 4.1.4"),
        ("mpirun (Open MPI) 4.1.4\n\nReport bugs to http://www.open-mpi.org/community/help/", "Open MPI 4.1.4"),
        ("mpirun (Open MPI) 5.0.10\n", "Open MPI 5.0.10"),
        ("HYDRA build details:\n    Version:                                 4.0.2\n", "MPICH 4.0.2"),
        ("MPICH Version:      4.0.2\nMPICH Release date: Thu Apr  7 12:34:45 CDT 2022", "MPICH 4.0.2"),
        ("something else", "MPI"),
    ])
    func releases(text: String, expected: String) {
        #expect("\(MPIRelease(text))" == expected)
    }

    @Test func aLauncherOfAnotherMPIIsAFault() throws {
        let library = MPIRelease("Open MPI v4.1.4")
        #expect(Diagnosis.launcherFault(nil, library: library)?.text.contains("no mpirun") == true)
        let own = FoundLauncher(path: "/usr/bin/mpirun", release: MPIRelease("mpirun (Open MPI) 4.1.4"))
        #expect(Diagnosis.launcherFault(own, library: library) == nil)
        let other = FoundLauncher(path: "/opt/bin/mpirun", release: MPIRelease("HYDRA\n Version: 4.0.2"))
        let fault = try #require(Diagnosis.launcherFault(other, library: library))
        #expect(fault.text.contains("MPICH 4.0.2") && fault.text.contains("Open MPI 4.1.4"))
    }

    private func limits(shared: Int? = nil, lockable: String? = nil, fast: Bool = false) -> NodeLimits {
        NodeLimits(sharedMemory: shared, lockableMemory: lockable, hasFastNetwork: fast)
    }

    @Test func ranksNeedSharedMemory() throws {
        // 16 MiB a rank.
        #expect(limits(shared: 64 << 20).faults(ranks: 4).isEmpty)
        let fault = try #require(limits(shared: 64 << 20 - 1).faults(ranks: 4).first)
        #expect(fault.text == "/dev/shm has 63 MiB free: ranks of a node exchange messages through it")
        #expect(fault.mend.contains("remount") && fault.mend.contains("--shm-size"))
        #expect(limits(shared: 0).faults(ranks: 1).count == 1)
        // What could not be read is no fault.
        #expect(limits().faults(ranks: 1000).isEmpty)
    }

    @Test func aFastNetworkNeedsLockableMemory() throws {
        #expect(limits(lockable: "unlimited", fast: true).faults(ranks: 4).isEmpty)
        #expect(limits(lockable: "65536", fast: false).faults(ranks: 4).isEmpty)
        #expect(limits(lockable: nil, fast: true).faults(ranks: 4).isEmpty)
        let fault = try #require(limits(lockable: "65536", fast: true).faults(ranks: 4).first)
        #expect(fault.text.hasSuffix("no more than 65536 bytes may be locked"))
        #expect(fault.mend.hasPrefix("ulimit -l unlimited"))
    }

    @Test func theKernelsTableOfLimits() {
        let table = """
            Limit                     Soft Limit           Hard Limit           Units
            Max file size             unlimited            unlimited            bytes
            Max locked memory         8388608              unlimited            bytes
            Max address space         unlimited            unlimited            bytes
            """
        #expect(NodeLimits.lockableMemory(in: table) == "8388608")
        #expect(NodeLimits.lockableMemory(in: table.replacing("8388608", with: "unlimited")) == "unlimited")
        #expect(NodeLimits.lockableMemory(in: "Max file size  1  1  bytes") == nil)
        #expect(NodeLimits.lockableMemory(in: "") == nil)
    }

    private func place(_ rank: Int, _ processors: String, threads: Int, node: String = "a") -> RankPlace {
        RankPlace(rank: rank, node: node, processors: processors, threads: threads)
    }

    @Test func ranksWithCoresOfTheirOwnAreWellPlaced() {
        #expect(RankPlace.faults(of: [place(0, "0-3", threads: 4)]).isEmpty)
        #expect(RankPlace.faults(of: [place(0, "0-3", threads: 2), place(1, "0-3", threads: 2)]).isEmpty)
        #expect(RankPlace.faults(of: [place(0, "0", threads: 1), place(1, "1", threads: 1)]).isEmpty)
        // The same numbers on another node are other cores.
        #expect(RankPlace.faults(of: [place(0, "0", threads: 1), place(1, "0", threads: 1, node: "b")]).isEmpty)
    }

    @Test func ranksBoundToOneCoreAreAFault() throws {
        let faults = RankPlace.faults(of: [place(0, "2", threads: 1), place(1, "2", threads: 1)])
        #expect(faults.map(\.text) == ["a: 2 ranks with 2 threads in all share 1 core"])
    }

    @Test func tooManyThreadsAreAFault() {
        let faults = RankPlace.faults(of: [place(0, "0-3", threads: 4), place(1, "0-3", threads: 4)])
        #expect(faults.map(\.mend) == ["export OPENBLAS_NUM_THREADS=2"])
    }

    @Test func aRankBoundNarrowerThanItsThreadsIsAFault() {
        let faults = RankPlace.faults(of: [place(0, "0", threads: 2), place(1, "1-4", threads: 1)])
        #expect(faults.map(\.text) == ["rank 0 runs 2 threads but is bound to 1 core"])
        #expect(faults.map(\.mend) == ["mpirun --map-by slot:PE=2 ..."])
    }
}
