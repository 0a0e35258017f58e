// What AWS's error codes mean for a launch.
//
// From the EC2 API reference, "Error codes for the Amazon EC2 API", and the common errors of the other services. Codes with
// regular endings are told by these.

extension CloudError.Cause {
    /// The cause behind an error code.
    ///
    /// - Parameter message: the words that came with it: `Unsupported` alone says nothing.
    package init(code: String, message: String) {
        self = Self.table[code] ?? Self.byShape(of: code, message: message)
    }

    private static func byShape(of code: String, message: String) -> Self {
        // The type is not offered in this zone, or not with this option there: another zone may have it.
        if code == "Unsupported" {
            return message.contains("Availability Zone") || message.contains("currently not supported")
                ? .capacity : .request
        }
        if code.hasPrefix("Insufficient") { return .capacity }
        if code.hasSuffix("LimitExceeded") { return .quota }
        if code.hasSuffix(".NotFound") || code.hasSuffix("NotFoundException") { return .notFound }
        if code.hasSuffix(".Duplicate") || code.hasSuffix("AlreadyExists") { return .duplicate }
        if code.hasSuffix(".InUse") || code.hasSuffix("InUse") { return .inUse }
        if code.hasPrefix("AccessDenied") || code.hasPrefix("Unauthorized") { return .permission }
        if code.hasPrefix("Throttl") || code.hasSuffix("ThrottledException") { return .throttled }
        let isRefusal = ["Invalid", "Missing", "Unknown", "Malformed", "Validation", "Unsupported"].contains {
            code.hasPrefix($0)
        }
        // A code that nobody knows may be the service's own failure, after it has done what it was asked for.
        return isRefusal ? .request : .unknownOutcome
    }

    private static let table: [String: Self] = Dictionary(
        uniqueKeysWithValues: codes.flatMap { cause, codes in
            codes.split(whereSeparator: \.isWhitespace).map { (String($0), cause) }
        })

    private static let codes: [(Self, String)] = [
        (
            .capacity,
            """
            InsufficientInstanceCapacity InsufficientHostCapacity InsufficientCapacity InsufficientAddressCapacity
            InsufficientReservedInstanceCapacity InsufficientVolumeCapacity InsufficientFreeAddressesInSubnet
            InsufficientCapacityOnHost Server.InsufficientInstanceCapacity SpotMaxPriceTooLow
            """
        ),
        (
            .quota,
            """
            VcpuLimitExceeded InstanceLimitExceeded MaxSpotInstanceCountExceeded VolumeLimitExceeded
            SecurityGroupLimitExceeded RulesPerSecurityGroupLimitExceeded NetworkInterfaceLimitExceeded
            PlacementGroupLimitExceeded ResourceLimitExceeded MaxIOPSLimitExceeded TagLimitExceeded
            """
        ),
        (
            .permission,
            """
            UnauthorizedOperation Client.UnauthorizedOperation AccessDenied AccessDeniedException OptInRequired
            PendingVerification Blocked OperationNotPermitted
            """
        ),
        (
            .credentials,
            """
            AuthFailure ExpiredToken ExpiredTokenException RequestExpired InvalidClientTokenId InvalidToken
            UnrecognizedClientException InvalidAccessKeyId SignatureDoesNotMatch InvalidSignatureException
            MissingAuthenticationToken MissingAuthenticationTokenException IncompleteSignature
            IncompleteSignatureException NotAuthorized
            """
        ),
        (
            .request,
            """
            InvalidAMIID.NotFound InvalidAMIID.Unavailable InvalidAMIID.Malformed InvalidSubnetID.NotFound
            InvalidVpcID.NotFound InvalidInstanceType ParameterNotFound VPCIdNotSpecified DefaultVpcDoesNotExist
            UnsupportedOperation UnsupportedHibernationConfiguration InstanceCreditSpecification.NotSupported
            """
        ),
        (
            .notFound,
            """
            InvalidInstanceID.NotFound InvalidGroup.NotFound InvalidKeyPair.NotFound InvalidVolume.NotFound
            InvalidNetworkInterfaceID.NotFound InvalidPlacementGroup.Unknown NoSuchResourceException
            """
        ),
        (
            .duplicate,
            """
            InvalidGroup.Duplicate InvalidKeyPair.Duplicate InvalidPlacementGroup.Duplicate
            InvalidPermission.Duplicate IdempotentParameterMismatch
            """
        ),
        (
            .inUse,
            """
            DependencyViolation InvalidPlacementGroup.InUse InvalidGroup.InUse InvalidNetworkInterface.InUse
            VolumeInUse IncorrectState IncorrectInstanceState
            """
        ),
        (
            .throttled,
            """
            RequestLimitExceeded Throttling ThrottlingException ThrottledException RequestThrottled
            RequestThrottledException TooManyRequestsException EC2ThrottledException BandwidthLimitExceeded
            PriorRequestNotComplete SlowDown
            """
        ),
        (
            .unknownOutcome,
            """
            InternalError InternalFailure InternalServerError InternalServiceError ServiceUnavailable
            ServiceUnavailableException Unavailable ServerInternal RequestTimeout RequestTimeoutException
            500 502 503 504
            """
        ),
    ]
}
