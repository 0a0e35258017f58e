// What a node is, asked of itself by one small script.

/// A node's answer to the probe.
package struct NodeFacts: Hashable, Sendable {
    /// What the node calls itself: the name in mpirun's messages.
    package var hostName = ""
    package var user = ""
    /// The home folder, under which everything of ours lies.
    package var home = ""
    /// The address that ssh came in on, and its port.
    package var address: IPv4?
    package var port = 22
    package var architecture = ""
    /// Physical cores, within what the account may use.
    package var cores = 0
    /// Hardware threads, within the same.
    package var threads = 0
    /// Bytes of memory that are free.
    package var memory = 0
    /// `4.1.4`; empty where there is no mpirun.
    package var openMPI = ""
    package var interfaces: [NetworkInterface] = []
    package var hasEFA = false
    /// What OpenBLAS should take the processor for; empty where its own choice is right.
    package var coreType = ""
    /// Public keys by which its sshd is known: `ssh-ed25519 AAAA...`.
    package var hostKeys: [String] = []

    package init() {}

    /// The answer of ``probe``: `key value` lines. Keys that it does not know are passed over.
    package init(answer: String) {
        for line in answer.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let value = String(parts[1])
            switch parts[0] {
            case "host": hostName = value
            case "user": user = value
            case "home": home = value
            case "connection":
                let words = value.split(separator: " ")
                guard words.count == 4 else { continue }
                address = IPv4(words[2])
                port = Int(words[3]) ?? 22
            case "architecture": architecture = value
            case "cores": cores = Int(value) ?? 0
            case "threads": threads = Int(value) ?? 0
            case "memory-kib": memory = (Int(value) ?? 0) << 10
            case "openmpi": openMPI = value
            case "interface":
                let words = value.split(separator: " ")
                if words.count == 2, let it = NetworkInterface(String(words[0]), words[1]) { interfaces.append(it) }
            case "efa": hasEFA = value == "yes"
            case "coretype": coreType = value
            case "hostkey": hostKeys.append(value)
            default: continue
            }
        }
        cores = min(cores, threads)
        // Through IPv6, or from the node itself: the first address of its own does.
        if address == nil { address = interfaces.first?.address }
    }

    /// Writes the facts; takes no argument and changes nothing.
    package static let probe = #"""
        export LC_ALL=C
        echo "host $(hostname)"
        echo "user $(id -un)"
        echo "home $HOME"
        echo "connection ${SSH_CONNECTION:-}"
        echo "architecture $(uname -m)"
        echo "cores $(lscpu -p=CORE,SOCKET 2>/dev/null | grep -v '^#' | sort -u | wc -l)"
        echo "threads $(nproc)"
        echo "memory-kib $(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)"
        echo "openmpi $(mpirun --version 2>/dev/null | sed -n '1s/.* //p')"
        ip -o -4 addr show scope global 2>/dev/null | awk '{ print "interface", $2, $4 }'
        if command -v fi_info >/dev/null && fi_info -p efa -t FI_EP_RDM >/dev/null 2>&1; then echo "efa yes"; fi
        if grep -qsw avx512bw /proc/cpuinfo; then echo "coretype SkylakeX"
        elif grep -qsw avx2 /proc/cpuinfo; then echo "coretype Haswell"; fi
        # Asked of the sshd that let us in, from its own machine: no stranger can answer.
        read -r _ _ address port <<<"${SSH_CONNECTION:-}"
        if [ -n "${port:-}" ]; then
          ssh-keyscan -T 5 -p "$port" "$address" 2>/dev/null | awk '!/^#/ { print "hostkey", $2, $3 }'
        fi
        exit 0
        """#
}
