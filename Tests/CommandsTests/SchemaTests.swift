import Foundation
import Testing

/// Output of the built binary against the JSON Schemas of docs/schemas (Debian's python3-jsonschema).
@Suite struct SchemaTests {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private let zlab: ZlabFixture

  init() throws { zlab = try ZlabFixture() }

  /// Pipes the output of a command line into scripts/validate-json.
  private func errors(_ line: String, _ schema: String) async throws -> String? {
    let file = Self.root.appending(path: "docs/schemas/\(schema).json").path
    let result = try await zlab.shell("\(line) | \(Self.root.path)/scripts/validate-json \(file)")
    return result.code == 0 ? nil : "\(schema): \(result.output)\(result.talk)"
  }

  @Test func `results fit their schemas`() async throws {
    #expect(try await zlab.run("db", "bench", "--trials", "1000").code == 0)
    for (line, schema) in [
      ("report latest --format json", "zlab.run-2"), ("report night --format json", "zlab.night-1"),
      ("report --list --format json", "runs"), ("kernel list --format json", "kernels"),
      ("image list --format json", "images"), ("doctor --format json", "doctor"),
    ] {
      let errors = try await errors(line, schema)
      #expect(errors == nil, "\(errors ?? "")")
    }
  }

  @Test func `collected sightings and signatures fit their schemas`() async throws {
    let logs = Self.root.appending(path: "Tests/DmesgTests/Fixtures").path
    for (line, schema) in [
      ("collect \(logs) --format json", "zlab.collect-1"), ("collect \(logs) --format json", "zlab.collect-1"),
      ("signature list --format json", "zlab.signatures-1"),
    ] {
      let errors = try await errors(line, schema)
      #expect(errors == nil, "\(errors ?? "")")
    }
    let list = try await zlab.run("signature", "list", "--format", "json").output
    let first = try #require(list.firstMatch(of: /"signature" : "([0-9a-f]{16})"/)).1
    let errors = try await errors("signature show \(first) --reproduce --format json", "zlab.signature-1")
    #expect(errors == nil, "\(errors ?? "")")
  }

  @Test func `findings fit their schema, and the validator sees what does not`() async throws {
    let logs = Self.root.appending(path: "Tests/DmesgTests/Fixtures/*.txt").path
    let errors = try await errors("dmesg --format json \(logs)", "zlab.dmesg-1")
    #expect(errors == nil, "\(errors ?? "")")
    let wrong = try await self.errors("dmesg --format json \(logs) | sed s/fatal/deadly/", "zlab.dmesg-1")
    #expect(wrong?.contains("'fatal' is a required property") == true)
  }
}
