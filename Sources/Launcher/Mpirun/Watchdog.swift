// Finds a node that is gone, or a link between nodes that has gone silent, while mpirun does not: each node sends a beat
// every few seconds over the launcher's connection, and says which of its neighbours do not answer it.
//
// A node is lost after 20 s without a beat. A link is suspected after two beats in a row that name it, and lost when the node
// behind it then shows by a beat of its own that it lives. A beat comes every 9 s at most, 4 s of silence and 5 s of rest:
// either is found within 30 s.

/// Keeps the time of beats. What a beat says and when it came is handed in, so that no clock is read here.
package struct Watchdog: Sendable {
    package enum Finding: Hashable, Sendable {
        case silentNode(String)
        case silentLink(from: String, to: String)

        package var message: String {
            switch self {
            case .silentNode(let name):
                "node \(name) was lost: nothing heard of it for \(Int(Watchdog.patience)) s: it is down, or the network to it is cut"
            case .silentLink(let from, let to):
                "the link from node \(from) to node \(to) was lost: \(to) does not answer \(from): it is down, or the network between them is cut"
            }
        }
    }

    /// Seconds without a beat after which a node is lost.
    package static let patience = 20.0
    /// Seconds of rest between a node's beats.
    package static let rest = 5

    private let names: [String]
    private var last: [Double]
    /// Neighbours that the last beat of each node has named.
    private var suspects: [Set<Int>]
    /// Neighbours that its last two beats have named.
    private var accused: [Set<Int>]

    /// - Parameter now: seconds on a clock that does not jump.
    package init(_ names: [String], now: Double) {
        self.names = names
        last = Array(repeating: now, count: names.count)
        suspects = Array(repeating: [], count: names.count)
        accused = suspects
    }

    /// Takes a node's beat in, with the neighbours that did not answer it.
    package mutating func beat(_ node: Int, silent: Set<Int>, now: Double) -> Finding? {
        last[node] = now
        accused[node] = suspects[node].intersection(silent)
        suspects[node] = silent
        let witness = accused.firstIndex { $0.contains(node) }
        return witness.map { .silentLink(from: names[$0], to: names[node]) }
    }

    /// The first node from which no beat has come for too long.
    package func overdue(now: Double) -> Finding? {
        for (name, time) in zip(names, last) where now - time > Self.patience { return .silentNode(name) }
        return nil
    }

    /// The neighbours that a node watches: the next three around the ring of all nodes, so that each node is watched by
    /// three others however many there are, and every link of up to four nodes is.
    package static func neighbours(of node: Int, among count: Int) -> [Int] {
        (1..<max(1, min(4, count))).map { (node + $0) % count }
    }

    /// Beats until it is ended: $1 is the rest, the addresses of neighbours follow. A beat is one line: `beat`, and the
    /// addresses of those that did not answer.
    static let beats = #"""
        # shellcheck disable=SC2016
        export LC_ALL=C
        rest=$1; shift
        scratch=$(mktemp -d) || exit 1
        trap 'rm -rf "$scratch"' EXIT
        while :; do
          for peer in "$@"; do
            {
              if said=$(timeout 4 bash -c 'exec 3<>"/dev/tcp/$0/9"' "$peer" 2>&1); then :
              else case $said in *refused*) ;; *) : > "$scratch/$peer" ;; esac; fi
            } &
          done
          wait
          echo beat "$(cd "$scratch" && echo *)" || exit 0
          rm -f "$scratch"/*
          sleep "$rest"
        done
        """#
}
