// Words, messages and sums of the solvers: the counters against the models.

import CostModels
import MessagePassing
import Stencils

let solverTrafficChecks: [RankCheck] = [
    RankCheck("words, messages and sums of the solvers are the models'") { world in
        let boundaries: [[Boundary]] = [
            [.periodic, .dirichlet(1), .neumann], [.periodic, .periodic, .neumann],
            [.dirichlet(0), .neumann, .periodic],
        ]
        for extents in [[300], [37, 64], [21, 24, 17], [5, 6]] {
            for boundary in boundaries {
                try compareTraffic(extents, Array(boundary.prefix(extents.count)), Double.self, on: world)
            }
        }
        try compareTraffic([48, 33], [.neumann, .dirichlet(0)], Float.self, on: world)
    }
]

private func compareTraffic<Scalar: StencilScalar>(
    _ extents: [Int], _ boundary: [Boundary], _: Scalar.Type, on world: Communicator
) throws {
    let system = try LinearSystem(
        Helmholtz<Scalar>(spacing: extents.map { _ in 1 }), extents: extents, boundary: boundary, on: world)
    system.rightHandSide.fill { Scalar(rightHandSide($0)) }
    let tolerance = Scalar.self == Float.self ? 1e-3 : 1e-6
    // The first solve makes the grids.
    _ = try system.solve(.conjugateGradients(.multigrid), tolerance: tolerance)
    let grids = system.multigridModel!
    let rank = world.rank

    func compare(
        _ method: SolverMethod, _ expected: (StencilSolverModel, SolverResult) -> SolverTraffic
    ) throws {
        system.solution.fill { _ in 0 }
        let (sent, reduced) = (world.traffic[.send], world.traffic[.allReduce])
        let result = try system.solve(method, tolerance: tolerance)
        let (sentAfter, reducedAfter) = (world.traffic[.send], world.traffic[.allReduce])
        expect(result.hasConverged, "\(extents) \(method) \(result.outcome)")
        let model = expected(
            StencilSolverModel(
                halo: system.exchangeModel, isSingular: system.isSingular, iterations: result.iterations,
                residuals: result.residualsComputed), result)
        let place = "\(extents) \(boundary) \(method)"
        expectEqual(sentAfter.bytes - sent.bytes, model.words * MemoryLayout<Scalar>.size, "words, \(place)")
        expectEqual(sentAfter.calls - sent.calls, model.messages, "messages, \(place)")
        expectEqual(reducedAfter.calls - reduced.calls, model.sums, "sums, \(place)")
        expectEqual(
            reducedAfter.bytes - reduced.bytes, model.sums * SolverTraffic.bytesOfSum, "bytes of sums, \(place)")
    }
    try compare(.conjugateGradients(.none)) { model, _ in model.conjugateGradients(by: rank, isPreconditioned: false) }
    try compare(.conjugateGradients(.jacobi)) { model, _ in model.conjugateGradients(by: rank, isPreconditioned: true) }
    try compare(.conjugateGradients(.multigrid)) { model, _ in
        model.conjugateGradients(by: rank, preconditionedBy: grids)
    }
    try compare(.multigrid(.v)) { model, _ in model.multigrid(by: rank, grids, isFull: false) }
    try compare(.multigrid(.full)) { model, _ in model.multigrid(by: rank, grids, isFull: true) }
}
