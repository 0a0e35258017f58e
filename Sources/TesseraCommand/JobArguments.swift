import ArgumentParser

/// The arguments that name a job and change it.
struct JobArguments: ParsableArguments {
    @Argument(help: "The job file (YAML).", completion: .file(extensions: ["yaml", "yml"]))
    var job: String

    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Set a key of the job, by its path: --set kernel.length-scale=250. May be repeated.", valueName: "key=value"
        ))
    var overrides: [String] = []

    @Option(name: .long, help: "The folder for results, instead of the job file's.", completion: .directory)
    var output: String?
}
