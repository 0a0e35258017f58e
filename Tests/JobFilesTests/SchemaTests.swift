import Foundation
import JobFiles
import Testing

/// The JSON Schema: well-formed, the same every time, and of one mind with the validation.
@Suite struct SchemaTests {
    private let schema =
        try! JSONSerialization.jsonObject(with: Data(JobSchema.jsonSchema().utf8)) as! [String: Any]

    private static let kinds = [
        "gaussian-process", "heat", "poisson", "wave", "reaction-diffusion", "shallow-water", "solve", "multiply",
        "linpack",
    ]

    private func definition(_ kind: String) throws -> [String: Any] {
        try #require((schema["$defs"] as? [String: Any])?[kind] as? [String: Any])
    }

    @Test func isOneDocument() throws {
        #expect(JobSchema.jsonSchema() == JobSchema.jsonSchema())
        #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
        let kind = (schema["properties"] as? [String: Any])?["kind"] as? [String: Any]
        #expect(kind?["enum"] as? [String] == Self.kinds)
        #expect((schema["allOf"] as? [Any])?.count == Self.kinds.count)
    }

    @Test func keysAreDescribed() throws {
        for kind in Self.kinds {
            let definition = try definition(kind)
            #expect(definition["additionalProperties"] as? Bool == false)
            for (name, value) in try #require(definition["properties"] as? [String: [String: Any]]) {
                #expect((value["description"] as? String)?.hasSuffix(".") == true, "\(kind).\(name)")
            }
        }
        let properties = try #require(try definition("gaussian-process")["properties"] as? [String: [String: Any]])
        #expect(properties["samples"]?["default"] as? Int == 4000)
        #expect(properties["samples"]?["minimum"] as? Int == 1)
        #expect(properties["block"]?["default"] as? String == "auto")
        let kernel = try #require(properties["kernel"]?["properties"] as? [String: [String: Any]])
        #expect(kernel["length-scale"]?["exclusiveMinimum"] as? Int == 0)
        #expect((properties["kernel"]?["required"] as? [String]) == ["length-scale", "variance"])
    }

    @Test func listsAreArraysOfTheirItems() throws {
        let properties = try #require(try definition("wave")["properties"] as? [String: [String: Any]])
        let extents = try #require(properties["extents"])
        #expect(extents["type"] as? String == "array")
        #expect(extents["minItems"] as? Int == 2 && extents["maxItems"] as? Int == 3)
        #expect((extents["items"] as? [String: Any])?["type"] as? String == "integer")
        let source = try #require(properties["sources"]?["items"] as? [String: Any])
        #expect(source["required"] as? [String] == ["position", "wavelet"])
    }

    /// Leaving out what the schema calls required is a fault, and leaving out anything else is none.
    @Test func requiredKeysAreThoseThatTheValidationMisses() throws {
        try JobFolder.with { folder throws in
            for (kind, sound) in [
                ("gaussian-process", Sound.gaussianProcess), ("heat", Sound.heat), ("poisson", Sound.poisson),
                ("wave", Sound.wave), ("reaction-diffusion", Sound.reactionDiffusion),
                ("shallow-water", Sound.shallowWater), ("solve", Sound.solve),
                ("multiply", Sound.multiply), ("linpack", Sound.linpack),
            ] {
                let required = try #require(try definition(kind)["required"] as? [String])
                #expect(folder.faults(sound) == [])
                let missing = folder.faults("kind: \(kind)\n")
                    .filter { $0.hasSuffix("found no such key") }
                    .map { String($0.split(separator: ": ")[1]) }
                #expect(missing == required.filter { $0 != "kind" }, "\(kind)")
            }
        }
    }
}
