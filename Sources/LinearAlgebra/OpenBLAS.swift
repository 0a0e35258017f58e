// What OpenBLAS says of itself, and how many threads it uses.

import CShim

/// The OpenBLAS library of this process.
public enum OpenBLAS {
    /// The processor whose kernels are in use: "SkylakeX", "Haswell", ... Chosen once, when the library loads.
    public static var coreName: String { String(cString: openblas_get_corename()) }

    /// The library's version and build options in one line: "OpenBLAS 0.3.21 DYNAMIC_ARCH ...".
    public static var configuration: String { String(cString: openblas_get_config()) }

    /// The version: "0.3.21".
    public static var version: String {
        let words = configuration.split(separator: " ")
        return words.firstIndex(of: "OpenBLAS").flatMap { words.dropFirst($0 + 1).first }.map(String.init) ?? "unknown"
    }

    /// The core name that fits this processor's vector units, or nil where OpenBLAS's own choice should stand.
    public static var expectedCoreType: String? { tessera_expected_core_type().map { String(cString: $0) } }

    /// The number of threads in each call. Values below 1 count as 1.
    public static var threads: Int {
        get { Int(openblas_get_num_threads()) }
        set { openblas_set_num_threads(Int32(clamping: max(1, newValue))) }
    }
}
