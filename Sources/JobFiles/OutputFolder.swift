// Whether results can be written, found out without writing: the folder, or the nearest one above it that exists.

import Foundation

/// What stands in the way of writing into a folder that may not exist yet; nil where nothing does.
func outputObstacle(_ path: String) -> String? {
    guard !path.isEmpty, !path.utf8.contains(0) else { return "no folder's name" }
    var folder = URL(filePath: path, directoryHint: .notDirectory).standardizedFileURL
    while true {
        let existing = folder.path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: existing, isDirectory: &isFolder) {
            if !isFolder.boolValue { return "\(ConfigurationNode.quote(existing)), which is a file" }
            // access(2) says no for a read-only file system as well, even to root.
            return access(existing, W_OK | X_OK) == 0
                ? nil
                : "\(ConfigurationNode.quote(existing)), which cannot be written (\(String(cString: strerror(errno))))"
        }
        let parent = folder.deletingLastPathComponent().standardizedFileURL
        if parent.path == existing { return "\(ConfigurationNode.quote(path)), no part of which exists" }
        folder = parent
    }
}

/// Whether two paths lead to one folder that exists; an empty one is the working directory.
func areOneFolder(_ first: String, _ second: String) -> Bool {
    var (one, other) = (stat(), stat())
    guard stat(first.isEmpty ? "." : first, &one) == 0, stat(second.isEmpty ? "." : second, &other) == 0 else {
        return false
    }
    return one.st_dev == other.st_dev && one.st_ino == other.st_ino
}
