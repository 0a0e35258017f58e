// From the keys of a wave to its values, and the checks between them.

extension WaveSpec {
    /// The velocity, and the least and the greatest of it; nil after a fault.
    static func velocity(_ section: CheckedSection) -> (value: Velocity, range: ClosedRange<Double>)? {
        if let speed = section.ifSound(number: "velocity") { return (.constant(speed), speed...speed) }
        if let file = section.ifSound(input: "velocity") { return (.file(file), file.range ?? 0...0) }
        guard let items = section.ifSound(section: "velocity")?.ifSound(list: "layers"), !items.isEmpty else {
            return nil
        }
        let layers = items.compactMap { item -> Layer? in
            guard let pair = item.numbers, pair.count == 2 else { return nil }
            return Layer(top: pair[0], velocity: pair[1])
        }
        guard layers.count == items.count else { return nil }
        let speeds = layers.map(\.velocity)
        return (.layers(layers), speeds.min()!...speeds.max()!)
    }

    /// Velocities are above 0; layers begin at the top and lie in order.
    static func checkVelocity(_ section: CheckedSection, _ report: inout JobReport) {
        guard let (velocity, range) = velocity(section) else { return }
        if case .file(let file) = velocity, range.lowerBound <= 0 {
            report.add(
                section.location("velocity"), "velocity", expected: "velocities above 0",
                found: "\(range.lowerBound.short) in '\(file.path)'")
        }
        guard case .layers(let layers) = velocity, let inner = section.ifSound(section: "velocity") else { return }
        func refuse(_ expected: String, _ found: Double) {
            report.add(inner.location("layers"), inner.fullName("layers"), expected: expected, found: found.short)
        }
        if range.lowerBound <= 0 { refuse("velocities above 0", range.lowerBound) }
        if layers[0].top != 0 { refuse("a first layer that begins at 0", layers[0].top) }
        for (upper, lower) in zip(layers, layers.dropFirst()) where lower.top <= upper.top {
            refuse("layers from the top downwards, a depth above \(upper.top.short)", lower.top)
            break
        }
    }

    /// The points along each axis; nil where neither the key nor a file gives them.
    static func extents(_ section: CheckedSection) -> [Int]? {
        section.ifSound(integers: "extents") ?? section.ifSound(input: "velocity")?.shape
    }

    static func checkedExtents(_ section: CheckedSection, _ report: inout JobReport) -> [Int]? {
        let file = section.ifSound(input: "velocity")?.shape
        guard let given = section.ifSound(integers: "extents") else {
            if file == nil, section.values["velocity"] != nil, !section.isGiven("extents", report) {
                report.add(
                    section.location, "extents", expected: "2 or 3 numbers of points, where velocity is no file",
                    found: "no such key")
            }
            return file
        }
        if let file, file != given {
            report.add(
                section.location("extents"), "extents", expected: "those of the velocity, \(file.shapeText)",
                found: given.shapeText)
            return nil
        }
        return given
    }

    /// A wavelet is a Ricker wavelet or samples.
    static func checkWavelet(_ source: CheckedSection?, _ report: inout JobReport) {
        guard let wavelet = source?.ifSound(section: "wavelet") else { return }
        func has(_ key: String) -> Bool { wavelet.isGiven(key, report) }
        func refuse(_ key: String, _ expected: String, _ found: String) {
            report.add(wavelet.location(key), wavelet.fullName(key), expected: expected, found: found)
        }
        if has("samples") {
            for key in ["frequency", "delay"] where has(key) {
                refuse(key, "no Ricker wavelet beside samples", "'\(key)'")
            }
            if !has("interval") { refuse("interval", "the seconds between samples", "no such key") }
        } else {
            if has("interval") { refuse("interval", "samples that it lies between", "no samples") }
            if !has("frequency"), !has("interval") { refuse("frequency", "a frequency or samples", "neither") }
        }
    }

    static func wavelet(_ section: CheckedSection) -> Wavelet {
        let amplitude = section.number("amplitude")
        if let samples = section.ifSound(input: "samples") {
            return .samples(samples, interval: section.number("interval"), amplitude: amplitude)
        }
        let frequency = section.number("frequency")
        return .ricker(
            frequency: frequency, delay: section.ifSound(number: "delay") ?? 1.5 / frequency, amplitude: amplitude)
    }

    /// The positions of the receivers, and where each is reported; nil after a fault.
    static func receivers(_ section: CheckedSection) -> [(position: [Double], location: JobLocation, name: String)]? {
        if let items = section.ifSound(list: "receivers") {
            return items.enumerated().map { ($1.numbers ?? [], $1.location, "receivers[\($0)]") }
        }
        guard let line = section.ifSound(section: "receivers"), let from = line.ifSound(numberList: "from"),
            let to = line.ifSound(numberList: "to"), let count = line.ifSound(integer: "count"),
            from.count == to.count
        else { return nil }
        return (0..<count).map { place in
            let share = count > 1 ? Double(place) / Double(count - 1) : 0
            // The last one stands where it was asked for, whatever rounding does.
            let position =
                place > 0 && place == count - 1 ? to : zip(from, to).map { $0 + share * ($1 - $0) }
            let name = place == count - 1 && count > 1 ? "to" : "from"
            return (position, line.location(name), line.fullName(name))
        }
    }

    /// Sources and receivers stand inside the grid.
    static func checkPositions(
        _ section: CheckedSection, _ extents: [Int], _ spacing: Double, _ report: inout JobReport
    ) {
        let ends = extents.map { Double($0 - 1) * spacing }
        let inside = "a point from [\(ends.map { _ in "0" }.joined(separator: ", "))] to [\(list(ends))] metres"
        func check(_ position: [Double], _ location: JobLocation, _ name: String) -> Bool {
            let holds =
                position.count == ends.count && zip(position, ends).allSatisfy { $0 >= 0 && $0 <= $1 * (1 + 0x1p-40) }
            if !holds { report.add(location, name, expected: inside, found: "[\(list(position))]") }
            return holds
        }
        for (place, item) in (section.ifSound(list: "sources") ?? []).enumerated() {
            guard let source = item.section, let position = source.ifSound(numberList: "position") else { continue }
            _ = check(position, source.location("position"), "sources[\(place)].position")
        }
        if let line = section.ifSound(section: "receivers") {
            for name in ["from", "to"] {
                guard let position = line.ifSound(numberList: name) else { continue }
                _ = check(position, line.location(name), line.fullName(name))
            }
            return
        }
        // One line for a list that is wrong as a whole.
        for receiver in receivers(section) ?? [] where !check(receiver.position, receiver.location, receiver.name) {
            return
        }
    }

    private static func list(_ numbers: [Double]) -> String { numbers.map(\.short).joined(separator: ", ") }
}
