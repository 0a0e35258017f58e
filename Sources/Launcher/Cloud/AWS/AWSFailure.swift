// Why a call of the aws client failed, from what it has printed: versions 1 and 2 end with different statuses, but both
// write `An error occurred (CODE) when calling the OPERATION operation: WORDS`, or a sentence of their own.

internal import Foundation

extension CloudError {
    /// The error behind a client that ended with a status other than 0.
    ///
    /// - Parameters:
    ///   - errors: what the client has written to standard error.
    ///   - isKnownHost: whether a host of that name exists; one that does not tells a region that does not exist from a
    ///     network that is down.
    init(operation: AWSOperation, errors: String, isKnownHost: (String) -> Bool) {
        let name = operation.rawValue
        if let answer = errors.firstMatch(
            of: /(?s)An error occurred \(([^)]*)\) when calling the \w+ operation(?: \([^)]*\))?: ?(.*)/)
        {
            let (code, words) = (String(answer.1), oneLine(answer.2))
            self.init(Cause(code: code, message: words), operation: name, code: code, message: words)
            return
        }
        let words = oneLine(errors[...])
        if let host = errors.firstMatch(of: /Could not connect to the endpoint URL: "https?:\/\/([^\/:"]+)/)?.1,
            !isKnownHost(String(host))
        {
            self.init(
                .request, operation: name,
                message: "expected a region of AWS, found one without the host \(host)")
            return
        }
        let cause = Self.sentences.first { words.contains($0.words) }?.cause ?? .client
        self.init(cause, operation: name, message: words.isEmpty ? "the aws client failed and said nothing" : words)
    }

    /// The client's own sentences, by their parts that its versions share.
    private static let sentences: [(words: String, cause: Cause)] = [
        // No answer, or none that can be read: the call may have arrived.
        ("Could not connect to the endpoint URL", .unknownOutcome),
        ("Connect timeout on endpoint URL", .unknownOutcome),
        ("Read timeout on endpoint URL", .unknownOutcome),
        ("Connection was closed before we received a valid response", .unknownOutcome),
        ("Failed to connect to proxy URL", .unknownOutcome),
        ("An HTTP Client", .unknownOutcome),
        ("SSL validation failed", .unknownOutcome),
        ("Unable to parse response", .unknownOutcome),
        ("Response ended prematurely", .unknownOutcome),
        // Nothing was sent.
        ("Unable to locate credentials", .credentials),
        ("Unable to locate authorization token", .credentials),
        ("Partial credentials found", .credentials),
        ("Error when retrieving token", .credentials),
        ("Error when retrieving credentials", .credentials),
        ("Error loading SSO Token", .credentials),
        ("Token has expired", .credentials),
        ("SSO session", .credentials),
        ("session has expired", .credentials),
        ("credentials are still expired", .credentials),
        ("resolving AWS credentials", .credentials),
        ("MFA token required", .credentials),
        ("The config profile", .credentials),
        ("Invalid endpoint", .request),
        ("Provided region_name", .request),
        ("You must specify a region", .request),
    ]
}

/// Words on one line, and no more of them than a person reads: a refused permission carries a kilobyte of encoded reasons,
/// a failed server a page.
private func oneLine(_ text: Substring) -> String {
    let reasons = text.range(of: " Encoded authorization failure message:")?.lowerBound ?? text.endIndex
    let words = text[..<reasons].split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.count > 500 ? words.prefix(500) + " ..." : words
}

/// Whether the name service knows a host, or cannot say.
func isKnownHost(_ name: String) -> Bool {
    var found: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(name, nil, nil, &found)
    if let found { freeaddrinfo(found) }
    return status != EAI_NONAME
}
