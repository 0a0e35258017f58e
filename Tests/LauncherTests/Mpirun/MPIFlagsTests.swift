import Launcher
import Testing

/// What two nodes of each family say of themselves, one thread a core.
private struct Family: CustomTestStringConvertible, Sendable {
    let name: String
    let cores: Int
    let architecture: String
    let coreType: String
    var testDescription: String { name }

    static let all = [
        Family(name: "c7i.48xlarge", cores: 96, architecture: "x86_64", coreType: "SkylakeX"),
        Family(name: "c7a.48xlarge", cores: 192, architecture: "x86_64", coreType: "SkylakeX"),
        Family(name: "c7g.16xlarge", cores: 64, architecture: "aarch64", coreType: ""),
        Family(name: "c7gn.16xlarge", cores: 64, architecture: "aarch64", coreType: ""),
        Family(name: "c8g.48xlarge", cores: 192, architecture: "aarch64", coreType: ""),
        Family(name: "hpc6a.48xlarge", cores: 96, architecture: "x86_64", coreType: "Haswell"),
        Family(name: "hpc7a.96xlarge", cores: 192, architecture: "x86_64", coreType: "SkylakeX"),
        Family(name: "hpc7g.16xlarge", cores: 64, architecture: "aarch64", coreType: ""),
    ]

    func nodes(efa: Bool, openMPI: String = "4.1.4") -> [(name: String, facts: NodeFacts, slots: Int)] {
        [10, 11].map { last in
            let facts = NodeFacts(
                answer: """
                    host ip-10-0-1-\(last)
                    user admin
                    home /home/admin
                    connection 203.0.113.9 50000 10.0.1.\(last) 22
                    architecture \(architecture)
                    cores \(cores)
                    threads \(cores)
                    openmpi \(openMPI)
                    interface ens5 10.0.1.\(last)/20
                    interface docker0 172.17.0.1/16
                    \(efa ? "efa yes" : "unknown line")
                    coretype \(coreType)
                    """)
            return ("node\(last)", facts, cores)
        }
    }
}

private let files = (hostfile: "/r/hosts", agent: "ssh -F /r/ssh_config")

/// The lists, as a user would type them.
private let control =
    "--mca odls_base_sigkill_timeout 60 --mca oob_tcp_if_include 10.0.0.0/20 --mca oob_tcp_keepalive_time 5 "
    + "--mca oob_tcp_keepalive_intvl 3 --mca oob_tcp_keepalive_probes 3 --mca plm_rsh_agent {ssh -F /r/ssh_config} "
    + "--mca plm_rsh_no_tree_spawn 1 -x OPENBLAS_NUM_THREADS=1"
private let tcp = "--mca pml ob1 --mca btl tcp,vader,self --mca btl_tcp_if_include 10.0.0.0/20"
private let efa = "--mca pml cm --mca mtl ofi --mca mtl_ofi_provider_include efa"
private let golden: [String: [String]] = [
    "c7i.48xlarge": [
        "--hostfile /r/hosts -np 192 --map-by ppr:96:node --bind-to core \(tcp) \(control) -x OPENBLAS_CORETYPE=SkylakeX",
        "--hostfile /r/hosts -np 192 --map-by ppr:96:node --bind-to core \(efa) \(control) -x OPENBLAS_CORETYPE=SkylakeX -x FI_PROVIDER=efa",
    ],
    "c7a.48xlarge": [
        "--hostfile /r/hosts -np 384 --map-by ppr:192:node --bind-to core \(tcp) \(control) -x OPENBLAS_CORETYPE=SkylakeX",
        "--hostfile /r/hosts -np 384 --map-by ppr:192:node --bind-to core \(efa) \(control) -x OPENBLAS_CORETYPE=SkylakeX -x FI_PROVIDER=efa",
    ],
    "c7g.16xlarge": [
        "--hostfile /r/hosts -np 128 --map-by ppr:64:node --bind-to core \(tcp) \(control)",
        "--hostfile /r/hosts -np 128 --map-by ppr:64:node --bind-to core \(efa) \(control) -x FI_PROVIDER=efa",
    ],
    "c7gn.16xlarge": [
        "--hostfile /r/hosts -np 128 --map-by ppr:64:node --bind-to core \(tcp) \(control)",
        "--hostfile /r/hosts -np 128 --map-by ppr:64:node --bind-to core \(efa) \(control) -x FI_PROVIDER=efa",
    ],
    "c8g.48xlarge": [
        "--hostfile /r/hosts -np 384 --map-by ppr:192:node --bind-to core \(tcp) \(control)",
        "--hostfile /r/hosts -np 384 --map-by ppr:192:node --bind-to core \(efa) \(control) -x FI_PROVIDER=efa",
    ],
    "hpc6a.48xlarge": [
        "--hostfile /r/hosts -np 192 --map-by ppr:96:node --bind-to core \(tcp) \(control) -x OPENBLAS_CORETYPE=Haswell",
        "--hostfile /r/hosts -np 192 --map-by ppr:96:node --bind-to core \(efa) \(control) -x OPENBLAS_CORETYPE=Haswell -x FI_PROVIDER=efa",
    ],
    "hpc7a.96xlarge": [
        "--hostfile /r/hosts -np 384 --map-by ppr:192:node --bind-to core \(tcp) \(control) -x OPENBLAS_CORETYPE=SkylakeX",
        "--hostfile /r/hosts -np 384 --map-by ppr:192:node --bind-to core \(efa) \(control) -x OPENBLAS_CORETYPE=SkylakeX -x FI_PROVIDER=efa",
    ],
    "hpc7g.16xlarge": [
        "--hostfile /r/hosts -np 128 --map-by ppr:64:node --bind-to core \(tcp) \(control)",
        "--hostfile /r/hosts -np 128 --map-by ppr:64:node --bind-to core \(efa) \(control) -x FI_PROVIDER=efa",
    ],
]

