// Which cloud a command works in.

import ArgumentParser
import Launcher
import Tessera

/// The cloud, and the place where runs keep their journals.
struct CloudArguments: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            """
            A rehearsal: fake:PATH is a cloud in a file, which is made where there is none. It costs nothing, takes no \
            time, and has no nodes to log in to.
            """, valueName: "fake:path", visibility: .hidden))
    var cloud: String?

    /// The cloud and its clock.
    func open() throws(TesseraError) -> (cloud: any CloudAPI, clock: any LaunchClock) {
        guard let cloud, cloud.hasPrefix("fake:"), cloud.count > 5 else {
            throw .argument(
                routine: "arguments", name: "--cloud", expected: "fake:PATH, a rehearsal",
                found: cloud.map { "'\($0)'" } ?? "nothing")
        }
        let fake = FakeCloud(try FakeStore(path: String(cloud.dropFirst(5))))
        return (fake, fake.clock)
    }

    func launch() throws(TesseraError) -> ClusterLaunch {
        let (cloud, clock) = try open()
        return ClusterLaunch(root: try RunFolder.root(), cloud: cloud, clock: clock)
    }
}

extension LauncherError: ProgramFailure {
    package var report: String {
        switch self {
        case .noCapacity(let attempts) where !attempts.isEmpty: "tessera: \(self)\n\(Attempt.table(attempts))"
        case .leak(let run, _, _): "tessera: \(self)\ntry again: tessera cluster down \(run), or tessera reap --yes"
        default: "tessera: \(self)"
        }
    }
}

extension TesseraError {
    /// An error over arguments, which ends the program with status 2.
    var refusal: LauncherError { .refused(self) }
}
