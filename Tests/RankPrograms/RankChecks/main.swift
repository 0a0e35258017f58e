// The program behind the multi-rank tests: mpirun -np K RankChecks MODULE [CHECK] runs every check of a module, in order.
// A third argument selects cases: see CaseChecks.swift. `RankChecks ending NAME` runs one of the ways in which a job can end.
// Rank 0 prints `begin NAME`, then `ok NAME` or `failed NAME: rank R: reason`, and last `finished N checks`.

import Foundation
import MessagePassing

let suites: [String: [RankCheck]] = [
    "BorrowingSolveMemory": borrowingSolveMemoryChecks,
    "ButterflySolveMemory": butterflySolveMemoryChecks,
    "ConsumingSolveMemory": consumingSolveMemoryChecks,
    "DenseCases": denseCaseChecks,
    "DenseCasesInFull": denseCasesInFullChecks,
    "DistributedArrays": distributedArraysChecks,
    "DistributedLinearAlgebra": distributedLinearAlgebraChecks,
    "MessagePassing": messagePassingChecks,
    "MixedSolveMemory": mixedSolveMemoryChecks,
    "ResumedMixedSolveMemory": resumedMixedSolveMemoryChecks,
    "StencilCases": stencilCaseChecks,
    "StencilCasesInFull": stencilCasesInFullChecks,
    "Stencils": stencilsChecks,
]

let arguments = CommandLine.arguments
if arguments.count == 3, arguments[1] == "ending", let ending = endings[arguments[2]] {
    try ending(MPIEnvironment.start())
    exit(0)
}
guard arguments.count > 1, let checks = suites[arguments[1]] else {
    print("usage: RankChecks \(suites.keys.sorted().joined(separator: "|")) [CHECK [CASES]]")
    exit(2)
}
let part = arguments.count > 2 ? arguments[2] : ""
let chosen = part.isEmpty ? checks : checks.filter { $0.name.contains(part) }
let world = try MPIEnvironment.start()
let failures = try run(chosen, on: world)
try MPIEnvironment.finish()
exit(failures == 0 ? 0 : 1)
