import ArgumentParser
import Launcher

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Print the IAM policy that launches on EC2 need, and no more.",
        discussion: """
            The policy has every call that Tessera makes and no other: looking, creating with the tag tessera:run, and \
            changing or deleting what bears that tag. Nothing is asked of AWS.

            Examples:
              tessera policy --region us-east-2 > tessera-policy.json
              aws iam create-policy --policy-name tessera --policy-document file://tessera-policy.json
              tessera policy --role tessera-nodes
            """)

    @Option(name: .long, help: "The only region to start and change anything in, such as us-east-2; else all.")
    var region: String?

    @Option(name: .long, help: "The only account, by its 12 digits; else whichever the policy is attached in.")
    var account: String?

    @Option(name: .long, help: "The role that nodes are given for S3; else none may be given.")
    var role: String?

    @Flag(name: .long, help: "Accepted for scripts: the policy is JSON in any case.")
    var json = false

    func run() throws {
        let policy = try AccessPolicy(region: region, account: account, role: role)
        guard TesseraProgram.isFirstRank else { return }
        standardOutput(policy.json)
    }
}
