// Who asks, and how much the account may have.

extension AWSCommandLine {
    package func callerIdentity() async throws(CloudError) -> CallerIdentity {
        let answer = try await call(.getCallerIdentity, NoInput(), as: IdentityOutput.self)
        return CallerIdentity(account: answer.account, name: answer.arn)
    }

    package func limit(_ quota: Quota) async throws(CloudError) -> Double {
        let input = QuotaInput(serviceCode: "ec2", quotaCode: quota.rawValue)
        do throws(CloudError) {
            return try await call(.getServiceQuota, input, as: QuotaOutput.self).quota.value
        } catch {
            // An account that never asked for another limit has the default one, which is another call.
            guard error.code == "NoSuchResourceException" else { throw error }
            return try await call(.getDefaultServiceQuota, input, as: QuotaOutput.self).quota.value
        }
    }
}

private struct IdentityOutput: Decodable {
    let account: String
    let arn: String
}

private struct QuotaInput: Encodable {
    let serviceCode: String
    let quotaCode: String
}

private struct QuotaOutput: Decodable {
    struct Quota: Decodable {
        let value: Double
    }
    let quota: Quota
}
