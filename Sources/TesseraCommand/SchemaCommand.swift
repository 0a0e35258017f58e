import ArgumentParser
import JobFiles

struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of job files, for editors.",
        discussion: """
            Example, for editors that use the YAML language server:
              tessera schema > tessera.schema.json
            and as the first line of a job file:
              # yaml-language-server: $schema=tessera.schema.json
            """)

    func run() throws {
        guard TesseraProgram.isFirstRank else { return }
        let schema = JobSchema.jsonSchema()
        standardOutput(schema.hasSuffix("\n") ? String(schema.dropLast()) : schema)
    }
}
