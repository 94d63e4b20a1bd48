import Foundation
import HostTools
import Model

/// Dependencies of an ELF file, as `readelf` prints it.
struct ELFNeeds: Equatable {
  /// Names such as `libc.so.6`.
  var libraries: [String] = []
  /// An absolute path, such as `/lib/ld64.so.1`; nil for a static program or a library.
  var interpreter: String?

  /// Reads the output of `readelf --wide --dynamic --program-headers`.
  init(readelf text: String) {
    for line in text.split(separator: "\n") {
      if let name = Self.bracketed(line, after: "Shared library:"), !name.contains("/") {
        libraries.append(String(name))
      } else if let path = Self.bracketed(line, after: "[Requesting program interpreter:", opening: " "),
        path.hasPrefix("/")
      {
        interpreter = String(path)
      }
    }
  }

  private static func bracketed(_ line: Substring, after label: String, opening: Character = "[") -> Substring? {
    guard let found = line.firstRange(of: label) else { return nil }
    let rest = line[found.upperBound...].drop { $0 == " " || $0 == opening }
    guard let end = rest.firstIndex(of: "]"), end > rest.startIndex else { return nil }
    return rest[..<end]
  }

  /// Asks the cross toolchain's readelf, which reads s390x files.
  static func read(_ file: URL) async throws -> ELFNeeds {
    let arguments = ["--wide", "--dynamic", "--program-headers", "--", file.path]
    let tool = HostTool(
      "s390x-linux-gnu-readelf", arguments, to: "read which libraries \(file.lastPathComponent) needs")
    return ELFNeeds(readelf: try await tool.run().text)
  }
}
