/// Content of one line of a configuration.
enum ConfigLine: Hashable {
  case blank
  case comment(String)
  /// An option's name, without `CONFIG_`, and the value that it is given.
  case setting(String, ConfigValue)

  private static let prefix = "CONFIG_"
  private static let unset = " is not set"
  // The longest names of the kernel have some sixty letters.
  private static let longestName = 200

  /// nil for a line that is nothing of that, or that somebody meant as a setting and `conf` would not take.
  init?(_ line: ArraySlice<UInt8>) {
    let line = line.trimmedEnd
    guard let first = line.first else {
      self = .blank
      return
    }
    if first == UInt8(ascii: "#") {
      self.init(afterHash: line.dropFirst())
    } else {
      self.init(assignment: line)
    }
  }

  private init?(assignment line: ArraySlice<UInt8>) {
    guard line.starts(with: Self.prefix.utf8), let equals = line.firstIndex(of: UInt8(ascii: "=")) else { return nil }
    guard let name = Self.name(line[..<equals]), let value = ConfigValue(assigned: line[(equals + 1)...]) else {
      return nil
    }
    self = .setting(name, value)
  }

  private init?(afterHash rest: ArraySlice<UInt8>) {
    let text = String(decoding: rest.trimmed, as: UTF8.self)
    guard text.hasPrefix(Self.prefix), let space = text.firstIndex(of: " "), text[space...].hasPrefix(Self.unset) else {
      self = .comment(text)
      return
    }
    // `conf` wants exactly one space behind the hash; without it the line would be a comment that misleads.
    let isExact = text.utf8.count + 1 == rest.count && text.hasSuffix(Self.unset)
    guard isExact, let name = Self.name(Array(text[..<space].utf8)[...]) else { return nil }
    self = .setting(name, .no)
  }

  private static func name(_ bytes: ArraySlice<UInt8>) -> String? {
    let name = bytes.dropFirst(prefix.utf8.count)
    guard !name.isEmpty, name.count <= longestName, name.allSatisfy(\.isNamePart) else { return nil }
    return String(decoding: name, as: UTF8.self)
  }
}
