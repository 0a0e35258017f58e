import Launcher
import Testing

@Suite struct PreflightTests {
    private func node(_ last: Int, _ change: (inout NodeFacts) -> Void = { _ in }) -> (name: String, facts: NodeFacts) {
        var facts = NodeFacts()
        facts.home = "/home/admin"
        facts.address = IPv4("10.0.0.\(last)")
        facts.architecture = "x86_64"
        facts.cores = 8
        facts.threads = 16
        facts.memory = 16 << 30
        facts.openMPI = "4.1.4"
        change(&facts)
        return ("node\(last)", facts)
    }

    @Test func equalNodesHaveNoFaults() {
        #expect(Preflight.faults([node(1), node(2)], slots: [8, 8], memory: 32 << 30).isEmpty)
    }

    @Test func differentVersionsAreNamedWithTheirNodes() {
        let nodes = [node(1), node(2), node(3) { $0.openMPI = "4.1.2" }]
        #expect(
            Preflight.faults(nodes, slots: [8, 8, 8], memory: 0) == [
                "Open MPI: expected the same on all nodes, found 4.1.4 on node1, node2; 4.1.2 on node3: install one version on all of them"
            ])
    }

    @Test func eachFaultIsItsOwnLine() {
        let nodes = [
            node(1) { $0.openMPI = "" }, node(2) { $0.openMPI = "3.0.1" }, node(3) { $0.home = "/home/a b" },
            node(4) { $0.address = nil }, node(5) { $0.architecture = "aarch64" },
        ]
        let faults = Preflight.faults(nodes, slots: [8, 8, 8, 8, 8], folder: nil, memory: 0)
        for text in [
            "node node1: expected Open MPI, found no mpirun", "node node2: expected Open MPI 4 or 5, found '3.0.1'",
            "node node3: expected a home folder without spaces", "node node4: expected an address",
            "the processor: expected the same on all nodes, found x86_64 on node1, node2, node3, node4; aarch64 on node5",
            "the home folder: expected the same",
        ] {
            #expect(faults.contains { $0.hasPrefix(text) }, "\(text)")
        }
    }

    @Test func slotsBeyondTheCoresAreRefusedUnlessRanksShareThem() {
        let faults = Preflight.faults([node(1)], slots: [16], memory: 0)
        #expect(faults == ["node node1: expected at most a rank for each of its 8 cores, found slots=16"])
        #expect(Preflight.faults([node(1)], slots: [16], checksCores: false, memory: 0).isEmpty)
    }

    @Test func memoryThatWillNotFitIsRefused() {
        let faults = Preflight.faults([node(1), node(2) { $0.memory = 4 << 30 }], slots: [8, 8], memory: 16 << 30)
        #expect(
            faults == [
                "node node2: expected 8.0 GiB of free memory for 8 of 16 ranks, found 4.0 GiB: use more nodes"
            ])
    }

    @Test(arguments: [
        ("/home/admin", true), ("/srv/x-1_y.z", true), ("relative", false), ("/a b", false), ("/a'b", false),
        ("", false),
        ("/a$(id)", false), ("/a\nb", false), ("/a/../b", false), ("/a/..", false), ("/a%b", false), ("/ü", false),
    ]) func pathsThatNeedNoQuotes(_ path: String, _ isPlain: Bool) { #expect(Preflight.isPlainPath(path) == isPlain) }

    @Test func factsAreReadFromTheAnswer() {
        let facts = NodeFacts(
            answer: """
                host node1
                user admin
                home /home/admin
                connection 203.0.113.9 50000 10.0.1.10 2222
                architecture x86_64
                cores 96
                threads 48
                memory-kib 1048576
                openmpi 4.1.4
                interface ens5 10.0.1.10/20
                interface broken
                efa yes
                nonsense
                hostkey ssh-ed25519 AAAA
                """)
        #expect(facts.hostName == "node1" && facts.user == "admin" && facts.home == "/home/admin")
        #expect(facts.address == IPv4("10.0.1.10") && facts.port == 2222)
        // No more cores than threads that may be used: a container, or an affinity mask.
        #expect(facts.cores == 48 && facts.memory == 1 << 30 && facts.openMPI == "4.1.4" && facts.hasEFA)
        #expect(facts.interfaces.map(\.name) == ["ens5"] && facts.hostKeys == ["ssh-ed25519 AAAA"])
        #expect(NodeFacts(answer: "").openMPI.isEmpty)
    }
}
