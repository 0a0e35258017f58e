extension Panels {
    /// What a panel's colours span, and whether values lie beyond its ends.
    struct Limits: Equatable {
        var range: ClosedRange<Double>
        var below = false
        var above = false
    }

    /// The limits of each panel, in order.
    static func limits(of panels: [Panel]) -> [Limits] {
        panels.map { panel in
            let own = panel.raster.range
            let range =
                switch panel.extent {
                case .own: own
                case .fixed(let range): range
                case .shared: hull(of: panels.filter { $0.extent == panel.extent }.compactMap(\.raster.range))
                case .symmetric: symmetric(panel.raster)
                }
            var limits = Limits(range: widened(range))
            limits.below = own.map { $0.lowerBound < limits.range.lowerBound } ?? false
            limits.above = own.map { $0.upperBound > limits.range.upperBound } ?? false
            return limits
        }
    }

    /// The exaggeration of each panel's relief: panels that share a range share the least exaggeration among them, so
    /// that the smoother of two fields looks smoother.
    static func exaggerations(of panels: [Panel]) -> [Double] {
        let own = panels.map { panel in
            panel.relief?.exaggeration ?? panel.relief?.usualExaggeration(of: panel.raster)
        }
        return panels.indices.map { index in
            if let fixed = panels[index].relief?.exaggeration { return fixed }
            guard case .shared = panels[index].extent else { return own[index] ?? 1 }
            let group = panels.indices.filter { panels[$0].extent == panels[index].extent }
            return group.compactMap { own[$0] }.min() ?? 1
        }
    }

    private static func hull(of ranges: [ClosedRange<Double>]) -> ClosedRange<Double>? {
        guard let least = ranges.map(\.lowerBound).min(), let greatest = ranges.map(\.upperBound).max() else {
            return nil
        }
        return least...greatest
    }

    private static func symmetric(_ raster: Raster) -> ClosedRange<Double>? {
        let usual = raster.magnitude(notExceededBy: 0.995)
        let magnitude = usual > 0 ? usual : raster.magnitude(notExceededBy: 1)
        guard magnitude > .leastNormalMagnitude else { return nil }
        let bound = Ticks.roundedUp(magnitude)
        return bound.isFinite ? -bound...bound : nil
    }

    /// A range with a width that ticks can divide: one around a constant field's value, -1 ... 1 where there is none.
    private static func widened(_ range: ClosedRange<Double>?) -> ClosedRange<Double> {
        guard let range, range.lowerBound.isFinite, range.upperBound.isFinite else { return -1...1 }
        let width = range.upperBound - range.lowerBound
        let scale = max(range.lowerBound.magnitude, range.upperBound.magnitude)
        guard width.isFinite else { return -Double.greatestFiniteMagnitude / 4...Double.greatestFiniteMagnitude / 4 }
        guard width <= 1e-9 * scale || width < 1e-290 else { return range }
        let margin = scale < 1e-290 ? 1 : 0.1 * scale
        guard (range.lowerBound - margin).isFinite, (range.upperBound + margin).isFinite else { return -1...1 }
        return range.lowerBound - margin...range.upperBound + margin
    }
}
