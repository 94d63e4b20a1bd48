import Foundation
import HostTools

/// Checks JSON against a schema of docs/schemas by scripts/validate-json, which needs Debian's python3-jsonschema.
///
/// - Parameter schema: name of the file without `.json`, for instance `zlab.verify-2`.
/// - Returns: the validator's words about each error; nil when there is none.
/// - Throws: `LabError` when the validator cannot be run.
package func schemaErrors(_ json: String, _ schema: String) async throws -> String? {
  let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  var tool = HostTool(
    root.appending(path: "scripts/validate-json").path,
    [root.appending(path: "docs/schemas/\(schema).json").path], to: "validate JSON")
  tool.input = Array(json.utf8)
  let result = try await tool.result()
  return result.code == 0 ? nil : "\(schema): \(result.text)\(result.stderr)"
}
