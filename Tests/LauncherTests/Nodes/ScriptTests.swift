// The scripts that run on nodes are clean by shellcheck's measure.

import Foundation
import Launcher
import TestSupport
import Testing

private let hasShellCheck: Bool = {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    if path.split(separator: ":").contains(where: { FileManager.default.isExecutableFile(atPath: "\($0)/shellcheck") })
    {
        return true
    }
    FileHandle.standardError.write(Data("\n***** SKIPPED: scripts are not checked: no shellcheck *****\n\n".utf8))
    return false
}()

@Suite(.enabled(if: hasShellCheck, "no shellcheck"))
struct ScriptTests {
    @Test(arguments: NodeScripts.all.keys.sorted()) func scriptIsClean(_ name: String) async throws {
        let folder = TemporaryFolder()
        try folder.write(name, "#!/bin/bash\n" + (NodeScripts.all[name] ?? ""))
        let checked = try await Launch.command("shellcheck", [folder.path(name)])
        #expect(checked.status == 0, "\(checked.output)")
    }

    @Test func shellCheckFindsWhatIsWrong() async throws {
        let folder = TemporaryFolder()
        try folder.write("bad", "#!/bin/bash\ncd $1\n")
        #expect(try await Launch.command("shellcheck", [folder.path("bad")]).status != 0)
    }
}
