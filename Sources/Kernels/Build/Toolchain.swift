import Foundation
import HostTools
import Model

/// A cross toolchain for s390x, as this host has it.
struct Toolchain {
  private let compiler: Compiler
  private let command: String
  /// Versions of the compiler and the linker: two kernels of one source differ when this differs.
  let identity: String

  // Where the sandbox looks for programs, whatever is first in the user's PATH.
  private static let place = "/usr/bin/"

  /// - Throws: `LabError` when a part of it is missing.
  init(_ compiler: Compiler) async throws {
    self.compiler = compiler
    command = compiler == .gcc ? "s390x-linux-gnu-gcc" : Self.newestClang
    var lines: [String] = []
    for name in [command, "s390x-linux-gnu-ld"] {
      let result = try? await HostTool(Self.place + name, ["--version"], to: "ask \(name) for its version").result()
      guard let line = result?.text.split(separator: "\n").first, result?.code == 0 else {
        throw LabError(
          "cannot build a kernel: there is no \(Self.place)\(name)",
          advice: compiler == .gcc
            ? "Check the host with `zlab doctor`."
            : "`apt-get install clang-16` brings one that Linux 6.1 takes for s390: 15 or newer.")
      }
      lines.append(String(line))
    }
    identity = lines.joined(separator: ", ")
  }

  /// Variables for the kernel's make (Documentation/kbuild/kbuild.rst, kbuild/llvm.rst). Until Linux 6.10, only GNU ld
  /// links a kernel for s390, so it does for both compilers.
  var variables: [String] {
    ["ARCH=s390", "CROSS_COMPILE=s390x-linux-gnu-", "CC=ccache \(command)", "LOCALVERSION="]
  }

  // Debian installs `clang-16` beside others, and `clang` as the release's default, which may be too old.
  private static var newestClang: String {
    (15...40).reversed().map { "clang-\($0)" }.first { access(place + $0, X_OK) == 0 } ?? "clang"
  }
}
