// A section of a job whose values have the types that its keys declare. Values that had faults are absent.

/// The checked values of a section, by key.
struct CheckedSection: Hashable, Sendable {
    struct Checked: Hashable, Sendable {
        let value: JobValue
        let location: JobLocation
        var isDefault = false

        var number: Double? { if case .number(let value) = value { value } else { nil } }
        var section: CheckedSection? { if case .section(let value) = value { value } else { nil } }
        /// The numbers of a list of them.
        var numbers: [Double]? { if case .list(let items) = value { items.compactMap(\.number) } else { nil } }
    }

    /// Keys of the sections around this one, and its own.
    let path: [String]
    let location: JobLocation
    var values: [String: Checked] = [:]

    /// A key with the sections around it: `kernel.type`.
    func fullName(_ key: String) -> String { (path + [key]).joined(separator: ".") }

    /// ", the default" after a value that the file does not give.
    func remark(_ key: String) -> String { values[key]?.isDefault == true ? ", the default" : "" }

    /// Where a fault of a key is reported; at the section's head where the key is left out.
    func location(_ key: String) -> JobLocation { values[key]?.location ?? location }

    /// Whether the file gives a key, be its value sound or not.
    func isGiven(_ key: String, _ report: JobReport) -> Bool {
        if let value = values[key] { return !value.isDefault }
        let name = fullName(key)
        return report.faults.contains { $0.key == name || $0.key.hasPrefix(name + ".") || $0.key.hasPrefix(name + "[") }
    }

    // Values that may be absent, having had a fault: for checks between keys.

    func ifSound(boolean key: String) -> Bool? {
        if case .boolean(let value)? = values[key]?.value { value } else { nil }
    }

    func ifSound(integer key: String) -> Int? {
        if case .integer(let value)? = values[key]?.value { value } else { nil }
    }

    func ifSound(number key: String) -> Double? {
        if case .number(let value)? = values[key]?.value { value } else { nil }
    }

    func ifSound(numbers key: String) -> [Double]? {
        if case .numbers(let value)? = values[key]?.value { value } else { nil }
    }

    func ifSound(text key: String) -> String? {
        if case .text(let value)? = values[key]?.value { value } else { nil }
    }

    func ifSound(input key: String) -> InputArray? {
        if case .input(let value)? = values[key]?.value { value } else { nil }
    }

    func ifSound(section key: String) -> CheckedSection? {
        if case .section(let value)? = values[key]?.value { value } else { nil }
    }

    func ifSound(list key: String) -> [Checked]? {
        if case .list(let items)? = values[key]?.value { items } else { nil }
    }

    /// A list of integers.
    func ifSound(integers key: String) -> [Int]? {
        ifSound(list: key)?.compactMap { if case .integer(let value) = $0.value { value } else { nil } }
    }

    /// A list of numbers, of whatever length.
    func ifSound(numberList key: String) -> [Double]? { ifSound(list: key)?.compactMap(\.number) }

    // Values that the declaration of the keys guarantees once the file has no faults.

    func boolean(_ key: String) -> Bool { ifSound(boolean: key) ?? undeclared(key) }
    func integer(_ key: String) -> Int { ifSound(integer: key) ?? undeclared(key) }
    func number(_ key: String) -> Double { ifSound(number: key) ?? undeclared(key) }
    func numbers(_ key: String) -> [Double] { ifSound(numbers: key) ?? undeclared(key) }
    func text(_ key: String) -> String { ifSound(text: key) ?? undeclared(key) }
    func input(_ key: String) -> InputArray { ifSound(input: key) ?? undeclared(key) }
    func section(_ key: String) -> CheckedSection { ifSound(section: key) ?? undeclared(key) }

    /// The value of a key that declares a choice whose words are the cases of an enumeration.
    func choice<Choice: RawRepresentable<String>>(_ key: String, as: Choice.Type = Choice.self) -> Choice {
        ifSound(text: key).flatMap(Choice.init) ?? undeclared(key)
    }

    /// Only a kind that reads what it does not declare comes here, whatever the file says.
    private func undeclared<Value>(_ key: String) -> Value {
        preconditionFailure("\(fullName(key)) is read as another type than its declaration says")
    }
}
