import Foundation
import TestSupport
import Testing

@Suite("tessera: doctor")
struct CommandDoctorTests {
    private func faults(_ diagnosis: [String: Any]) -> [String] {
        (diagnosis["faults"] as? [[String: Any]] ?? []).compactMap { $0["fault"] as? String }
    }

    @Test func theDiagnosisIsJSON() async throws {
        let outcome = try await Command.alone("doctor", "--json")
        let diagnosis = try Command.object(outcome.output)
        for key in ["mpi", "mpirun", "openblas", "core_type", "core_type_expected", "processor", "bindings"] {
            #expect(diagnosis[key] != nil, "\(key)")
        }
        for key in [
            "cores", "threads", "memory_gib", "memory_available_gib", "dgemm_gflops", "triad_gigabytes_per_second",
        ] {
            #expect((diagnosis[key] as? Double ?? 0) > 0, "\(key)")
        }
        #expect((diagnosis["self_check_residual"] as? Double ?? .infinity) < 16)
        #expect(outcome.status == (faults(diagnosis).isEmpty ? 0 : 1))
        outcome.expectCleanEnd()
    }

    @Test func ranksThatShareCoresAreAFault() async throws {
        let count = ProcessInfo.processInfo.activeProcessorCount + 1
        let outcome = try await Command.ranks(count, "doctor", "--json")
        let diagnosis = try Command.object(outcome.output)
        #expect(diagnosis["ranks"] as? Int == count)
        #expect((diagnosis["bindings"] as? [Any])?.count == count)
        #expect(faults(diagnosis).contains { $0.contains("share") }, "\(outcome.output)")
        #expect(outcome.status == 1)
        outcome.expectCleanEnd()
    }

    #if arch(x86_64)
        /// OPENBLAS_CORETYPE is the user's word: nothing corrects it, and the doctor complains.
        @Test func aCoreTypeThatTheUserSetsStays() async throws {
            let outcome = try await Command.alone("doctor", "--json", environment: ["OPENBLAS_CORETYPE": "Prescott"])
            let diagnosis = try Command.object(outcome.output)
            #expect(diagnosis["core_type"] as? String == "Prescott")
            #expect(diagnosis["core_type_corrected"] == nil)
            let expected = try #require(diagnosis["core_type_expected"] as? String)
            if expected != "Prescott" {
                #expect(faults(diagnosis).contains { $0.contains("'Prescott'") })
                #expect(outcome.output.contains("export OPENBLAS_CORETYPE=\(expected)"))
                #expect(outcome.status == 1)
            }
        }

        /// A processor that OpenBLAS does not know is named to it by starting the program again, once.
        @Test func aMistakenCoreTypeIsCorrected() async throws {
            let own = try await doctor("TESSERA_KEEP_CORETYPE=1")
            let corrected = try await doctor()
            let choice = try #require(own["core_type"] as? String)
            #expect(own["core_type_corrected"] == nil)
            if faults(own).contains(where: { $0.contains("OpenBLAS takes this processor") }) {
                #expect(corrected["core_type"] as? String == corrected["core_type_expected"] as? String)
                #expect(corrected["core_type_corrected"] as? String == choice)
            } else {
                #expect(corrected["core_type"] as? String == choice)
                #expect(corrected["core_type_corrected"] == nil)
            }
            #expect(!faults(corrected).contains { $0.contains("OpenBLAS takes this processor") })

            // Whoever has corrected once does not do it again.
            let again = try await doctor("TESSERA_CORETYPE_CORRECTED=\(choice)")
            #expect(again["core_type"] as? String == choice)
        }

        /// The doctor's words without what the environment of the tests says of OpenBLAS.
        private func doctor(_ variables: String...) async throws -> [String: Any] {
            let outcome = try await Launch.command(
                "env", ["-u", "OPENBLAS_CORETYPE"] + variables + [Launch.path(of: "tessera"), "doctor", "--json"])
            return try Command.object(outcome.output)
        }
    #endif
}
