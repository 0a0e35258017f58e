import Launcher
import Testing

@Suite("Kinds of nodes")
struct InstanceTypeTests {
    @Test("A quota counts hyperthreads, a rank a core")
    func virtualCores() {
        let type = InstanceType(
            name: "c7i.48xlarge", architecture: .x86, cores: 96, threadsPerCore: 2, takesCoreOptions: true,
            memory: 384 << 30, networkBitsPerSecond: 50e9, networkCards: 1, hasEFA: true, markets: [.onDemand, .spot],
            quota: .standard)
        #expect(type.virtualCores == 192)
        #expect(type.family == "c7i")
    }
}
