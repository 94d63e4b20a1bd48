package import Model
import StrictYAML

extension Recipe {
  /// Reads the text of a `recipe.yaml`.
  /// - Parameters:
  ///   - text: the file's content.
  ///   - name: what the recipe is called.
  ///   - file: what errors call the file.
  /// - Throws: ``RequestError`` with file and line for a wrong key, type or value.
  package init(yaml text: String, name: String, file: String) throws(RequestError) {
    let top = try YAMLValue(parsing: text, file: file)
    let entries = try top.mapping(knowing: ["debian", "packages", "programs", "init", "applets", "modules"])
    self.name = name
    release = try top.required("debian", entries).string(isName)
    packages = try strings(top.required("packages", entries), isName)
    programs = try readPrograms(top.required("programs", entries))
    initSource = try top.required("init", entries).string(isFileName)
    applets = try entries["applets"].map { value throws(RequestError) in try strings(value, isFileName) } ?? []
    modules = try entries["modules"].map { value throws(RequestError) in try readModules(value) } ?? []
  }
}

func strings(_ value: YAMLValue, _ expectation: (String) -> String?) throws(RequestError) -> [String] {
  var strings: [String] = []
  for item in try value.list() { strings.append(try item.string(expectation)) }
  return strings
}

private func readPrograms(_ value: YAMLValue) throws(RequestError) -> [Recipe.Program] {
  var programs: [Recipe.Program] = []
  for (destination, source) in try value.anyMapping() {
    if let expectation = isGuestPath(destination) { throw source.wrong("its key must be \(expectation)") }
    programs.append(Recipe.Program(destination: destination, source: try source.string(isPackagePath)))
  }
  return programs.sorted { $0.destination < $1.destination }
}

func readModules(_ value: YAMLValue) throws(RequestError) -> [WantedModule] {
  var modules: [WantedModule] = []
  for item in try value.list() {
    let entries = try item.mapping(knowing: ["name", "option", "required"])
    modules.append(
      WantedModule(
        name: try item.required("name", entries).string(isModuleName),
        option: try item.required("option", entries).string(isOption),
        isRequired: try item.required("required", entries).flag()))
  }
  return modules
}

// Each says what a text must be; nil when it is.

func isName(_ text: String) -> String? {
  matches(text, "+-.") ? nil : "a name of small letters, digits and +-."
}

private func isModuleName(_ text: String) -> String? {
  matches(text, "_") ? nil : "the name of a module, as lsmod prints it"
}

func isFileName(_ text: String) -> String? {
  text.isEmpty || text.contains("/") || text.contains("\0") || text.hasPrefix(".") ? "a file's name" : nil
}

private func isOption(_ text: String) -> String? { text.hasPrefix("CONFIG_") ? nil : "an option such as CONFIG_PCI" }

func isGuestPath(_ text: String) -> String? {
  text.hasPrefix("/") && isPlainPath(text.dropFirst()) ? nil : "an absolute path without '..'"
}

func isPackagePath(_ text: String) -> String? {
  isPlainPath(text[...]) ? nil : "a path in a package, without a leading slash and without '..'"
}

private func isPlainPath(_ text: Substring) -> Bool {
  let parts = text.split(separator: "/", omittingEmptySubsequences: false)
  return !text.contains("\0") && parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." }
}

private func matches(_ text: String, _ others: String) -> Bool {
  let letters = "abcdefghijklmnopqrstuvwxyz0123456789"
  guard let first = text.first, letters.contains(first) else { return false }
  return text.allSatisfy { letters.contains($0) || others.contains($0) }
}
