import Foundation
import MessagePassing

// Files that cannot be written to their end: too large for the user, or on a disk that is full.

/// Calls `body` while no file of this process may grow past `bytes`: writing then fails with "file too large".
func withFileSizeLimit(_ bytes: Int, _ body: () throws -> Void) rethrows {
    let handler = signal(SIGXFSZ, SIG_IGN)
    var old = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
    var tight = rlimit(rlim_cur: rlim_t(bytes), rlim_max: old.rlim_max)
    setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &tight)
    defer {
        setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &old)
        signal(SIGXFSZ, handler)
    }
    try body()
}

/// Calls `body` while `folder` is a file system of its own of 64 KiB; says so and does nothing where the user may not
/// mount one.
func withSmallDisk(_ folder: String, _ world: Communicator, _ body: () throws -> Void) throws {
    let mounted = try world.broadcast(
        world.rank == 0 ? shell("mount -t tmpfs -o size=64k tessera '\(folder)'") : 0, from: 0)
    guard mounted == 0 else {
        if world.rank == 0 { print("skipped: no file system may be mounted here") }
        return
    }
    defer {
        try? world.barrier()
        if world.rank == 0 { _ = shell("umount '\(folder)'") }
    }
    try body()
}

private func shell(_ command: String) -> Int {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command + " 2>/dev/null"]
    guard (try? process.run()) != nil else { return -1 }
    process.waitUntilExit()
    return Int(process.terminationStatus)
}
