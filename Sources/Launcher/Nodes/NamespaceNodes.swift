// Nodes without machines, for rehearsals and tests: network namespaces on one Linux machine, joined by a bridge, each with an
// address, a host name, an sshd, processes, a home folder, /tmp and /dev/shm of its own. What the launcher does to nodes it
// does to these, over real ssh; they share the machine's cores, so that times mean nothing.
//
// Needs root, and the packages iproute2, util-linux and openssh-server.

internal import Foundation

/// Nodes in namespaces of this machine.
package struct NamespaceNodes: Sendable {
    /// Everything of theirs.
    package let folder: String
    package let hosts: [Host]

    /// How to get in.
    package var access: SSH.Access {
        SSH.Access(
            identity: folder + "/key", knownHosts: folder + "/known_hosts", configuration: folder + "/ssh_config")
    }

    /// A folder that all of them share, like a file system of a cluster.
    package var sharedFolder: String { folder + "/shared" }

    /// What stands in the way here; nil where nothing does.
    package static func obstacle() async -> String? {
        guard geteuid() == 0 else { return "expected root, found user \(geteuid())" }
        let check = #"""
            export PATH=$PATH:/usr/sbin:/sbin
            for tool in ip unshare nsenter ssh ssh-keygen ssh-agent sshd; do
              command -v "$tool" >/dev/null || { echo "expected the program $tool, found none" >&2; exit 1; }
            done
            unshare --net --mount --uts --pid --fork true || { echo "namespaces are not permitted here" >&2; exit 1; }
            """#
        guard let words = try? ShellLine.script(check, []),
            let outcome = try? await LocalProcess.run(words, seconds: 20)
        else { return "no bash" }
        return outcome.status == 0 ? nil : outcome.complaint
    }

    /// Makes nodes `node1`, `node2` and so on. Those whose launcher has died are removed first.
    ///
    /// - Parameter slots: ranks that each of them takes.
    package static func make(_ count: Int, slots: Int = 1) async throws(NodeError) -> NamespaceNodes {
        guard (1...16).contains(count) else {
            throw NodeError(.request, "--on namespaces: expected 1 to 16 nodes, found \(count)")
        }
        if let obstacle = await obstacle() { throw NodeError(.unfit, "--on namespaces: \(obstacle)") }
        let made = try await LocalProcess.run(try ShellLine.script(up, ["\(count)", "\(getpid())"]), seconds: 120)
        guard made.status == 0, let folder = made.output.split(separator: "\n").last.map(String.init) else {
            throw NodeError(.unfit, "--on namespaces: \(made.complaint)")
        }
        return NamespaceNodes(folder: folder, hosts: (1...count).map { Host("node\($0)", slots: slots) })
    }

    /// Ends the nodes and everything on them.
    package func close() async {
        guard let words = try? ShellLine.script(Self.down, [folder]) else { return }
        _ = try? await LocalProcess.run(words, seconds: 60)
    }

    /// Ends a node as a loss of power would: all its processes at once, and nobody answers for it.
    package func kill(_ node: Int) async throws(NodeError) {
        let script = Self.common + #"kill -KILL "$(cat "$1/init$2")"; ip link set "$(bridge "$1")n$2" nomaster"#
        _ = try await LocalProcess.run(try ShellLine.script(script, [folder, "\(node)"]), seconds: 20)
    }

    /// Takes a node off the network without anything noticing: its own interface stays up.
    package func cut(_ node: Int) async throws(NodeError) {
        let script = Self.common + #"ip link set "$(bridge "$1")n$2" nomaster"#
        _ = try await LocalProcess.run(try ShellLine.script(script, [folder, "\(node)"]), seconds: 20)
    }

    /// Lets two nodes lose each other without a word, while both reach all others: each sends the other's packets to an
    /// interface that nobody has.
    package func cut(_ node: Int, _ other: Int) async throws(NodeError) {
        let script = #"""
            export PATH=$PATH:/usr/sbin:/sbin
            address=$(awk -v name="node$1" '$2 == name { print $1 }' /etc/hosts)
            ip neigh replace "$address" lladdr 02:00:00:00:00:01 nud permanent dev eth0
            """#
        _ = try await run(node, script, ["\(other)"])
        _ = try await run(other, script, ["\(node)"])
    }

    /// Runs a script of bash in a node, as root there.
    package func run(_ node: Int, _ script: String, _ arguments: [String] = []) async throws(NodeError)
        -> ProcessOutcome
    {
        let enter =
            #"init=$(pgrep -P "$(cat "$1/init$2")" | head -n 1); shift 2; exec nsenter --all --target "$init" "$@""#
        let words = try ShellLine.script(enter, [folder, "\(node)"]) + (try ShellLine.script(script, arguments))
        return try await LocalProcess.run(words, seconds: 60)
    }

    /// A folder's suffix makes the names of its bridge and its namespaces: interfaces have at most 15 letters.
    static let common = #"""
        # shellcheck disable=SC2016
        export PATH=$PATH:/usr/sbin:/sbin LC_ALL=C
        bridge() { echo "tsr${1##*.}"; }

        """#

    /// $1 nodes for the launcher with the process $2; prints the folder.
    static let up =
        common + #"""
            set -euo pipefail
            umask 022
            remove() {
              local folder=$1 node
              for node in "$folder"/init*; do
                [ -e "$node" ] || continue
                kill -KILL "$(cat "$node")" 2>/dev/null || true
                ip netns del "$(bridge "$folder")n${node##*init}" 2>/dev/null || true
                ip link del "$(bridge "$folder")n${node##*init}" 2>/dev/null || true
              done
              ip link del "$(bridge "$folder")" 2>/dev/null || true
              rm -rf "$folder"
            }
            for old in /run/tessera.*; do
              if [ -e "$old/owner" ] && ! kill -0 "$(cat "$old/owner")" 2>/dev/null; then remove "$old"; fi
            done
            folder=$(mktemp -d /run/tessera.XXXXXX)
            trap 'remove "$folder"' ERR
            chmod 755 "$folder"
            echo "$2" > "$folder/owner"
            bridge=$(bridge "$folder")
            net=0
            while [[ $(ip -4 addr) == *" 10.213.$net."* ]]; do net=$((net + 1)); done
            ip link add "$bridge" type bridge
            ip addr add "10.213.$net.254/24" dev "$bridge"
            ip link set "$bridge" up
            mkdir -p /run/sshd "$folder/shared"
            ssh-keygen -q -t ed25519 -N '' -f "$folder/key"
            cp "$folder/key.pub" "$folder/authorized_keys"
            cp /etc/hosts "$folder/hosts"
            for node in $(seq "$1"); do
              ssh-keygen -q -t ed25519 -N '' -f "$folder/host$node"
              address=10.213.$net.$node
              echo "$address node$node" >> "$folder/hosts"
              echo "$address $(cut -d ' ' -f 1,2 "$folder/host$node.pub")" >> "$folder/known_hosts"
              printf 'Host node%s\n  HostName %s\n  User root\n' "$node" "$address" >> "$folder/ssh_config"
              printf '%s\n' "ListenAddress $address" "HostKey $folder/host$node" "AuthorizedKeysFile $folder/authorized_keys" \
                'UsePAM no' 'StrictModes no' 'PermitRootLogin prohibit-password' 'PasswordAuthentication no' 'PidFile none' \
                'MaxStartups 100' > "$folder/sshd$node"
            done
            for node in $(seq "$1"); do
              name=${bridge}n$node
              ip netns add "$name"
              ip link add "$name" type veth peer name eth0 netns "$name"
              ip link set "$name" master "$bridge" up
              ip -n "$name" addr add "10.213.$net.$node/24" dev eth0
              ip -n "$name" link set eth0 up
              ip -n "$name" link set lo up
              mkdir "$folder/home$node"
              setsid ip netns exec "$name" unshare --mount --uts --ipc --pid --fork --kill-child --mount-proc bash -c '
                set -e
                hostname "node$2"
                mount -t tmpfs -o size=256m tmpfs /dev/shm
                mount -t tmpfs tmpfs /tmp
                mount --bind "$1/hosts" /etc/hosts
                mount --bind "$1/home$2" "$HOME"
                exec "$(command -v sshd)" -D -e -f "$1/sshd$2"
              ' node "$folder" "$node" < /dev/null > "$folder/log$node" 2>&1 &
              echo $! > "$folder/init$node"
            done
            for node in $(seq "$1"); do
              for _ in $(seq 100); do
                timeout 1 bash -c 'exec 3<>"/dev/tcp/$0/22"' "10.213.$net.$node" 2>/dev/null && continue 2
                sleep 0.1
              done
              echo "node$node has no sshd: $(tail -n 1 "$folder/log$node")" >&2
              false
            done
            echo "$folder"
            """#

    /// Removes the nodes of the folder $1.
    static let down =
        common + #"""
            for node in "$1"/init*; do
              kill -KILL "$(cat "$node")" 2>/dev/null
              name="$(bridge "$1")n${node##*init}"
              ip netns del "$name" 2>/dev/null
              ip link del "$name" 2>/dev/null
            done
            ip link del "$(bridge "$1")"
            rm -rf -- "$1"
            """#
}
