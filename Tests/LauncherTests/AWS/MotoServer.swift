import Foundation
import Launcher

/// `moto_server` on loopback, which speaks AWS's protocol, and the `aws` clients that there are on this machine.
final class MotoServer {
    /// The client on `PATH`, and the system's where that is another one: version 1 comes from the Python registry, 2 from Debian.
    static let clients: [String] = {
        let onPath = try? InstalledAWSProgram().path
        let found = ([onPath] + ["/usr/bin/aws"]).compactMap { $0 }.filter(FileManager.default.isExecutableFile)
        return found.enumerated().filter { !found[..<$0.offset].contains($0.element) }.map(\.element)
    }()

    static let program: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/moto_server" }.first(where: FileManager.default.isExecutableFile)

    static var isInstalled: Bool { program != nil && !clients.isEmpty }

    /// Credentials that moto takes, nothing of the user's own, and no question to a metadata service.
    static let environment: [String: String?] = [
        "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_SESSION_TOKEN": nil,
        "AWS_PROFILE": nil,
        "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null", "AWS_EC2_METADATA_DISABLED": "true",
    ]

    let endpoint: String
    private let process: Process

    /// Starts a server on a port that is free and waits until it listens.
    init(log: String) async throws {
        process = Process()
        process.executableURL = URL(filePath: Self.program ?? "")
        process.arguments = ["-H", "127.0.0.1", "-p", "0"]
        process.environment = ProcessInfo.processInfo.environment.merging([
            "MOTO_EC2_ENABLE_INSTANCE_TYPE_VALIDATION": "true", "MOTO_ENABLE_AMI_VALIDATION": "true",
            "MOTO_ENABLE_KEYPAIR_VALIDATION": "true", "PYTHONUNBUFFERED": "1",
        ]) { $1 }
        _ = FileManager.default.createFile(atPath: log, contents: nil)
        let file = try FileHandle(forWritingTo: URL(filePath: log))
        process.standardOutput = file
        process.standardError = file
        process.standardInput = FileHandle.nullDevice
        try process.run()
        for _ in 0..<1200 where process.isRunning {
            let text = try String(contentsOfFile: log, encoding: .utf8)
            if let address = text.firstMatch(of: /Running on (http:\/\/127\.0\.0\.1:[0-9]+)/) {
                endpoint = String(address.1)
                return
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        kill(process.processIdentifier, SIGKILL)
        throw CloudError(
            .client, operation: "moto_server",
            message: "it does not listen: \(try String(contentsOfFile: log, encoding: .utf8))")
    }

    /// It does not heed SIGTERM while a connection is open, and keeps nothing that would be lost.
    func stop() { kill(process.processIdentifier, SIGKILL) }
}

/// A client in front of moto that answers for placement groups itself, which moto does not know: it fails with 500.
actor PlacementGroupsBesideMoto: AWSProgram {
    private let client: InstalledAWSProgram
    private var groups: [String: [String: Any]] = [:]

    init(_ client: InstalledAWSProgram) { self.client = client }

    func run(_ arguments: [String], request: Data?) async throws(CloudError) -> AWSProgramEnd {
        let operation = AWSOperation(rawValue: arguments.prefix(2).joined(separator: " "))
        let fields = request.flatMap { try? JSONSerialization.jsonObject(with: $0) as? [String: Any] } ?? [:]
        let name = fields["GroupName"] as? String ?? ""
        switch operation {
        case .createPlacementGroup:
            let specifications = fields["TagSpecifications"] as? [[String: Any]] ?? []
            groups[name] = ["GroupName": name, "State": "available", "Tags": specifications.first?["Tags"] ?? []]
            return .answer("")
        case .deletePlacementGroup:
            guard groups.removeValue(forKey: name) != nil else {
                return .failure("InvalidPlacementGroup.Unknown", "The Placement Group '\(name)' is unknown.")
            }
            return .answer("")
        case .describePlacementGroups:
            let data = try? JSONSerialization.data(withJSONObject: ["PlacementGroups": Array(groups.values)])
            return AWSProgramEnd(status: 0, output: data ?? Data(), errors: "")
        default:
            return try await client.run(arguments, request: request)
        }
    }
}
