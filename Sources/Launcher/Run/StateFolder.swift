// Where the program keeps what outlives a run: journals, and what it has learned of machines.

package enum StateFolder {
    /// `XDG_STATE_HOME`/tessera, or ~/.local/state/tessera where that is not set; a relative path counts as none, as its
    /// specification says. nil where neither is known.
    package static func path(_ environment: [String: String]) -> String? {
        if let state = environment["XDG_STATE_HOME"], state.hasPrefix("/") { return "\(state)/tessera" }
        guard let home = environment["HOME"], home.hasPrefix("/") else { return nil }
        return "\(home)/.local/state/tessera"
    }
}
