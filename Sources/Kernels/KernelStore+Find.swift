import DebianPackages
package import Model

extension KernelStore {
  /// The kernel that a person means: a name, a unique prefix of an id of at least 4 digits, or `latest`.
  ///
  /// Of several with the same name, the newest is meant.
  /// - Throws: ``RequestError`` when none or several match.
  package func find(_ text: String) throws(RequestError) -> KernelRecord {
    let kernels = list()
    if let named = kernels.first(where: { $0.name == text }) { return named }
    // A version that was fetched as the newest of its release.
    let pinned = kernels.first { kernel in kernel.version.map { text == "\(kernel.name)=\($0)" } ?? false }
    if text.hasPrefix("debian:"), let pinned { return pinned }
    if text == "latest", let newest = kernels.first { return newest }
    let matches = text.count >= 4 ? kernels.filter { $0.id.hasPrefix(text.lowercased()) } : []
    if matches.count == 1, let only = matches.first { return only }
    guard matches.isEmpty else {
      let list = matches.map { "\($0.id.prefix(12)) \($0.name)" }.joined(separator: ", ")
      throw RequestError("the kernel `\(text)` is ambiguous: \(list)", advice: "Give more digits, or the name.")
    }
    throw unknown(text, among: kernels)
  }

  private func unknown(_ text: String, among kernels: [KernelRecord]) -> RequestError {
    var names: [String] = []
    for kernel in kernels where !names.contains(kernel.name) { names.append(kernel.name) }
    let known = names.isEmpty ? "no kernel was fetched yet" : "known are \(names.joined(separator: ", "))"
    return RequestError("there is no kernel `\(text)`: \(known)", advice: advice(for: text, names))
  }

  // Never the typing error again, and what is here before what would have to be fetched.
  private func advice(for text: String, _ names: [String]) -> String {
    let word = text.lowercased()
    let isDebian = word.hasPrefix("debian:")
    let release = String(word.dropFirst(isDebian ? "debian:".count : 0).prefix { $0 != "=" })
    let isKnown = DebianArchive.isKnown(release)
    let likely = isKnown ? release : isDebian ? DebianArchive.likelyRelease(for: release) : nil
    if isKnown, text != "debian:" + release, names.contains("debian:" + release), !text.contains("=") {
      return "Did you mean debian:\(release)?"
    }
    let near = similarName(to: text, among: names + ["latest"]) ?? likely.map { "debian:" + $0 }
    let meant = near.flatMap { $0 == text ? nil : "Did you mean \($0)? " } ?? ""
    let unknown = isDebian && (try? DebianName(text)) != nil ? text : "debian:bookworm"
    return meant + "`zlab kernel fetch \(likely.map { "debian:" + $0 } ?? unknown)` fetches one."
  }
}
