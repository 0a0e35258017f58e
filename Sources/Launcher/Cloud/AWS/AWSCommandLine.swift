// A region of AWS, through its own command-line client: the whole chain of credentials, its endpoints and its signatures come
// with it.
//
// Every call is `aws SERVICE OPERATION --region R --output json --cli-input-json FILE`. The client fetches all pages of an
// answer. Only throttled calls are made again here; what else failed is the caller's to judge.

internal import Foundation

/// AWS in one region.
package struct AWSCommandLine: CloudAPI {
    package let region: String
    /// Where a server stands that speaks AWS's protocol, instead of AWS's own.
    private let endpoint: String?
    let program: any AWSProgram
    let backoff: Backoff
    /// Seconds since 1970.
    let now: @Sendable () -> Double
    private let isKnownHost: @Sendable (String) -> Bool

    /// - Parameters:
    ///   - endpoint: a server that speaks AWS's protocol, as `http://127.0.0.1:5000`; nil for AWS.
    ///   - program: nil for the client at `TESSERA_AWS` or on `PATH`.
    ///   - isKnownHost: whether the name service knows a host, or cannot say.
    package init(
        region: String, endpoint: String? = nil, program: (any AWSProgram)? = nil, backoff: Backoff = Backoff(),
        now: @escaping @Sendable () -> Double = { Date().timeIntervalSince1970 },
        isKnownHost: (@Sendable (String) -> Bool)? = nil
    ) throws(CloudError) {
        guard isRegion(region) else {
            throw CloudError(
                .request, operation: "aws", message: "region: expected a name as us-east-2, found '\(region)'")
        }
        if let endpoint, endpoint.wholeMatch(of: /https?:\/\/[A-Za-z0-9.\-\[\]:]+(\/\S*)?/) == nil {
            throw CloudError(
                .request, operation: "aws",
                message: "endpoint: expected an address as http://127.0.0.1:5000, found '\(endpoint)'")
        }
        let found = if let program { program } else { try InstalledAWSProgram() as any AWSProgram }
        self.region = region
        self.endpoint = endpoint
        self.program = found
        self.backoff = backoff
        self.now = now
        self.isKnownHost = isKnownHost ?? Launcher.isKnownHost
    }

    /// Makes a call and reads its answer.
    ///
    /// - Parameter region: where it is not this one's.
    func call<Input: Encodable & Sendable, Output: Decodable>(
        _ operation: AWSOperation, _ input: Input, region: String? = nil, as output: Output.Type = Output.self
    ) async throws(CloudError) -> Output {
        let request = try encoded(input, for: operation)
        let data = try await backoff.whileFailing(by: .throttled) { () async throws(CloudError) -> Data in
            let end = try await program.run(
                operation.words + options(region: region ?? self.region), request: request)
            guard end.status == 0 else {
                throw CloudError(operation: operation, errors: end.errors, isKnownHost: isKnownHost)
            }
            return end.output
        }
        return try decoded(data, of: operation)
    }

    /// Makes a call whose answer says nothing.
    func call<Input: Encodable & Sendable>(_ operation: AWSOperation, _ input: Input) async throws(CloudError) {
        _ = try await call(operation, input, as: NoAnswer.self)
    }

    private func options(region: String) -> [String] {
        ["--region", region, "--output", "json", "--cli-connect-timeout", "10", "--cli-read-timeout", "60"]
            + (endpoint.map { ["--endpoint-url", $0] } ?? [])
    }

    private func encoded(_ input: some Encodable, for operation: AWSOperation) throws(CloudError) -> Data {
        do { return try JSONEncoder.aws.encode(input) } catch {
            throw CloudError(.request, operation: operation.rawValue, message: "\(error)")
        }
    }

    private func decoded<Output: Decodable>(_ data: Data, of operation: AWSOperation) throws(CloudError) -> Output {
        // Some calls that delete answer with nothing at all.
        let isEmpty = data.allSatisfy { $0 == 0x20 || $0 == 0x0A || $0 == 0x0D }
        do { return try JSONDecoder.aws.decode(Output.self, from: isEmpty ? Data("{}".utf8) : data) } catch {
            // The call was made; what it did is not known from this.
            throw CloudError(
                .unknownOutcome, operation: operation.rawValue,
                message:
                    "expected the answer of \(operation.words[1]), found \(data.count) bytes that are not: \(error)")
        }
    }
}

/// Whether a text has the form of a region's name. Whether there is such a region, the name service knows.
func isRegion(_ name: String) -> Bool { name.wholeMatch(of: /[a-z]{2,4}(-[a-z]+)+-[0-9]+/) != nil }

private struct NoAnswer: Decodable {}
