// A plan as a table for people, and as JSON for programs.

internal import Foundation
package import JobFiles

extension Plan {
    /// The Pareto set, or all rows, with what to choose marked; then what does not fit.
    ///
    /// - Parameters:
    ///   - job: whose plan it is.
    ///   - request: what was asked for.
    ///   - all: every row instead of those that no other beats.
    package func text(of job: JobFile, _ request: PlanRequest, all: Bool) -> String {
        let types = request.types.map(\.type)
        let learned = types.contains { type in request.rates(type).shares.values.contains { $0.runs > 0 } }
        var lines = [
            "\(job.path): \(job.kind); prices of \(request.prices); rates published, "
                + (learned ? "with what runs have taught" : "not measured")
        ]
        let shown = all ? rows : pareto
        if !shown.isEmpty {
            lines.append(
                contentsOf: PlanTable.lines(
                    ["type", "nodes", "ranks", "market", "to result", "cost", "memory", "busy", "most of it"],
                    shown.map(cells)))
        }
        if !all, rows.count > pareto.count {
            lines.append("\(rows.count - pareto.count) more are slower and dearer than one of these (--all)")
        }
        lines.append(contentsOf: PlanTable.refusals(refusals))
        lines.append(verdict(request))
        return lines.joined(separator: "\n")
    }

    private func cells(_ row: PlanRow) -> [String] {
        let memory = 100 * Double(row.prediction.memoryOfNode) / Double(row.type.memory)
        return [
            row.type.name, "\(row.nodes)", "\(row.prediction.layout.ranks)", row.market.rawValue,
            Amounts.words(seconds: row.seconds), Amounts.words(dollars: row.cost.total),
            String(format: "%.0f %%", memory), String(format: "%.0f %%", 100 * row.prediction.efficiency),
            row.prediction.dominant.rawValue
                + (row == cheapest ? "  <- cheapest" : "") + (row == fastest ? "  <- fastest" : ""),
        ]
    }

    /// What to choose, or why there is nothing.
    private func verdict(_ request: PlanRequest) -> String {
        let limits = [
            request.deadline.map { "within \(Amounts.words(seconds: $0))" },
            request.budget.map { "for at most \(Amounts.words(dollars: $0))" },
        ].compactMap { $0 }.joined(separator: " ")
        guard let cheapest, let fastest else {
            guard let least = rows.first, let quickest = rows.min(by: { $0.seconds < $1.seconds }) else {
                return "nothing fits: more nodes, or types with more memory"
            }
            return "nothing \(limits): the cheapest takes \(Amounts.words(dollars: least.cost.total)), "
                + "the fastest \(Amounts.words(seconds: quickest.seconds))"
        }
        func words(_ row: PlanRow) -> String {
            "\(row.nodes) x \(row.type.name) \(row.market.rawValue), \(Amounts.words(seconds: row.seconds)), "
                + Amounts.words(dollars: row.cost.total)
        }
        return "cheapest\(limits.isEmpty ? "" : " " + limits): \(words(cheapest))\n"
            + "fastest\(limits.isEmpty ? "" : " " + limits): \(words(fastest))\n"
            + "to result: \(Int(RunCost.bootSeconds)) s from the launch to the first step, and the job; "
            + "cost: with volumes and addresses"
    }

    /// One JSON object.
    package func json(of job: JobFile, _ request: PlanRequest) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let object = PlanDocument(
            job: job.path, kind: job.kind, pricesOf: request.prices, rows: rows.map { PlanDocument.Row($0, self) },
            refusals: refusals.map { PlanDocument.Refusal(type: $0.type, nodes: $0.nodes, reason: $0.reason.words) })
        return String(decoding: try encoder.encode(object), as: UTF8.self)
    }
}

extension PlanRefusal {
    /// One line's end.
    package var words: String {
        switch self {
        case .memory(let needed, let available):
            String(
                format: "expected at most %.0f GiB a node, found a job that needs %.0f GiB", inGibibytes(available),
                inGibibytes(needed))
        case .ranks: "expected the ranks of the job's grid, found others"
        }
    }
}

private func inGibibytes(_ bytes: Int) -> Double { Double(bytes) / 1_073_741_824 }

enum PlanTable {
    /// Columns as wide as their widest cell; numbers to the right, the first column and the last to the left.
    static func lines(_ header: [String], _ rows: [[String]]) -> [String] {
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        return ([header] + rows).map { row in
            row.indices.map { column in
                let gap = String(repeating: " ", count: widths[column] - row[column].count)
                if column == row.count - 1 { return row[column] }
                return column == 0 ? row[column] + gap : gap + row[column]
            }.joined(separator: "  ")
        }
    }

    /// A line a type: its node counts that do not fit.
    static func refusals(_ refusals: [(type: String, nodes: Int, reason: PlanRefusal)]) -> [String] {
        var order: [String] = []
        var byType: [String: [(Int, PlanRefusal)]] = [:]
        for (type, nodes, reason) in refusals {
            if byType[type] == nil { order.append(type) }
            byType[type, default: []].append((nodes, reason))
        }
        return order.compactMap { type in
            guard let list = byType[type], let last = list.last else { return nil }
            return "\(type) x \(list.map { "\($0.0)" }.joined(separator: ", ")): \(last.1.words)"
        }
    }
}

/// The keys of a plan's JSON.
private struct PlanDocument: Encodable {
    struct Row: Encodable {
        let type: String
        let nodes: Int
        let ranks: Int
        let market: Market
        let secondsToResult: Double
        let seconds: Double
        let terms: [Prediction.Term: Double]
        let dollars: Double
        let dollarsAnHour: Double
        let memoryOfNode: Int
        let efficiency: Double
        let isPareto: Bool
        let isCheapest: Bool
        let isFastest: Bool

        init(_ row: PlanRow, _ plan: Plan) {
            type = row.type.name
            nodes = row.nodes
            ranks = row.prediction.layout.ranks
            market = row.market
            secondsToResult = row.seconds
            seconds = row.prediction.seconds
            terms = row.prediction.terms
            dollars = row.cost.total
            dollarsAnHour = row.price * Double(row.nodes)
            memoryOfNode = row.prediction.memoryOfNode
            efficiency = row.prediction.efficiency
            isPareto = plan.pareto.contains(row)
            isCheapest = row == plan.cheapest
            isFastest = row == plan.fastest
        }
    }

    struct Refusal: Encodable {
        let type: String
        let nodes: Int
        let reason: String
    }

    let job: String
    let kind: String
    let pricesOf: String
    let rows: [Row]
    let refusals: [Refusal]
}
