import Failures
import Foundation
import MessagePassing

/// One multi-rank check. The body runs on all ranks; ``expect(_:_:)`` notes failures without leaving the body, so that a
/// rank with a wrong value still takes part in the collectives that follow.
struct RankCheck: Sendable {
    let name: String
    let body: @Sendable (Communicator) throws -> Void

    init(_ name: String, _ body: @escaping @Sendable (Communicator) throws -> Void) {
        self.name = name
        self.body = body
    }
}

nonisolated(unsafe) private var complaints: [String] = []

/// Notes a failure of the current check unless the condition holds.
func expect(
    _ condition: @autoclosure () throws -> Bool, _ message: @autoclosure () -> String = "", line: Int = #line,
    file: String = #fileID
) rethrows {
    if try !condition() { complain("\(file):\(line) \(message())") }
}

/// Notes a failure unless both are equal.
func expectEqual<T: Equatable>(
    _ found: T, _ expected: T, _ message: @autoclosure () -> String = "", line: Int = #line, file: String = #fileID
) {
    if found != expected { complain("\(file):\(line) \(message()) expected \(expected), found \(found)") }
}

/// Notes a failure unless the body throws an error for which `matches` holds.
func expectThrows(
    _ message: @autoclosure () -> String = "", line: Int = #line, file: String = #fileID,
    matches: (TesseraError) -> Bool = { _ in true }, _ body: () throws -> Void
) {
    do {
        try body()
        complain("\(file):\(line) \(message()) expected an error, none was thrown")
    } catch let error as TesseraError {
        if !matches(error) { complain("\(file):\(line) \(message()) unexpected error: \(error)") }
    } catch {
        complain("\(file):\(line) \(message()) unexpected error: \(error)")
    }
}

private func complain(_ text: String) {
    if complaints.count < 5 { complaints.append(text) }
}

/// Runs the checks and returns how many failed on some rank.
func run(_ checks: [RankCheck], on world: Communicator) throws -> Int {
    var failures = 0
    for check in checks {
        if world.rank == 0 { report("begin \(check.name)") }
        complaints = []
        do { try check.body(world) } catch { complain("threw: \(error)") }
        let text = complaints.joined(separator: "; ")
        let all = try world.gatherVarying(Array(text.utf8), to: 0) ?? []
        let failed = try world.allReduce(complaints.isEmpty ? 0 : 1, .maximum)
        failures += failed
        guard world.rank == 0 else { continue }
        if failed == 0 { report("ok \(check.name)") }
        for (rank, bytes) in all.enumerated() where !bytes.isEmpty {
            report("failed \(check.name): rank \(rank): \(String(decoding: bytes, as: UTF8.self))")
        }
    }
    if world.rank == 0 { report("finished \(checks.count) checks") }
    return failures
}

/// Prints a line at once.
func report(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
}
