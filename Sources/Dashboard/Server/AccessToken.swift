import Foundation
import Model

/// Secret that requests from other machines must carry.
package struct AccessToken: Sendable, Hashable {
  static let cookie = "zlab-token"

  /// 32 hex digits, or what the user wrote into the file.
  package let text: String

  /// Reads the token of a file, which is made with a new one when it is not there.
  /// - Throws: `RequestError` for a file that others may read or that holds no token, `LabError` when it cannot be made.
  package init(file: String) throws {
    let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    if descriptor >= 0 {
      defer { close(descriptor) }
      let digits = (0..<32).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined()
      let bytes = Array((digits + "\n").utf8)
      guard write(descriptor, bytes, bytes.count) == bytes.count else {
        throw LabError("cannot write the token to \(file): \(String(cString: strerror(errno)))")
      }
    } else if errno != EEXIST {
      throw LabError("cannot write the token to \(file): \(String(cString: strerror(errno)))")
    }
    var status = stat()
    guard stat(file, &status) == 0, status.st_mode & 0o077 == 0 else {
      throw RequestError("others may read the token in \(file)", advice: "chmod 600 \(file)")
    }
    let content = FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
    text = content.trimmingCharacters(in: .whitespacesAndNewlines)
    guard text.count >= 16, text.utf8.allSatisfy({ (0x30...0x7a).contains($0) && $0 != 0x3b && $0 != 0x5c }) else {
      throw RequestError(
        "\(file) holds no token", advice: "At least 16 letters and digits; remove the file to have one made.")
    }
  }

  /// Compares in a time that does not depend on where a difference is.
  func isRight(_ given: String) -> Bool {
    let (one, other) = (Array(text.utf8), Array(given.utf8))
    guard one.count == other.count else { return false }
    return zip(one, other).reduce(0 as UInt8) { $0 | $1.0 ^ $1.1 } == 0
  }
}
