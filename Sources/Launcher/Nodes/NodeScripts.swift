// Every script that runs on a node, by name, so that all of them can be checked.

/// The scripts. Values reach them as arguments; their texts are constants.
package enum NodeScripts {
    package static let all = [
        "probe": NodeFacts.probe,
        "reach": Preflight.reach,
        "hashes": Shipping.hashes,
        "receive": Shipping.receive,
        "list": Shipping.list,
        "beats": Watchdog.beats,
        "removal": NodesRun.removal,
        "start": WatchedRun.start,
        "signal": WatchedRun.signal,
        "namespaces-up": NamespaceNodes.up,
        "namespaces-down": NamespaceNodes.down,
    ]
}
