import Launcher
import Testing

@Suite("Receipt")
struct ReceiptTests {
    @Test("Each node from its launch to its end, a minute at least, at the price of its rung")
    func lines() throws {
        func node(_ id: String, attempt: Int, launched: Double) -> Instance {
            Instance(
                id: id, type: "c7i.48xlarge", market: attempt == 1 ? .spot : .onDemand, zone: "z", state: .pending,
                launched: launched, tags: [Tags.attemptKey: "\(attempt)"])
        }
        func attempt(_ number: Int, _ price: Double?) -> Attempt {
            Attempt(number: number, zone: "z", type: "c7i.48xlarge", market: .spot, nodes: 1, price: price)
        }
        let events: [(Double, JournalEvent)] = [
            (0, .attempt(rung: attempt(1, 3.6))), (0, .attempt(rung: attempt(2, 7.2))),
            (0, .attempt(rung: attempt(3, nil))),
            (100, .found(instances: [node("i-1", attempt: 1, launched: 100), node("i-2", attempt: 2, launched: 100)])),
            (100, .found(instances: [node("i-3", attempt: 3, launched: 100), node("i-4", attempt: 2, launched: 700)])),
            // 20 s of life are paid as 60; the second node lives for 1000 s, the last one still does.
            (120, .intends(call: 0, action: .terminate(instances: ["i-1"]))),
            (120, .answered(call: 0, answer: .done(id: nil))),
            (1100, .intends(call: 1, action: .terminate(instances: ["i-2", "i-3"]))),
            (1100, .answered(call: 1, answer: .done(id: nil))),
        ]
        let state = RunState(events.map { JournalEntry(time: $0, event: $1) })
        let receipt = Receipt(of: state, now: 1200)
        #expect(receipt.lines.map(\.seconds) == [60, 1000, 1000, 500])
        #expect(receipt.lines.map(\.to) == [120, 1100, 1100, nil])
        let costs = receipt.lines.map { $0.cost }
        #expect(abs(costs[0]! - 0.06) < 1e-12 && abs(costs[1]! - 2) < 1e-12 && costs[2] == nil)
        #expect(abs(receipt.total - 3.06) < 1e-12 && receipt.unpriced == 1)
        #expect(
            receipt.text == """
                node  type          zone  market     paid          US$/h  US$
                i-1   c7i.48xlarge  z     spot       60 s          3.600  0.06
                i-2   c7i.48xlarge  z     on-demand  1000 s        7.200  2.00
                i-3   c7i.48xlarge  z     on-demand  1000 s        -      -
                i-4   c7i.48xlarge  z     on-demand  500 s so far  7.200  1.00
                total US$ 3.06, without 1 node of unknown price; volumes, public addresses and traffic come on top
                """)
    }

    @Test("A launch and its end on the fake: what the cloud saw is what is paid")
    func whole() async throws {
        let world = FakeWorld { $0.capacities = [FakeCapacity(market: .spot, nodes: 0)] }
        let cluster = try await world.launcher().up(world.request)
        world.script { $0.now += 3600 }
        let receipt = try await world.launcher().down(world.run).receipt
        let seconds = world.state.nodes.map { $0.terminatedFrom! - $0.instance.launched }
        #expect(receipt.lines.count == 3 && cluster.attempt.price == 8.568)
        for (line, seconds) in zip(receipt.lines, seconds) {
            #expect(line.price == 8.568 && abs(line.seconds - seconds) < 3 && line.seconds > 3600)
        }
        // Ended twice, paid once.
        let again = try await world.launcher().down(world.run).receipt
        #expect(again == receipt)
    }

    @Test("Amounts are rounded to the cent")
    func rounding() {
        func total(_ price: Double) -> String {
            let node = Instance(
                id: "i", type: "t", market: .spot, zone: "z", state: .running, launched: 0, tags: [Tags.attemptKey: "1"]
            )
            let attempt = Attempt(number: 1, zone: "z", type: "t", market: .spot, nodes: 1, price: price)
            let state = RunState([
                JournalEntry(time: 0, event: .attempt(rung: attempt)),
                JournalEntry(time: 0, event: .found(instances: [node])),
            ])
            return String(Receipt(of: state, now: 3600).text.split(separator: "\n")[2].prefix(16))
        }
        #expect(total(0.994) == "total US$ 0.99; ")
        #expect(total(0.996) == "total US$ 1.00; ")
        #expect(total(12.05) == "total US$ 12.05;")
    }
}
