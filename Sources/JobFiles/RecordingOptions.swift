// The section `recording` of the kinds that step through time: fields for ParaView, frames, an animation.

/// What a job records while it steps.
public struct RecordingOptions: Hashable, Sendable {
    /// The colours of frames.
    public enum Colours: String, CaseIterable, Hashable, Sendable {
        /// From the least value to the greatest.
        case sequential
        /// Both ways from the middle of the range.
        case diverging
        /// Of land.
        case terrain
    }

    /// The plane of a grid in space that frames show.
    public struct Plane: Hashable, Sendable {
        /// The axis that stands on it.
        public let axis: Int
        /// Where it cuts the axis; nil for the middle.
        public let index: Int?
    }

    /// Whether the fields are written as HDF5 and XDMF, with the start and each snapshot.
    public let hdf5: Bool
    /// Pictures, evenly spaced in time, the first of the start and the last of the end; nil for none.
    public let frames: Int?
    /// Pixels of a frame's field along its longer side, at most.
    public let width: Int
    /// Whether the frames become an animation.
    public let animation: Bool
    /// The values that the colours span; nil for those of the first frame.
    public let range: ClosedRange<Double>?
    public let colours: Colours
    /// The field that frames show; nil where the kind has one.
    public let field: String?
    /// nil where the grid is a plane.
    public let plane: Plane?

    /// - Parameter axes: of the grid: two or three.
    init(_ section: CheckedSection, axes: Int) {
        hdf5 = section.boolean("hdf5")
        frames = section.ifSound(integer: "frames")
        width = section.integer("width")
        animation = section.boolean("animation")
        range = section.ifSound(numbers: "range").map { $0[0]...$0[1] }
        colours = section.choice("colours")
        field = section.ifSound(text: "field")
        plane =
            axes == 3
            ? section.ifSound(integer: "axis").map { Plane(axis: $0, index: section.ifSound(integer: "index")) } : nil
    }
}

extension JobKey {
    /// - Parameters:
    ///   - fields: what the kind's fields are called.
    ///   - axes: of its grid: two or three.
    ///   - colours: those of frames where none are given.
    static func recording(fields: [String], axes: Int, colours: RecordingOptions.Colours) -> JobKey {
        var keys = [
            JobKey(
                "hdf5", .boolean, .defaults(.boolean(false)),
                "Whether to write the fields as HDF5 and XDMF, for ParaView, with the start and with each snapshot."),
            JobKey(
                "frames", .integer(2...10_000), .optional,
                "Pictures, evenly spaced in time, the first of the start and the last of the end."),
            JobKey(
                "width", .integer(64...4096), .defaults(.integer(800)),
                "Pixels of a frame's field along its longer side, at most."),
            JobKey(
                "animation", .boolean, .defaults(.boolean(true)), "Whether the frames become an animated PNG as well."),
            JobKey(
                "range", .numbers(2, .any), .optional,
                "The values that the colours of all frames span; those of the first frame where left out."),
            JobKey(
                "colours", .choice(RecordingOptions.Colours.allCases.map(\.rawValue)),
                .defaults(.text(colours.rawValue)), "The colours of the frames."),
        ]
        if fields.count > 1 {
            keys.append(
                JobKey("field", .choice(fields), .defaults(.text(fields[0])), "The field that the frames show."))
        }
        if axes == 3 {
            keys += [
                JobKey(
                    "axis", .integer(0...2), .defaults(.integer(0)),
                    "The axis that stands on the plane which the frames show."),
                JobKey(
                    "index", .integer(0...Int.max), .optional,
                    "Where the plane cuts the axis, in cells from 0; the middle where left out."),
            ]
        }
        return JobKey("recording", .section(keys), .optional, "Fields for ParaView and pictures, while the job steps.")
    }
}

extension CheckedSection {
    /// - Parameter axes: of the grid, where a kind's may lie in a plane or in space.
    func recording(axes: Int) -> RecordingOptions? {
        ifSound(section: "recording").map { RecordingOptions($0, axes: axes) }
    }

    /// - Parameters:
    ///   - steps: of the whole run.
    ///   - extents: of the grid, where they are known.
    /// - Precondition: the kind has the key `snapshots`.
    func checkRecording(steps: Double, extents: [Int] = [], _ report: inout JobReport) {
        guard let section = ifSound(section: "recording") else { return }
        if let range = section.ifSound(numbers: "range"), range[0] >= range[1] {
            report.add(
                section.location("range"), section.fullName("range"), expected: "the smaller number first",
                found: "\(range[0].short), \(range[1].short)")
        }
        for key in ["axis", "index"] where extents.count == 2 && section.isGiven(key, report) {
            report.add(
                section.location(key), section.fullName(key), expected: "no axis across a grid that is a plane",
                found: "'\(key)'")
        }
        if let index = section.ifSound(integer: "index"), let axis = section.ifSound(integer: "axis"),
            extents.count == 3, index >= extents[axis]
        {
            report.add(
                section.location("index"), section.fullName("index"),
                expected: "an index below \(extents[axis]), the cells along axis \(axis)", found: "\(index)")
        }
        if section.ifSound(boolean: "hdf5") == true, let snapshots = ifSound(integer: "snapshots"),
            snapshots > mostFieldSteps
        {
            report.add(
                location("snapshots"), fullName("snapshots"), expected: "at most \(mostFieldSteps) with HDF5",
                found: "\(snapshots)")
        }
        guard let frames = section.ifSound(integer: "frames") else { return }
        if Double(frames) > steps + 1 {
            report.add(
                section.location("frames"), section.fullName("frames"),
                expected: "at most one for the start and one for each of the \(steps.short) steps", found: "\(frames)")
        }
        if let width = section.ifSound(integer: "width"), section.ifSound(boolean: "animation") == true,
            frames * width * width > mostPixels
        {
            report.add(
                section.location("frames"), section.fullName("frames"),
                expected: "at most \(mostPixels / width / width) frames of \(width) pixels in an animation",
                found: "\(frames)")
        }
    }
}

/// Pixels of an animation: some gigabytes at three bytes each, before they are packed.
private let mostPixels = 4_000_000_000

/// Steps in an XDMF file, which is written anew with each of them.
private let mostFieldSteps = 2000
