import Foundation
import Guest
import Records

/// One command of the QEMU guest agent's protocol (qga/qapi-schema.json), with what its answer becomes.
struct AgentCommand<Answer> {
  let json: String
  let read: (Data) throws -> Answer

  /// Sends it and reads the answer, which is hostile: it comes from the guest.
  /// - Throws: `GuestSilence`, or `LabError` when the answer makes no sense.
  func send(through guest: LibvirtRunningGuest, purpose: String) async throws -> Answer {
    let answer = try await guest.ask(json, purpose: purpose)
    do {
      return try read(Data(answer.utf8))
    } catch is DecodingError {
      throw LabError("cannot \(purpose): the guest's agent answered nonsense: \(answer.prefix(200).debugDescription)")
    }
  }
}

private struct Request<Arguments: Encodable>: Encodable {
  let execute: String
  let arguments: Arguments

  var json: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}

private struct Reply<Value: Decodable>: Decodable {
  let value: Value
  enum CodingKeys: String, CodingKey { case value = "return" }
}

private struct ExecuteArguments: Encodable {
  let path: String
  let arg: [String]
  let captureOutput = true
  enum CodingKeys: String, CodingKey {
    case path, arg
    case captureOutput = "capture-output"
  }
}

private struct Started: Decodable { let pid: Int }

private struct Status: Decodable {
  let exited: Bool
  let code: Int?
  let signal: Int?
  let output: Data?
  let complaint: Data?
  enum CodingKeys: String, CodingKey {
    case exited, signal
    case code = "exitcode"
    case output = "out-data"
    case complaint = "err-data"
  }
}

extension AgentCommand where Answer == Int {
  /// Starts a program; the answer is its process id in the guest.
  static func execute(_ program: String, _ arguments: [String]) -> AgentCommand {
    let request = Request(execute: "guest-exec", arguments: ExecuteArguments(path: program, arg: arguments))
    return AgentCommand(json: request.json) { try JSONDecoder().decode(Reply<Started>.self, from: $0).value.pid }
  }
}

extension AgentCommand where Answer == ProgramOutcome {
  /// Asks for the state of a program by its process id in the guest.
  static func status(of number: Int) -> AgentCommand {
    let request = Request(execute: "guest-exec-status", arguments: ["pid": number])
    return AgentCommand(json: request.json) {
      let status = try JSONDecoder().decode(Reply<Status>.self, from: $0).value
      guard status.exited else { return .running }
      let code = status.signal.map { 128 + ($0 & 0x7f) } ?? status.code ?? 0
      return .ended(
        code: code, output: Array(status.output?.prefix(64 << 10) ?? Data()),
        complaint: Array(status.complaint?.prefix(64 << 10) ?? Data()))
    }
  }
}
