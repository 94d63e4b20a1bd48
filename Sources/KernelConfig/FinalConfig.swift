package import Model

/// A `.config` as `conf` wrote it: what each option is at last.
package struct FinalConfig: Sendable {
  private let values: [String: ConfigValue]

  /// The largest `.config` that is read, in bytes; that of a distribution has some 300 thousand.
  package static let cap = 8 << 20

  /// Reads the settings; lines that are none are passed over.
  /// - Parameters:
  ///   - bytes: the file.
  ///   - name: for complaints.
  /// - Throws: ``LabError`` for a file above ``cap``.
  package init(parsing bytes: [UInt8], name: String) throws(LabError) {
    guard bytes.count <= Self.cap else {
      throw LabError("\(name) is larger than the \(Self.cap >> 20) MiB that a kernel's configuration can have")
    }
    var values: [String: ConfigValue] = [:]
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      guard case .setting(let option, let value) = ConfigLine(line) else { continue }
      values[option] = value
    }
    self.values = values
  }

  /// The value of the option with that name, without `CONFIG_`; nil when it is not mentioned.
  package subscript(option option: String) -> ConfigValue? { values[option] }
}
