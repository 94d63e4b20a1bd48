import ArgumentParser
import Model

/// The complaint about a word that stands where a command must and is none; nil when every command is known.
func unknownCommand(in arguments: some Sequence<String>) -> RequestError? {
  var command: any ParsableCommand.Type = Zlab.self
  var path = "zlab"
  for word in arguments {
    let known = command.configuration.subcommands
    // What follows a command without subcommands is for itself, and so is what follows an option.
    guard !known.isEmpty, !word.hasPrefix("-") else { return nil }
    if let next = known.first(where: { name(of: $0) == word }) {
      command = next
      path += " " + word
      continue
    }
    guard word != "help", command.configuration.defaultSubcommand == nil else { return nil }
    let names = known.map(name)
    let meant = similarName(to: word, among: names).map { "Did you mean `\(path) \($0)`?" }
    return RequestError(
      "`\(path)` has no command '\(word)'",
      advice: (meant ?? "Commands: \(names.joined(separator: ", ")).") + " See `\(path) --help`.")
  }
  return nil
}

private func name(of command: any ParsableCommand.Type) -> String {
  command.configuration.commandName ?? "\(command)".lowercased()
}
