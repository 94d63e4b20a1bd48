import Foundation
package import Model

/// The scenarios that zlab carries.
package enum Catalogue {
  /// All of them, by name.
  /// - Throws: ``RequestError`` when a carried file is damaged.
  package static func all() throws(RequestError) -> [Scenario] {
    let folder = Bundle.module.bundleURL.appending(path: "Catalogue").path
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    var scenarios: [Scenario] = []
    for file in files where file.hasSuffix(".yaml") { scenarios.append(try read(folder + "/" + file)) }
    return scenarios.sorted { $0.name < $1.name }
  }

  /// True if a scenario is named by the path of its file.
  package static func isFile(_ text: String) -> Bool { text.hasSuffix(".yaml") || text.hasSuffix(".yml") }

  /// The scenario with this name, or the one in the file at this path (which ends in `.yaml` or `.yml`).
  /// - Throws: ``RequestError`` when there is none, or the file is wrong.
  package static func find(_ text: String) throws(RequestError) -> Scenario {
    if isFile(text) { return try read(text) }
    let all = try all()
    if let scenario = all.first(where: { $0.name == text }) { return scenario }
    let names = all.map(\.name)
    let meant = similarName(to: text, among: names).map { "Did you mean '\($0)'? `zlab scenario list` lists all" }
    throw RequestError(
      "there is no scenario '\(text)'",
      advice: (meant ?? "There are \(names.joined(separator: ", "))") + "; a file of yours must end in .yaml.")
  }

  private static func read(_ path: String) throws(RequestError) -> Scenario {
    guard let handle = FileHandle(forReadingAtPath: path), let data = try? handle.read(upToCount: 1 << 20) else {
      throw RequestError("cannot read the scenario \(path): \(String(cString: strerror(errno)))")
    }
    return try Scenario(parsing: String(decoding: data, as: UTF8.self), file: path)
  }
}
