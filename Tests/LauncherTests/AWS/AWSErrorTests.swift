import Foundation
import Launcher
import Testing

@Suite("What AWS's refusals mean")
struct AWSErrorTests {
    @Test(
        "Each error code has the cause that the launcher acts on",
        arguments: [
            ("InsufficientInstanceCapacity", CloudError.Cause.capacity),
            ("InsufficientFreeAddressesInSubnet", .capacity),
            ("SpotMaxPriceTooLow", .capacity), ("VcpuLimitExceeded", .quota), ("MaxSpotInstanceCountExceeded", .quota),
            ("PlacementGroupLimitExceeded", .quota), ("SnapshotLimitExceeded", .quota),
            ("UnauthorizedOperation", .permission), ("AccessDeniedException", .permission),
            ("OptInRequired", .permission),
            ("ExpiredToken", .credentials), ("ExpiredTokenException", .credentials), ("AuthFailure", .credentials),
            ("InvalidClientTokenId", .credentials), ("SignatureDoesNotMatch", .credentials),
            ("RequestLimitExceeded", .throttled), ("ThrottlingException", .throttled),
            ("TooManyRequestsException", .throttled),
            ("DependencyViolation", .inUse), ("InvalidPlacementGroup.InUse", .inUse), ("VolumeInUse", .inUse),
            ("InvalidInstanceID.NotFound", .notFound), ("InvalidPlacementGroup.Unknown", .notFound),
            ("InvalidGroup.NotFound", .notFound), ("InvalidAMIID.NotFound", .request),
            ("InvalidSubnetID.NotFound", .request),
            ("ParameterNotFound", .request), ("InvalidParameterValue", .request), ("InvalidInstanceType", .request),
            ("IdempotentParameterMismatch", .duplicate), ("InvalidGroup.Duplicate", .duplicate),
            ("InternalError", .unknownOutcome), ("ServiceUnavailable", .unknownOutcome), ("503", .unknownOutcome),
            ("SomethingNew", .unknownOutcome),
        ])
    func codes(_ code: String, _ expected: CloudError.Cause) async {
        let aws = AWSCommandLine.scripted(ScriptedAWS([.describeInstances: [.failure(code, "Words of it.")]]))
        let error = await cause { () async throws(CloudError) in _ = try await aws.instances(of: nil) }
        #expect(error?.cause == expected)
        #expect(error?.code == code)
        #expect(error?.message == "Words of it.")
        #expect(error?.operation == "ec2 describe-instances")
    }

    @Test("A type that a zone does not offer may be had in another; one that an option does not suit may not")
    func unsupported() {
        let zone = "Your requested instance type (hpc7a.96xlarge) is not supported in your requested Availability Zone."
        #expect(CloudError.Cause(code: "Unsupported", message: zone) == .capacity)
        #expect(CloudError.Cause(code: "Unsupported", message: "The CPU options are not supported.") == .request)
    }

    @Test(
        "The client's own sentences are understood",
        arguments: [
            (
                "Unable to locate credentials. You can configure credentials by running \"aws configure\".",
                CloudError.Cause.credentials
            ),
            ("Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY", .credentials),
            ("The config profile (nope) could not be found", .credentials),
            ("Error when retrieving token from sso: Token has expired and refresh failed", .credentials),
            ("The SSO session associated with this profile has expired or is otherwise invalid.", .credentials),
            ("Could not connect to the endpoint URL: \"https://ec2.us-east-2.amazonaws.com/\"", .unknownOutcome),
            ("Could not connect to the endpoint URL: \"https://ec2.us-nowhere-9.amazonaws.com/\"", .request),
            ("Read timeout on endpoint URL: \"https://ec2.us-east-2.amazonaws.com/\"", .unknownOutcome),
            ("Connection was closed before we received a valid response from endpoint URL: \"x\".", .unknownOutcome),
            ("Unable to parse response (syntax error: line 1, column 0), invalid XML received.", .unknownOutcome),
            ("Parameter validation failed:\nUnknown parameter in input: \"InstancIds\"", .client),
            ("", .client),
        ])
    func sentences(_ sentence: String, _ expected: CloudError.Cause) async {
        let end = AWSProgramEnd(status: 255, output: .init(), errors: "\n\(sentence)\n")
        let aws = AWSCommandLine.scripted(ScriptedAWS([.describeInstances: [end]]))
        let error = await cause { () async throws(CloudError) in _ = try await aws.instances(of: nil) }
        #expect(error?.cause == expected)
        #expect(error?.message.contains("\n") == false)
    }

    @Test("A refused permission says what is missing in one line, without the encoded reasons")
    func permission() async {
        let words = """
            You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/x is not authorized to \
            perform: ec2:RunInstances because no identity-based policy allows it. Encoded authorization failure message: \
            \(String(repeating: "Zm9v", count: 500))
            """
        let aws = AWSCommandLine.scripted(ScriptedAWS([.describeInstances: [.failure("UnauthorizedOperation", words)]]))
        let error = await cause { () async throws(CloudError) in _ = try await aws.instances(of: nil) }
        #expect(error?.message.hasSuffix("no identity-based policy allows it.") == true)
    }

    @Test("An answer that cannot be read leaves open what the call did")
    func unreadable() async {
        let aws = AWSCommandLine.scripted(ScriptedAWS([.describeInstances: [.answer("<html>")]]))
        let error = await cause { () async throws(CloudError) in _ = try await aws.instances(of: nil) }
        #expect(error?.cause == .unknownOutcome)
    }

    @Test(
        "What is not a region's name, or not an address, is refused before the client is looked for",
        arguments: ["", "us east", "us-east-2; rm -rf /", "US-EAST-2", "../us-east-2", "us-east-2\n"])
    func regions(_ region: String) {
        #expect(throws: CloudError.self) { try AWSCommandLine(region: region, program: ScriptedAWS()) }
        #expect(throws: CloudError.self) {
            try AWSCommandLine(region: "us-east-2", endpoint: region, program: ScriptedAWS())
        }
    }
}
