import ArgumentParser

struct ClusterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster",
        abstract: "Start nodes in a cloud, all or none, and end them.",
        discussion: """
            What a launch creates bears its name and the tag tessera:run from the first moment: nodes with their volumes, \
            a placement group, a security group, a key. A journal in ~/.local/state/tessera/runs has every step before it \
            is made; a launcher that is killed at any moment is followed by another: up --run goes on, down ends all.

            Exit status: 3 no capacity; 4 quota; 5 permission or credentials; 6 something is left and costs money.

            Examples:
              tessera cluster up --type c7i.48xlarge --nodes 4 --key ~/.ssh/id_ed25519.pub --max-time 4h
              tessera cluster list
              tessera cluster down 20261127-143818-k3x9qd
            """,
        subcommands: [ClusterUpCommand.self, ClusterDownCommand.self, ClusterListCommand.self])
}
