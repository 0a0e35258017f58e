// The timelines of all ranks as one file in the Trace Event format, which Perfetto (ui.perfetto.dev) and
// chrome://tracing open: a process for each rank, with one line of named spans and one of messages. Each rank encodes
// its own events; rank 0 gathers the bytes and writes them one rank after another.
//
// Source: "Trace Event Format", Google, complete events ("X") and metadata ("M"); times in microseconds.

import ArrayFormats
package import Failures
package import MessagePassing

/// A file of what every rank did and when.
package enum TraceFile {
    /// Writes what ``Trace`` has recorded on every rank so far. Collective.
    ///
    /// - Throws: on all ranks, `TesseraError.file` when rank 0 cannot write; the file is then as it was before.
    package static func write(to path: String, on world: Communicator) throws(TesseraError) {
        let own = encoded(Trace.events, rank: world.rank)
        let all = try world.gatherVarying(own, to: 0)
        try world.agree("TraceFile.write") { () throws(TesseraError) in
            guard let all else { return }
            var file = try AtomicFile(path)
            try file.write(Array(#"{"displayTimeUnit":"ms","traceEvents":["#.utf8))
            for (rank, bytes) in all.enumerated() {
                if rank > 0 { try file.write([UInt8(ascii: ",")]) }
                try file.write(bytes)
            }
            try file.write(Array("\n]}\n".utf8))
            try file.commit()
        }
    }

    /// One rank's events as elements of the format's list, a line each, without the brackets: never empty, for the names
    /// of the rank and of its two lines come first.
    package static func encoded(_ events: [Trace.Event], rank: Int) -> [UInt8] {
        var json = metadata("process_name", rank: rank, line: spanLine, key: "name", value: quoted("rank \(rank)"))
        json += "," + metadata("process_sort_index", rank: rank, line: spanLine, key: "sort_index", value: "\(rank)")
        json += "," + metadata("thread_name", rank: rank, line: spanLine, key: "name", value: quoted("spans"))
        json += "," + metadata("thread_name", rank: rank, line: messageLine, key: "name", value: quoted("messages"))
        // An outer span comes before those inside it, also where both start at once.
        for event in events.sorted(by: { ($0.start, $1.end) < ($1.start, $0.end) }) {
            let start = nanoseconds(event.start)
            let duration = max(nanoseconds(event.end) - start, 0)
            json += ",\n{\"name\":\(quoted(event.name)),\"ph\":\"X\",\"pid\":\(rank)"
            json += ",\"tid\":\(event.bytes == nil ? spanLine : messageLine)"
            json += ",\"ts\":\(microseconds(start)),\"dur\":\(microseconds(duration))"
            if let bytes = event.bytes { json += ",\"args\":{\"bytes\":\(bytes)}" }
            json += "}"
        }
        return Array(json.utf8)
    }

    private static let spanLine = 0
    private static let messageLine = 1

    private static func metadata(_ name: String, rank: Int, line: Int, key: String, value: String) -> String {
        "\n{\"name\":\"\(name)\",\"ph\":\"M\",\"pid\":\(rank),\"tid\":\(line),\"args\":{\"\(key)\":\(value)}}"
    }

    /// Rounded once, so that spans that touch or nest still do.
    private static func nanoseconds(_ seconds: Double) -> Int {
        seconds.isFinite ? Int(min(max(seconds, -9e9), 9e9) * 1e9) : 0
    }

    private static func microseconds(_ nanoseconds: Int) -> String {
        let fraction = String(nanoseconds.magnitude % 1000)
        let zeros = String(repeating: "0", count: 3 - fraction.count)
        return "\(nanoseconds < 0 ? "-" : "")\(nanoseconds.magnitude / 1000).\(zeros)\(fraction)"
    }

    /// A JSON string: quotes, backslashes and control characters escaped.
    private static func quoted(_ text: String) -> String {
        var json = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": json += "\\\""
            case "\\": json += "\\\\"
            case "\u{0}"..<" ":
                let digits = String(scalar.value, radix: 16)
                json += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: json.unicodeScalars.append(scalar)
            }
        }
        return json + "\""
    }
}
