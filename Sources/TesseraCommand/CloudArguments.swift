// Which cloud a command works in.

import ArgumentParser
import Foundation
import Launcher
import Tessera

/// The cloud, and the place where runs keep their journals.
struct CloudArguments: ParsableArguments {
    @Option(name: .long, help: "The region, such as us-east-2 (default: AWS_REGION, else AWS_DEFAULT_REGION).")
    var region: String?

    @Option(name: .long, help: "A server that speaks for AWS, such as http://127.0.0.1:5000, for tests.")
    var endpointUrl: String?

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
        guard let cloud else { return (try aws(), SystemClock()) }
        guard cloud.hasPrefix("fake:"), cloud.count > 5 else {
            throw .argument(
                routine: "arguments", name: "--cloud", expected: "fake:PATH, a rehearsal", found: "'\(cloud)'")
        }
        let fake = FakeCloud(try FakeStore(path: String(cloud.dropFirst(5))))
        return (fake, fake.clock)
    }

    private func aws() throws(TesseraError) -> AWSCommandLine {
        let variables = ProcessInfo.processInfo.environment
        guard let region = region ?? variables["AWS_REGION"] ?? variables["AWS_DEFAULT_REGION"] else {
            throw .argument(
                routine: "arguments", name: "--region", expected: "a region, here or in AWS_REGION", found: "none")
        }
        do throws(CloudError) {
            return try AWSCommandLine(region: region, endpoint: endpointUrl)
        } catch {
            throw .file(path: error.operation, reason: error.message)
        }
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
