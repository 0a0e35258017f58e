import ArgumentParser
import Foundation
import JobFiles
import Jobs
import Launcher
import Tessera

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Predict time, cost and memory of a job on types of EC2 instances; nothing is changed.",
        discussion: """
            Without an account or a network, from the job's own counts of operations, bytes and messages, the published \
            rates of each type, and a dated table of prices. A row a type, node count and market, of which those remain \
            that no other beats in time and in cost. The status is 1 where nothing meets the deadline and the budget.

            With --local the rates are measured here, and the run is predicted on the ranks that mpirun has started. What \
            runs on this machine have taught is in $XDG_STATE_HOME/tessera/rates.json (TESSERA_RATES names another file, \
            or off).

            Examples:
              tessera plan jobs/linpack.yaml --set n=100000 --deadline 30m
              tessera plan jobs/wave.yaml --type c7i.48xlarge,hpc7a.96xlarge --nodes 1-4 --market on-demand
              tessera plan jobs/linpack.yaml --max-cost 25 --json
              mpirun -n 2 tessera plan jobs/hillslope.yaml --local
            """)

    @OptionGroup var arguments: JobArguments

    @Option(
        name: .long,
        help: ArgumentHelp("The time to the result that is allowed: 90s, 4h, 1h30m, 2d.", valueName: "time"),
        transform: { text in try checked { () throws(TesseraError) in try Amounts.seconds(text, name: "--deadline") } })
    var deadline: Int?

    @Option(
        name: .long, help: ArgumentHelp("US dollars that are allowed: 12, 12.50.", valueName: "USD"),
        transform: { text in try checked { () throws(TesseraError) in try Amounts.dollars(text, name: "--max-cost") } })
    var maxCost: Double?

    @Option(
        name: .long, help: ArgumentHelp("Types of instances (default: all of the table).", valueName: "T,T,..."),
        transform: { text in try checked { () throws(TesseraError) in try BuiltInTypes.named(text) } })
    var type: [PricedType]?

    @Option(
        name: .long,
        help: ArgumentHelp("Numbers of nodes: 1,2,4 or 2-8 (default: 1,2,4,8,16,32).", valueName: "N,N,..."),
        transform: { text in try checked { () throws(TesseraError) in try Amounts.counts(text, name: "--nodes") } })
    var nodes: [Int]?

    @Option(name: .long, help: "on-demand, spot, or any (default).")
    var market: PlanMarket = .any

    @Flag(name: .long, help: "Show every row.")
    var all = false

    @Flag(name: .long, help: "Predict a run on this machine instead.")
    var local = false

    @Flag(name: .long, help: "Print one JSON object.")
    var json = false

    func validate() throws {
        guard local else { return }
        let stray = [
            "--deadline": deadline != nil, "--max-cost": maxCost != nil, "--type": type != nil, "--nodes": nodes != nil,
            "--all": all, "--market": market != .any,
        ]
        for name in stray.keys.sorted() where stray[name] == true {
            throw ValidationError("\(name) is for plans of instances, not for --local")
        }
    }

    func run() throws {
        if local { return try runHere() }
        let job: JobFile
        do throws(JobFileError) {
            job = try JobFile.load(
                path: arguments.job, overrides: arguments.overrides, output: arguments.output, node: nil)
        } catch {
            throw Refusal(error)
        }
        let store = try RateFile.read()
        let request = PlanRequest(
            types: type ?? BuiltInTypes.all, nodes: nodes ?? [1, 2, 4, 8, 16, 32], markets: market.markets,
            deadline: deadline.map(Double.init),
            budget: maxCost, rates: { store.rates(of: $0) })
        let plan = Plan(job, request)
        guard TesseraProgram.isFirstRank else { return }
        standardOutput(try json ? plan.json(of: job, request) : plan.text(of: job, request, all: all))
        if plan.cheapest == nil { throw ExitCode(1) }
    }

    /// The ranks that are there, with rates measured now.
    private func runHere() throws {
        CoreType.correct()
        let store = try RateFile.read()
        try Tessera.run { world in
            let job = try JobFile.load(
                path: arguments.job, overrides: arguments.overrides, output: arguments.output, on: world)
            let measured = try MachineRates(measuredOn: world)
            guard world.rank == 0 else { return }
            let rates = store.rates(
                of: RateStore.thisHost, gemm: measured.gemm, stream: measured.triad, ranks: world.size)
            let nodes = (world.size + MPIEnvironment.ranksOnNode - 1) / MPIEnvironment.ranksOnNode
            guard let forecast = Forecast(job, ranks: world.size, nodes: nodes, rates) else {
                throw TesseraError.argument(
                    routine: "plan", name: "ranks", expected: "as many as the job's grid has", found: "\(world.size)")
            }
            standardOutput(try json ? forecast.json(of: job) : forecast.text(of: job))
        }
    }
}

/// The markets that a plan looks at.
enum PlanMarket: String, CaseIterable, ExpressibleByArgument {
    case onDemand = "on-demand"
    case spot
    case any

    var markets: [Market] {
        switch self {
        case .onDemand: [.onDemand]
        case .spot: [.spot]
        case .any: [.onDemand, .spot]
        }
    }
}

/// A refusal as arguments are refused: before any work, with the usage.
private func checked<Value>(_ body: () throws(TesseraError) -> Value) throws -> Value {
    do throws(TesseraError) {
        return try body()
    } catch {
        throw ValidationError("\(error)")
    }
}
