// swift-tools-version: 6.2
import PackageDescription

// Benchmarks stand apart, so that a program which embeds Tessera does not fetch what only measuring needs.

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
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
            ],
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")])
    ]
)
