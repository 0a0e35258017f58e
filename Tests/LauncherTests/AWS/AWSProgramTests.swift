import Foundation
import Launcher
import TestSupport
import Testing

@Suite("The aws client as a process")
struct AWSProgramTests {
    /// A program that is run instead of the client.
    private static func client(_ folder: TemporaryFolder, _ script: String) throws -> String {
        let path = folder.path("a client's \"name\"")
        try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        return path
    }

    @Test(
        "It gets each argument as it is, and the request in a file that its owner alone reads and that is gone afterwards"
    )
    func request() async throws {
        let folder = TemporaryFolder()
        let path = try Self.client(
            folder,
            """
            for argument; do printf '%s\\n' "$argument" >> '\(folder.path)/arguments'; last=$argument; done
            cp "${last#file://}" '\(folder.path)/request'
            ls -l "${last#file://}" | cut -c1-10
            echo careful >&2
            exit 3
            """)
        let end = try await InstalledAWSProgram(path: path).run(
            ["ec2", "x", "$(reboot) \"'"], request: Data(#"{"A":"é"}"#.utf8))
        #expect(end.status == 3)
        #expect(String(decoding: end.output, as: UTF8.self) == "-rw-------\n")
        #expect(end.errors == "careful\n")
        #expect(try String(contentsOfFile: folder.path("request"), encoding: .utf8) == #"{"A":"é"}"#)
        let arguments = try String(contentsOfFile: folder.path("arguments"), encoding: .utf8).split(separator: "\n")
        #expect(arguments.prefix(4) == ["ec2", "x", "$(reboot) \"'", "--cli-input-json"])
        #expect(!FileManager.default.fileExists(atPath: String(arguments[4].dropFirst("file://".count))))
    }

    @Test("It makes one attempt, opens no pager, and gets the variables that it is given")
    func variables() async throws {
        let folder = TemporaryFolder()
        let path = try Self.client(folder, #"echo "$AWS_MAX_ATTEMPTS,$AWS_PAGER,$OWN,${HOME-unset}""#)
        let program = InstalledAWSProgram(path: path, environment: ["OWN": "1", "HOME": nil])
        let end = try await program.run(["--version"], request: nil)
        #expect(String(decoding: end.output, as: UTF8.self) == "1,,1,unset\n")
    }

    @Test("One that does not end is given up, and what its call did is not known")
    func hangs() async throws {
        let folder = TemporaryFolder()
        let path = try Self.client(folder, "exec sleep 1000")
        let error = await cause { () async throws(CloudError) in
            _ = try await InstalledAWSProgram(path: path, patience: 0).run(["ec2", "run-instances"], request: nil)
        }
        #expect(error?.cause == .unknownOutcome)
        #expect(error?.operation == "ec2 run-instances")
    }

    @Test("A cancelled call ends the client, and what it did is not known")
    func cancelled() async throws {
        let folder = TemporaryFolder()
        let path = try Self.client(
            folder, "echo $$ > '\(folder.path)/new' && mv '\(folder.path)/new' '\(folder.path)/pid'; exec sleep 1000")
        let call = Task {
            await cause { () async throws(CloudError) in
                _ = try await InstalledAWSProgram(path: path).run(["ec2", "run-instances"], request: nil)
            }
        }
        while !FileManager.default.fileExists(atPath: folder.path("pid")) {
            try await Task.sleep(for: .milliseconds(20))
        }
        call.cancel()
        #expect(await call.value?.cause == .unknownOutcome)
        let text = try String(contentsOfFile: folder.path("pid"), encoding: .utf8)
        let process = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(kill(process, 0) == -1)
    }

    @Test("One that is killed leaves open what its call did")
    func killed() async throws {
        let folder = TemporaryFolder()
        let path = try Self.client(folder, "kill -9 $$")
        let error = await cause { () async throws(CloudError) in
            _ = try await InstalledAWSProgram(path: path).run(["ec2", "run-instances"], request: nil)
        }
        #expect(error?.cause == .unknownOutcome)
    }

    @Test("It is found at TESSERA_AWS or on PATH; where it is not, that is said")
    func found() async throws {
        let folder = TemporaryFolder()
        let path = try Self.client(folder, "exit 0")
        try FileManager.default.moveItem(atPath: path, toPath: folder.path("aws"))
        #expect(try InstalledAWSProgram(environment: ["PATH": "/nowhere:\(folder.path)"]).path == folder.path("aws"))
        #expect(try InstalledAWSProgram(environment: ["TESSERA_AWS": folder.path("aws")]).path == folder.path("aws"))
        for environment in [
            ["PATH": "/nowhere"], ["PATH": ""], [:], ["TESSERA_AWS": folder.path, "PATH": folder.path],
        ] {
            let error = #expect(throws: CloudError.self) { try InstalledAWSProgram(environment: environment) }
            #expect(error?.cause == .client)
            #expect(error?.message.contains("expected the aws client") == true)
        }
        let gone = await cause { () async throws(CloudError) in
            _ = try await InstalledAWSProgram(path: folder.path("gone")).run(["ec2", "x"], request: nil)
        }
        #expect(gone?.cause == .client)
    }
}
