/// Something about a machine that keeps runs from working or from being fast, and the command that mends it.
package struct Fault: Hashable, Sendable {
    package let text: String
    package let mend: String

    package init(_ text: String, mend: String) {
        self.text = text
        self.mend = mend
    }

    var summary: JobSummary {
        var summary = JobSummary()
        summary.add("fault", "fault", .text(text))
        summary.add("mend", "mend", .text(mend))
        return summary
    }
}
