import Foundation
import TestSupport
import Testing

/// What the compiler says of programs that touch a buffer in flight: nothing at run time would.
@Suite("Buffers in flight")
struct BufferSafetyTests {
    private static func hasCompiler() async throws -> Bool {
        try await Launch.command("sh", ["-c", "command -v swiftc"]).status == 0
    }

    private static let receive =
        "var a = [1.0]; var s = a.mutableSpan; let r = try world.receiveLater(into: &s, from: 0)"

    private static let uses: [(body: String, error: String)] = [
        (receive + "; try r.wait(); s[0] = 1", ""),
        (receive + "; s[0] = 1; try r.wait()", "overlapping accesses to 's'"),
        (receive + "; a.append(2); try r.wait()", "overlapping accesses to 'a'"),
        (receive + "; try r.wait(); try r.wait()", "'r' consumed more than once"),
        (
            "var a = [1.0]; let r = try world.sendLater(a.span, to: 0); a[0] = 2; try r.wait()",
            "overlapping accesses to 'a'"
        ),
    ]

    @Test(.enabled("there is no Swift compiler in PATH", hasCompiler), arguments: uses)
    func theCompilerWatches(body: String, error: String) async throws {
        let folder = TemporaryFolder()
        try folder.write(
            "use.swift", "import MessagePassing\npublic func use(_ world: Communicator) throws {\n    \(body)\n}\n")
        // Beside the test runner, in the folder of the build.
        let maps = [
            Launch.path(of: "CShim.build/module.modulemap"),
            Launch.path(of: "../../checkouts/swift-numerics/Sources/_NumericsShims/include/module.modulemap"),
        ]
        let arguments =
            ["-swift-version", "6", "-enable-experimental-feature", "Lifetimes", "-emit-sil", "-o", "/dev/null"]
            + ["-I", Launch.path(of: "Modules")] + maps.flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] }
            + [folder.path("use.swift")]
        let command =
            #"for flag in $(pkg-config --cflags ompi-c openblas); do set -- "$@" -Xcc "$flag"; done; swiftc "$@""#
        let outcome = try await Launch.command("sh", ["-c", command, "sh"] + arguments, seconds: 120)
        let errors = outcome.errors.split(separator: "\n").filter { $0.contains("use.swift") && $0.contains("error: ") }
        if error.isEmpty {
            #expect(outcome.status == 0, "\(outcome.errors)")
        } else {
            #expect(outcome.status != 0)
            #expect(
                errors.count == 1 && errors[0].contains("use.swift:3:") && errors[0].contains(error),
                "\(outcome.errors)")
        }
    }
}
