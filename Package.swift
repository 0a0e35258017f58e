// swift-tools-version: 6.2
import PackageDescription

// The modules stand in the order of the house: each imports only those above it.

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableExperimentalFeature("Lifetimes"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

// C never contracts a*b+c into one rounding: a stencil's bits must not depend on the compiler's taste.
let cSettings: [CSetting] = [.unsafeFlags(["-ffp-contract=off"])]

// Debian keeps several builds of HDF5 side by side; brew's parallel one has the plain name.
#if os(macOS)
    let parallelHDF5 = "hdf5"
#else
    let parallelHDF5 = "hdf5-openmpi"
#endif

let complex: Target.Dependency = .product(name: "ComplexModule", package: "swift-numerics")
let real: Target.Dependency = .product(name: "RealModule", package: "swift-numerics")

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .testTarget(name: name, dependencies: dependencies + ["TestSupport"], swiftSettings: swiftSettings)
}

let package = Package(
    name: "Tessera",
    products: [
        .library(name: "Tessera", targets: ["Tessera"]),
        .library(name: "ArrayFormats", targets: ["ArrayFormats"]),
        .library(name: "MessagePassing", targets: ["MessagePassing"]),
        .library(name: "LinearAlgebra", targets: ["LinearAlgebra"]),
        .library(name: "DistributedArrays", targets: ["DistributedArrays"]),
        .library(name: "DistributedLinearAlgebra", targets: ["DistributedLinearAlgebra"]),
        .library(name: "Stencils", targets: ["Stencils"]),
        .library(name: "CostModels", targets: ["CostModels"]),
        .library(name: "JobFiles", targets: ["JobFiles"]),
        .executable(name: "tessera", targets: ["TesseraCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // What everything else stands on.
        module("Failures"),
        module("CostModels"),
        module("ArrayFormats", ["Failures"]),

        // C libraries, the one C module that Swift code calls them through, and SIMD arithmetic for the stencils' lanes.
        .systemLibrary(
            name: "CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"]), .brew(["open-mpi"])]),
        .systemLibrary(
            name: "COpenBLAS", pkgConfig: "openblas",
            providers: [.apt(["libopenblas-dev", "liblapacke-dev"]), .brew(["openblas"])]),
        .systemLibrary(
            name: "CHDF5", pkgConfig: parallelHDF5,
            providers: [.apt(["libhdf5-openmpi-dev"]), .brew(["hdf5-mpi"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
        // Debian keeps LAPACKE apart from OpenBLAS, and pkg-config's flags do not name it; brew's OpenBLAS holds it.
        .target(
            name: "CShim", dependencies: ["CMPI", "COpenBLAS"], cSettings: cSettings,
            linkerSettings: [.linkedLibrary("lapacke", .when(platforms: [.linux]))]),
        .target(name: "CLanes", cSettings: cSettings),

        // The numeric core.
        module("MessagePassing", ["CShim", "Failures", complex]),
        module("LinearAlgebra", ["CShim", "Failures", "MessagePassing", complex, real]),
        module(
            "DistributedArrays",
            ["ArrayFormats", "CHDF5", "Failures", "LinearAlgebra", "MessagePassing", complex, real]),
        module(
            "DistributedLinearAlgebra",
            ["CostModels", "DistributedArrays", "Failures", "LinearAlgebra", "MessagePassing", complex, real]),
        module(
            "Stencils",
            [
                "ArrayFormats", "CLanes", "CShim", "CostModels", "DistributedArrays", "Failures", "MessagePassing",
                real,
            ]),
        module(
            "Tessera",
            [
                "CShim", "CostModels", "DistributedArrays", "DistributedLinearAlgebra", "Failures", "LinearAlgebra",
                "MessagePassing", "Stencils", complex,
            ]),

        // Job files and the program that runs them.
        module(
            "JobFiles",
            ["ArrayFormats", "CostModels", "Failures", .product(name: "Yams", package: "Yams")]),
        // Everything before and after the ranks run: imports none of the numeric modules.
        module(
            "Launcher",
            [
                "ArrayFormats", "CostModels", "Failures", "JobFiles",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        module("Jobs", ["ArrayFormats", "CPNG", "CostModels", "JobFiles", "Tessera"]),
        .executableTarget(
            name: "TesseraCommand",
            dependencies: [
                "JobFiles", "Jobs", "Launcher", "Tessera",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: swiftSettings),

        // Programs that embed the library.
        .executableTarget(
            name: "embedding", dependencies: ["Tessera"], path: "jobs/programs/embedding",
            swiftSettings: swiftSettings),

        // Tests: `RankChecks` is the program that the suites launch under mpirun.
        .target(
            name: "TestSupport",
            dependencies: [
                "Failures",
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            path: "Tests/TestSupport", swiftSettings: swiftSettings),
        .executableTarget(
            name: "RankChecks",
            dependencies: [
                "ArrayFormats", "CostModels", "DistributedArrays", "DistributedLinearAlgebra", "Failures", "Jobs",
                "LinearAlgebra", "MessagePassing", "Stencils", "Tessera", complex,
            ],
            path: "Tests/RankPrograms/RankChecks", swiftSettings: swiftSettings),
        .executableTarget(
            name: "RankFaults", dependencies: ["Tessera"], path: "Tests/RankPrograms/RankFaults",
            swiftSettings: swiftSettings),
        tests("ArrayFormatsTests", ["ArrayFormats", "Failures"]),
        tests("CostModelsTests", ["CostModels"]),
        tests("MessagePassingTests", ["MessagePassing", "RankChecks"]),
        tests("LinearAlgebraTests", ["Failures", "LinearAlgebra", complex]),
        tests("DistributedArraysTests", ["DistributedArrays", "RankChecks"]),
        tests("DistributedLinearAlgebraTests", ["DistributedLinearAlgebra", "RankChecks"]),
        tests("StencilsTests", ["Stencils", "RankChecks"]),
        tests("TesseraTests", ["Tessera", "RankFaults"]),
        tests("JobFilesTests", ["ArrayFormats", "CostModels", "Failures", "JobFiles"]),
        tests("LauncherTests", ["ArrayFormats", "CostModels", "Failures", "JobFiles", "Launcher", "TesseraCommand"]),
        tests(
            "JobsTests",
            [
                "ArrayFormats", "CPNG", "DistributedArrays", "Failures", "Jobs", "Launcher", "MessagePassing",
                "TesseraCommand",
            ]),
    ]
)
