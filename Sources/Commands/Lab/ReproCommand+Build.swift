import Foundation
import Kernels
import Model
import Reports

extension ReproCommand {
  /// `zlab kernel build` of a kernel that was built here, for another machine: files of this one by their names alone.
  static func build(_ build: BuildRecord, named name: String) -> ReproCommand {
    var command = ReproCommand("kernel build", sourceWords(build.source))
    var files: [String] = []
    for patch in build.patches {
      let file = patch.file == "standard input" ? "patch.mbox" : fileName(patch.file)
      // A mailbox has a patch in each of its mails.
      if files.last != file { files.append(file) }
    }
    command.add("--patch", each: files)
    let hasDefaults = defaultFragments.allSatisfy(build.fragments.contains)
    let implied = (hasDefaults ? defaultFragments : []) + (build.kselftests == nil ? [] : ["kselftest"])
    command.add("--config", each: build.fragments.filter { !implied.contains($0) }.map(fileName))
    command.add("--kselftest", each: build.kselftests ?? [])
    if !hasDefaults { command.add(["--only-config"]) }
    let compiler = Compiler.allCases.first { build.toolchain.contains($0.rawValue) } ?? .gcc
    if compiler != .gcc { command.add("--toolchain", compiler.rawValue) }
    if !build.missing.isEmpty { command.add(["--allow-missing"]) }
    if !build.sandboxed { command.add(["--no-sandbox"]) }
    command.add("--name", name)
    return command
  }
}

/// A source as `zlab kernel build` takes it, from its words in the record of a build.
private func sourceWords(_ origin: String) -> [String] {
  if let package = origin.wholeMatch(of: /linux-source-(\S+) (\S+) of Debian \S+/) {
    return ["debian:\(package.1)=\(package.2)"]
  }
  if let revision = origin.wholeMatch(of: /(.+) at (\S+)/) {
    return [fileName(String(revision.1)), "--rev", String(revision.2)]
  }
  return [fileName(origin)]
}

private func fileName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
