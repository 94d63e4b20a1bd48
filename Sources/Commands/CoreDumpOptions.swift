import ArgumentParser

/// The shared choice of what is kept of guests that failed.
struct CoreDumpOptions: ParsableArguments {
  @Flag(help: "Keep the memory of up to 3 failing guests as ELF cores")
  var core = false

  @Option(help: "Keep the memory of up to this many failing guests as ELF cores")
  var cores: Int?

  func validate() throws {
    if let cores, !(0...1000).contains(cores) { throw ValidationError("--cores must be 0 to 1000.") }
  }

  /// True if either was given.
  var isGiven: Bool { core || cores != nil }

  /// How many cores may be kept.
  var most: Int { cores ?? (core ? 3 : 0) }

  /// The options that a repeated command needs.
  var words: [String] { cores.map { ["--cores", String($0)] } ?? (core ? ["--core"] : []) }
}
