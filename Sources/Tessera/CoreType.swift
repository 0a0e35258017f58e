internal import CShim
private import Foundation
internal import LinearAlgebra

/// The processor family whose kernels OpenBLAS runs.
///
/// OpenBLAS picks one when it is loaded. A version older than the processor may not know it and fall back to kernels five
/// times slower; the variable OPENBLAS_CORETYPE corrects it, but only for a process that starts with it.
public enum CoreType {
    /// What OpenBLAS runs: `openblas_get_corename()`.
    public static var current: String { OpenBLAS.coreName }

    /// What fits this processor's vector units; nil where OpenBLAS's choice stands (other architectures).
    public static var expected: String? { tessera_expected_core_type().map { String(cString: $0) } }

    /// What OpenBLAS had taken this processor for before ``correct()`` started the process again; nil where it did not.
    public static var mistaken: String? { ProcessInfo.processInfo.environment[corrected] }

    private static let corrected = "TESSERA_CORETYPE_CORRECTED"

    /// What is wrong and the command that mends it, in one line; nil when all is well.
    public static var fault: String? {
        guard let expected, width(of: current) < width(of: expected) else { return nil }
        return """
            OpenBLAS takes this processor for '\(current)' and will be several times slower than it could be; \
            run: export OPENBLAS_CORETYPE=\(expected)
            """
    }

    /// Replaces this process by itself with OPENBLAS_CORETYPE set, when OpenBLAS has mistaken the processor. To be called
    /// before MPI starts. Happens once at most; TESSERA_KEEP_CORETYPE=1 keeps OpenBLAS's choice.
    public static func correct() {
        let environment = ProcessInfo.processInfo.environment
        guard let expected, fault != nil, environment["OPENBLAS_CORETYPE"] == nil,
            environment["TESSERA_KEEP_CORETYPE"] == nil, mistaken == nil,
            let program = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        else { return }
        setenv("OPENBLAS_CORETYPE", expected, 1)
        setenv(corrected, current, 1)
        var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
        execv(program, &arguments)
        // Only reached when the program could not be executed again: go on as we are.
        for argument in arguments { free(argument) }
    }

    /// Bits of the vector registers that a core type's kernels use.
    private static func width(of coreType: String) -> Int {
        switch coreType.lowercased() {
        case "skylakex", "cooperlake", "sapphirerapids": 512
        case "haswell", "zen", "excavator", "steamroller": 256
        case "sandybridge", "bulldozer", "piledriver": 255
        default: 128
        }
    }
}
