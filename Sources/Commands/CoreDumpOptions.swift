import ArgumentParser

/// The shared choice of what is kept of guests that failed.
struct CoreDumpOptions: ParsableArguments {
  @Option(
    defaultAsFlag: 3, parsing: .next,
    help: ArgumentHelp("Keep the memory of up to this many failing guests as ELF cores", valueName: "count"))
  var keepCores: Int?

  func validate() throws {
    if let keepCores, !(0...1000).contains(keepCores) { throw ValidationError("--keep-cores must be 0 to 1000.") }
  }

  /// The options that a repeated command needs.
  var words: [String] { keepCores.map { ["--keep-cores", String($0)] } ?? [] }
}
