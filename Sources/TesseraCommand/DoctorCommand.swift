import ArgumentParser
import Jobs
import Tessera

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Examine this machine: libraries, cores, memory, speed, and what to mend.",
        discussion: """
            Every fault comes with the command that mends it; the status is 0 without faults, 1 with them. Under mpirun \
            it also tells where the ranks are, what they are bound to, and whether they share cores.

            Examples:
              tessera doctor
              mpirun -n 4 tessera doctor
              tessera doctor --json
            """)

    @Flag(name: .long, help: "Print the diagnosis as one JSON object.")
    var json = false

    func run() throws {
        CoreType.correct()
        let launcher = TesseraProgram.isFirstRank ? FoundLauncher.find() : nil
        var isSound = true
        try Tessera.run { world in
            let diagnosis = try diagnose(launcher: launcher, on: world)
            if world.rank == 0 { standardOutput(json ? diagnosis.json : diagnosis.text) }
            isSound = try world.broadcast(diagnosis.faults.isEmpty ? 1 : 0, from: 0) == 1
        }
        if !isSound { throw ExitCode(1) }
    }
}