/// Words with spaces in braces, so that a list is one line.
private func line(_ flags: MPIFlags) -> String {
    flags.arguments.map { $0.contains(" ") ? "{\($0)}" : $0 }.joined(separator: " ")
}

@Suite struct MPIFlagsTests {
    @Test(arguments: Family.all) fileprivate func argumentsOfEachFamily(_ family: Family) throws {
        let lists = try [false, true].map { efa in
            line(try MPIFlags(family.nodes(efa: efa), ranks: nil, fabric: .auto, grace: 60, files: files))
        }
        #expect(lists == golden[family.name])
    }

    @Test func fabricIsNotUsedWhereItIsOffOrMissingSomewhere() throws {
        let family = Family.all[0]
        let off = try MPIFlags(family.nodes(efa: true), ranks: nil, fabric: .off, grace: 60, files: files)
        #expect(line(off) == golden[family.name]?[0])
        let mixed = [family.nodes(efa: true)[0], family.nodes(efa: false)[1]]
        #expect(
            line(try MPIFlags(mixed, ranks: nil, fabric: .auto, grace: 60, files: files)) == golden[family.name]?[0])
        #expect {
            try MPIFlags(mixed, ranks: nil, fabric: .on, grace: 60, files: files)
        } throws: { ("\($0)").hasSuffix("found none on node11") }
    }

    @Test func fewerRanksAreWider() throws {
        let nodes = Family.all[0].nodes(efa: false)
        let wide = try MPIFlags(nodes, ranks: 48, fabric: .auto, grace: 5, files: files)
        #expect(wide.threads == 4)
        #expect(line(wide).contains("-np 48 --map-by ppr:24:node:PE=4 --bind-to core"))
        #expect(line(wide).contains("-x OPENBLAS_NUM_THREADS=4"))
        // 97 ranks do not lie evenly: they fill the slots in order, a core each.
        let ragged = try MPIFlags(nodes, ranks: 97, fabric: .auto, grace: 5, files: files)
        #expect(line(ragged).contains("-np 97 --map-by slot --bind-to core"))
    }

    @Test(arguments: [0, -1, 193]) func ranksBeyondTheSlotsAreRefused(_ ranks: Int) {
        #expect {
            try MPIFlags(Family.all[0].nodes(efa: false), ranks: ranks, fabric: .auto, grace: 5, files: files)
        } throws: { ("\($0)").hasPrefix("--ranks: expected 1 to 192") }
    }

    @Test func versionFiveHasOtherNames() throws {
        let flags = try MPIFlags(
            Family.all[2].nodes(efa: false, openMPI: "5.0.3"), ranks: nil, fabric: .auto, grace: 60, files: files)
        #expect(
            line(flags)
                == "--hostfile /r/hosts -np 128 --map-by ppr:64:node --bind-to core --mca pml ob1 --mca btl tcp,sm,self "
                + "--mca btl_tcp_if_include 10.0.0.0/20 --prtemca odls_base_sigkill_timeout 60 "
                + "--prtemca oob_tcp_if_include 10.0.0.0/20 --prtemca oob_tcp_keepalive_time 5 "
                + "--prtemca oob_tcp_keepalive_intvl 3 --prtemca oob_tcp_keepalive_probes 3 "
                + "--prtemca plm_ssh_agent {ssh -F /r/ssh_config} --prtemca plm_ssh_no_tree_spawn 1 "
                + "-x OPENBLAS_NUM_THREADS=1")
    }

    @Test func oneNodeNeedsNoNetwork() throws {
        let flags = try MPIFlags([Family.all[0].nodes(efa: true)[0]], ranks: 2, fabric: .auto, grace: 5, files: files)
        #expect(
            line(flags)
                == "-np 2 --map-by ppr:2:node:PE=48 --bind-to core --mca pml ob1 --mca btl vader,self "
                + "--mca odls_base_sigkill_timeout 5 -x OPENBLAS_NUM_THREADS=48 -x OPENBLAS_CORETYPE=SkylakeX")
    }

    @Test(arguments: [("4.1.4", MPIVersion.four), ("5.0.3rc1", .five), ("3.1.6", nil), ("", nil), ("forty", nil)])
    func versions(_ text: String, _ version: MPIVersion?) { #expect(MPIVersion(text) == version) }

    @Test func hostfileHasAddressesAndSlots() throws {
        let nodes = [
            MPINode(address: try #require(IPv4("10.0.1.10")), slots: 96),
            MPINode(address: try #require(IPv4("10.0.1.11")), slots: 4),
        ]
        #expect(MPINode.hostfile(nodes) == "10.0.1.10 slots=96\n10.0.1.11 slots=4\n")
    }
}
