import Model
import StrictYAML

extension DiskRecipe {
  /// Reads the text of a `recipe.yaml` with a `disk` in it; nil when it has none.
  /// - Throws: ``RequestError`` with file and line for a wrong key, type or value.
  init?(yaml text: String, name: String, file: String) throws(RequestError) {
    let top = try YAMLValue(parsing: text, file: file)
    guard try top.anyMapping().keys.contains("disk") else { return nil }
    let entries = try top.mapping(knowing: ["boot", "modules", "disk"])
    self.name = name
    boot = try entries["boot"]?.string(isName) ?? "mini"
    modules = try entries["modules"].map { value throws(RequestError) in try readModules(value) } ?? []
    let part = try top.required("disk", entries)
    let disk = try part.mapping(knowing: ["debian", "size", "packages", "leave-out", "files"])
    release = try part.required("debian", disk).string(isName)
    size = try disk["size"]?.integer(in: 256...65536) ?? 2048
    packages = try disk["packages"].map { value throws(RequestError) in try strings(value, isName) } ?? []
    leftOut = try disk["leave-out"].map { value throws(RequestError) in try strings(value, isPackagePath) } ?? []
    files = try disk["files"].map { value throws(RequestError) in try readFiles(value) } ?? []
  }
}

private func readFiles(_ value: YAMLValue) throws(RequestError) -> [DiskRecipe.File] {
  var files: [DiskRecipe.File] = []
  for (path, item) in try value.anyMapping() {
    if let expectation = isGuestPath(path) { throw item.wrong("its key must be \(expectation)") }
    let entries = try item.mapping(knowing: ["text", "copy", "link", "mode"])
    let content: DiskRecipe.File.Content
    switch (entries["text"], entries["copy"], entries["link"]) {
    case (let text?, nil, nil): content = .text(try text.string())
    case (nil, let copy?, nil): content = .copy(try copy.string(isFileName))
    case (nil, nil, let link?): content = .link(try link.string(isLinkTarget))
    default: throw item.wrong("needs one of text, copy and link")
    }
    let mode = try entries["mode"]?.string(isMode)
    files.append(
      DiskRecipe.File(path: path, content: content, permissions: mode.flatMap { Int($0, radix: 8) } ?? 0o644))
  }
  return files.sorted { $0.path < $1.path }
}

private func isMode(_ text: String) -> String? {
  (3...5).contains(text.count) && (Int(text, radix: 8) ?? 0o10000) < 0o10000 ? nil : "an octal mode such as \"0755\""
}

private func isLinkTarget(_ text: String) -> String? {
  text.isEmpty || text.utf8.count > 4095 || text.contains("\0") ? "a link's target" : nil
}
