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

/// A file system of a few KiB.
enum SmallDisk: String, CaseIterable {
    /// 64 KiB that files can reserve.
    case reserving = "mount -t tmpfs -o size=64k tessera \"$0\""
    /// 256 KiB that files get as they are written, and no sooner.
    case writing = """
        image="$0.image"; dd if=/dev/zero of="$image" bs=1k count=256 && mke2fs -q -F -m 0 -t ext2 "$image" \
        && mount -o loop "$image" "$0" && rmdir "$0/lost+found"; status=$?; rm -f "$image"; exit $status
        """
}

/// Calls `body` while `folder` is a small file system of its own; says so and does nothing where the user may not mount one.
func withSmallDisk(
    _ folder: String, _ world: Communicator, _ disk: SmallDisk = .reserving, _ body: () throws -> Void
) throws {
    let mounted = try world.broadcast(world.rank == 0 ? shell(disk.rawValue, folder) : 0, from: 0)
    guard mounted == 0 else {
        if world.rank == 0 { print("skipped: no file system may be mounted here") }
        return
    }
    defer {
        try? world.barrier()
        if world.rank == 0 { _ = shell("umount \"$0\"", folder) }
    }
    try body()
}

/// The status of a command, in which `$0` is the folder.
private func shell(_ command: String, _ folder: String) -> Int {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", "exec 2>/dev/null; " + command, folder]
    guard (try? process.run()) != nil else { return -1 }
    process.waitUntilExit()
    return Int(process.terminationStatus)
}
