// swift-tools-version: 6.2
import PackageDescription

// Benchmarks stand apart, so that a program which embeds Tessera does not fetch what only measuring needs.

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let package = Package(
    name: "Benchmarks",
    dependencies: [
        .package(name: "Tessera", path: ".."),
        // Without traits: counting allocations and references would need libraries that interpose on both.
        .package(url: "https://github.com/ordo-one/benchmark", from: "1.38.1", traits: []),
    ],
    targets: [
        .executableTarget(
            name: "LocalKernels",
            dependencies: [
                .product(name: "ArrayFormats", package: "Tessera"),
                .product(name: "Tessera", package: "Tessera"),
                .product(name: "Benchmark", package: "benchmark"),
            ],
            path: "Benchmarks/LocalKernels",
            swiftSettings: swiftSettings,
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
        .executableTarget(
            name: "OwnKernels", dependencies: [.product(name: "Tessera", package: "Tessera")],
            path: "Benchmarks/OwnKernels", swiftSettings: swiftSettings),
    ]
)
