import Foundation
import Libvirt
import Model

/// A value in a command of QEMU's monitor.
enum MonitorValue: Encodable, Sendable {
  case text(String)
  case number(UInt64)
  case flag(Bool)
  case list([MonitorValue])
  case object([String: MonitorValue])

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number): try container.encode(number)
    case .flag(let flag): try container.encode(flag)
    case .list(let list): try container.encode(list)
    case .object(let entries): try container.encode(entries)
    }
  }
}

extension Domain {
  /// Sends a command to QEMU's monitor (docs/interop/qmp-spec).
  /// - Parameter purpose: in words for users, after "cannot".
  /// - Returns: its answer as JSON.
  /// - Throws: `LabError` when QEMU refuses or does not answer.
  @discardableResult
  func ask(_ command: String, _ arguments: [String: MonitorValue] = [:], to purpose: String) throws(LabError) -> String
  {
    struct Refusal: Decodable {
      struct Reason: Decodable { let desc: String }
      let error: Reason
    }
    let request: [String: MonitorValue] = ["execute": .text(command), "arguments": .object(arguments)]
    guard let data = try? JSONEncoder().encode(request) else { throw LabError("cannot \(purpose): no such command") }
    let answer: String
    do { answer = try monitor(String(decoding: data, as: UTF8.self), purpose: purpose) } catch {
      throw LabError(error.description)
    }
    if let refusal = try? JSONDecoder().decode(Refusal.self, from: Data(answer.utf8)) {
      throw LabError("QEMU cannot \(purpose): \(refusal.error.desc.prefix(300))")
    }
    return answer
  }
}
