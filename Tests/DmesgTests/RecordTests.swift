import Testing

@testable import Dmesg

@Suite struct RecordTests {
  /// The messages of the lines, in order.
  private func messages(_ text: String) -> [String] {
    var reader = LogRecordReader()
    return text.split(separator: "\n", omittingEmptySubsequences: false).compactMap { line in
      switch reader.read(bytes(line)) {
      case .message(let bytes, _): String(decoding: bytes, as: UTF8.self)
      case .none: "text: \(line)"
      case .other: nil
      }
    }
  }

  @Test func `kmsg records and what follows them`() {
    #expect(
      messages(
        "4,1234,12000001,-;text\n SUBSYSTEM=pci\n DEVICE=+pci:0000:00:00.0\n6,1235,12000002,c,caller=T7;a\\x5cb\\x0ac")
        == ["text", "a\\b\nc"])
    #expect(messages("6.9.0,4,1234,12000001,-,ncfrag=0/12;text") == ["text"])
    #expect(messages("1,2,3;x") == ["x"])
    #expect(messages("1,2;x") == ["text: 1,2;x"])
  }

  @Test func `callers of kmsg records`() throws {
    var reader = LogRecordReader()
    guard case .message(_, let caller) = reader.read(bytes("4,1,2,-,caller=C3;x")) else {
      Issue.record("no message")
      return
    }
    #expect(caller == Caller(bytes("C3")))
  }

  @Test func `the journal's JSON, on a line and laid out`() {
    #expect(messages(#"{"_TRANSPORT":"kernel","MESSAGE":"a \"b\" \u0009c","PRIORITY":"4"}"#) == ["a \"b\" \tc"])
    #expect(messages(#"{"MESSAGE":[104,105],"_TRANSPORT":"kernel"}"#) == ["hi"])
    #expect(messages(#"{"MESSAGE":"x","_TRANSPORT":"stdout"}"#) == [])
    #expect(messages(#"{"MESSAGE":"x","_TRANSPORT":"syslog","SYSLOG_IDENTIFIER":"kernel"}"#) == ["x"])
    #expect(messages(#"data: {"MESSAGE":"x"}"#) == ["x"])
    #expect(messages("{\n \"PRIORITY\" : \"4\",\n \"MESSAGE\" : \"x\",\n \"_UID\" : \"0\"\n}") == ["x"])
    #expect(messages(#"{"NOTE":"MESSAGE","MESSAGE":"x"}"#) == ["x"])
  }

  @Test func `the journal's export and verbose forms`() {
    #expect(
      messages("__CURSOR=s=1\n_TRANSPORT=kernel\nMESSAGE=x=1\n\n__CURSOR=s=2\nMESSAGE=y") == ["x=1", "y"])
    #expect(messages("Mon 2026-03-02 10:00:00.1 UTC [s=a;i=1;b=c]\n    MESSAGE=x\n    PRIORITY=4").last == "x")
  }

  @Test func `dmesg --json`() {
    #expect(
      messages(
        "{\n   \"dmesg\": [\n      {\n         \"pri\": 4,\n         \"time\":    1.5,\n         \"msg\": \"a\"\n      },{\n         \"msg\": \"b\"\n      }\n   ]\n}"
      )
        == ["a", "b"])
  }

  @Test func `LAVA's log`() {
    #expect(messages(#"- {"dt": "2026-03-02T10:00:00.1", "lvl": "target", "msg": "[    1.5] x"}"#) == ["[    1.5] x"])
    #expect(messages(#"- {"dt": "2026-03-02T10:00:00.1", "lvl": "info", "msg": "WARNING: x"}"#) == [])
    #expect(messages("- {dt: 2026-03-02T10:00:00.1, lvl: target, msg: 'it''s x'}") == ["it's x"])
    #expect(messages(#"- {dt: 2026-03-02T10:00:00.1, lvl: target, msg: "a\x5Bb"}"#) == ["a[b"])
  }

  @Test(arguments: [
    "{ text", "- text", "data: text", "[<000003ff80137780>] f+0x1/0x2", "DEBUG=1", " [<000>] f", "12,3;x",
  ])
  func `text is no record`(_ line: String) {
    #expect(messages(line) == ["text: \(line)"])
  }
}
