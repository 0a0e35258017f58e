internal import ArrayFormats
internal import Foundation
internal import JobFiles
internal import Tessera

extension WaveSpec.Wavelet {
    /// The values at times 0, `step`, 2 `step` and so on.
    func values(steps: Int, step: Double) throws(TesseraError) -> [Double] {
        switch self {
        case .ricker(let frequency, let delay, let amplitude):
            return (0..<steps).map { n in
                let a = Double.pi * frequency * (Double(n) * step - delay)
                return amplitude * (1 - 2 * a * a) * exp(-a * a)
            }
        case .samples(let file, let interval, let amplitude):
            let samples = try NpyFile.read(file.path).values
            return (0..<steps).map { n in
                let place = Double(n) * step / interval
                guard place < Double(samples.count - 1) else {
                    return place == Double(samples.count - 1) ? amplitude * (samples.last ?? 0) : 0
                }
                let (below, share) = (Int(place), place - place.rounded(.down))
                return amplitude * (samples[below] + share * (samples[below + 1] - samples[below]))
            }
        }
    }
}
