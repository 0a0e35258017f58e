// What a node does first: it sets the time of its own end. Whatever becomes of the launcher, of its machine and of its journal,
// a node shuts down then, and shutting down terminates it.

/// The script that a node runs as it boots: readable by everyone on the node, so nothing in it is secret.
package enum BootScript {
    /// - Parameter life: seconds from boot to the node's end.
    package static func text(life: Int) -> String {
        """
        #!/bin/sh
        # Ends this node, whatever becomes of the program that has started it.
        systemd-run --on-active=\(life) /sbin/shutdown -h now || /sbin/shutdown -h +\((life + 59) / 60)

        """
    }
}
