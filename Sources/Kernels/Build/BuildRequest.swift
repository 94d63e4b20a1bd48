package import Foundation
package import HostTools
package import KernelConfig
package import KernelSource
package import PatchMail

/// Compiler of a kernel.
package enum Compiler: String, Sendable, CaseIterable {
  case gcc, clang
}

/// Everything that decides what kernel a build makes.
package struct BuildRequest: Sendable {
  package var source: KernelSource
  /// Applied one after the other.
  package var patches: [PatchSeries]
  /// Merged one after the other.
  package var fragments: [ConfigFragment]
  package var compiler: Compiler
  /// Collections of the kernel's own selftests, folders of its tools/testing/selftests, that are built with it.
  package var kselftests: [String] = []
  /// True if options that do not survive are told and no more.
  package var allowsMissing: Bool
  /// False lets the build run with the user's own rights.
  package var isBoxed: Bool
  /// Resource limits of a sandboxed build.
  package var limits = SandboxLimits.standard
  /// Name of the kernel; nil makes a name of release and id.
  package var name: String?
  /// Compilers at a time.
  package var jobs: Int

  package init(
    source: KernelSource, patches: [PatchSeries], fragments: [ConfigFragment], compiler: Compiler = .gcc,
    allowsMissing: Bool = false, isBoxed: Bool = true, name: String? = nil,
    jobs: Int = ProcessInfo.processInfo.activeProcessorCount
  ) {
    self.source = source
    self.patches = patches
    self.fragments = fragments
    self.compiler = compiler
    self.allowsMissing = allowsMissing
    self.isBoxed = isBoxed
    self.name = name
    self.jobs = jobs
  }
}

/// Progress event of a build.
package enum BuildEvent: Sendable {
  /// Something worth a line has begun or become known.
  case note(String)
  /// Progress of preparing the source: checked out, a patch applied.
  case prepared(String)
  /// Files compiled so far, and how many there will be about.
  case compiled(Int, of: Int)
  /// Another process builds the same kernel; told again every second until that ends.
  case waiting(OtherBuild)
}

/// A build of another process, as far as it tells in its lock file.
package struct OtherBuild: Sendable, Hashable {
  package var process: Int?
  package var since: Date?
  /// Files compiled so far, and how many there will be about; nil before the first.
  package var objects: (done: Int, expected: Int)? {
    guard let done, let expected else { return nil }
    return (done, expected)
  }
  private var done: Int?
  private var expected: Int?

  /// Reads what ``text(since:done:expected:)`` wrote; nothing is known of a text that is something else.
  init(_ data: Data) {
    let numbers = String(decoding: data.prefix(64), as: UTF8.self).split(separator: " ").prefix(4).map { Int($0) ?? 0 }
    guard numbers.count == 4, numbers[0] > 0, numbers[1] > 0 else { return }
    (process, since) = (numbers[0], Date(timeIntervalSince1970: Double(numbers[1])))
    if numbers[3] > 0 { (done, expected) = (numbers[2], numbers[3]) }
  }

  /// Progress file of a build of this process: 64 bytes, so that each text replaces the one before.
  static func text(since: Date, done: Int, expected: Int) -> String {
    let numbers = "\(getpid()) \(Int(since.timeIntervalSince1970)) \(done) \(expected) "
    return numbers + String(repeating: " ", count: max(0, 63 - numbers.utf8.count)) + "\n"
  }
}
