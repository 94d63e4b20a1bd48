import ArgumentParser
import Folders
import Foundation
import Guestfs
import HostTools
import LibvirtGuest
import Records
import Reports

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Says what this host has and lacks, and the one command that mends it.",
    discussion: """
      Exits 0 when everything is there, 69 when something is missing.

        zlab doctor
        zlab doctor --format json | jq '.checks[] | select(.ok | not)'
      """)

  @OptionGroup var host: HostOptions
  @OptionGroup var output: OutputOptions

  func run() async throws {
    var checks = toolChecks
    checks.append(await sandboxCheck())
    checks.append(await emulatorCheck())
    checks.append(await libvirtCheck())
    checks.append(applianceCheck())
    checks += [spaceCheck("cache", userFolders.cache), spaceCheck("results", userFolders.state)]
    let report = Diagnosis(checks: checks)
    switch output.format {
    case .json: try put(jsonText(report))
    case .text: try put(report.text(output.style))
    }
    if !report.ok { throw ExitStatus.labCannot.exit }
  }

  // What each is for, and the Debian package that brings it.
  private var toolChecks: [HostCheck] {
    [
      ("apt-get", "apt", "fetches kernels and guest packages"), ("dpkg-deb", "dpkg", "unpacks them"),
      ("/usr/share/keyrings/debian-archive-keyring.gpg", "debian-archive-keyring", "tells whose packages they are"),
      ("depmod", "kmod", "finds which modules a guest needs"), ("xz", "xz-utils", "unpacks modules"),
      ("s390x-linux-gnu-readelf", "binutils-s390x-linux-gnu", "finds which libraries a guest needs"),
      ("s390x-linux-gnu-gcc", "gcc-s390x-linux-gnu libc6-dev-s390x-cross", "compiles kernels and the guest's programs"),
      ("gcc", "gcc libc6-dev", "compiles the kernel's own build tools"), ("make", "make", "builds kernels"),
      ("git", "git", "keeps kernel sources and applies patches"), ("ccache", "ccache", "compiles nothing twice"),
      ("bwrap", "bubblewrap", "keeps a build in its box"), ("flex", "flex", "builds kernels"),
      ("bison", "bison", "builds kernels"), ("bc", "bc", "builds kernels"), ("tar", "tar", "unpacks sources"),
      ("qemu-img", "qemu-utils", "makes disks for guests, and their overlays"),
      ("mke2fs", "e2fsprogs", "makes file systems of folders"),
      ("supermin", "supermin", "builds the machine in which libguestfs reads disks"),
      ("/usr/lib/libvirt/libvirt_iohelper", "libvirt-daemon", "writes the memory of a guest to a core (--core)"),
      ("s390x-linux-gnu-addr2line", "binutils-s390x-linux-gnu", "finds source lines for dmesg --vmlinux"),
    ].map { tool, package, purpose in
      let path = tool.hasPrefix("/") ? (access(tool, R_OK) == 0 ? tool : nil) : pathOfTool(tool)
      return HostCheck(
        name: tool, ok: path != nil, detail: path ?? "missing; it \(purpose)", packages: path == nil ? package : nil)
    }
  }

  private func sandboxCheck() async -> HostCheck {
    let sandbox = Sandbox(mounts: [], directory: "/tmp")
    var tool = sandbox.boxing(HostTool("true", [], to: "make a sandbox"))
    tool.timeLimit = .seconds(20)
    let result = try? await tool.result()
    let words = result.map { $0.complaint.split(separator: "\n").first.map(String.init) ?? "code \($0.code)" }
    return HostCheck(
      name: "sandbox", ok: result?.code == 0,
      detail: result?.code == 0 ? "bubblewrap, without a network" : "cannot be made: \(words ?? "no bwrap or prlimit")",
      packages: result == nil ? "bubblewrap util-linux" : nil)
  }

  private func emulatorCheck() async -> HostCheck {
    do {
      return HostCheck(name: "qemu-system-s390x", ok: true, detail: try await host.emulatorVersion(), packages: nil)
    } catch {
      let problem = "\(error)".split(separator: "\n").first.map(String.init) ?? ""
      return HostCheck(name: "qemu-system-s390x", ok: false, detail: problem, packages: "qemu-system-misc")
    }
  }

  private func libvirtCheck() async -> HostCheck {
    do {
      let version = try await host.withHost(userFolders) { _, facts in facts["libvirt"] ?? "" }
      return HostCheck(name: "libvirt", ok: true, detail: "\(version), \(host.connect)", packages: nil)
    } catch {
      return HostCheck(
        name: "libvirt", ok: false, detail: "\(error)".replacing("\n", with: " "),
        packages: "libvirt-daemon-driver-qemu")
    }
  }

  // Whether it truly starts takes 10 s to tell; without a kernel of its own it cannot (supermin(1), SUPERMIN_KERNEL).
  private func applianceCheck() -> HostCheck {
    if let problem = libraryProblem() {
      return HostCheck(
        name: "libguestfs", ok: false, detail: "cannot be loaded: \(problem); it reads guests' disks",
        packages: "libguestfs0")
    }
    let kernels = ((try? FileManager.default.contentsOfDirectory(atPath: "/boot")) ?? []).filter {
      $0.hasPrefix("vmlinuz") && access("/boot/" + $0, R_OK) == 0
    }
    let hasKernel = !kernels.isEmpty || ProcessInfo.processInfo.environment["SUPERMIN_KERNEL"] != nil
    return HostCheck(
      name: "libguestfs", ok: hasKernel,
      detail: hasKernel ? libraryVersion() : "has no kernel in /boot that this user may read; it reads guests' disks",
      packages: kernels.isEmpty && !hasKernel ? "linux-image-cloud-amd64" : nil)
  }

  private func spaceCheck(_ name: String, _ folder: URL) -> HostCheck {
    var place = folder
    while !FileManager.default.fileExists(atPath: place.path), place.path != "/" { place.deleteLastPathComponent() }
    let free = freeSpace(at: place.path) ?? 0
    return HostCheck(
      name: "\(name) disk", ok: free >= 1 << 30, detail: "\(free >> 20) MiB free for \(folder.path)", packages: nil)
  }
}

/// One thing that zlab wants of a host.
struct HostCheck: Encodable {
  let name: String
  let ok: Bool
  let detail: String
  /// The Debian packages that bring it; nil when it is there or no package would help.
  let packages: String?
}

/// What a host has and lacks.
struct Diagnosis: Encodable {
  let checks: [HostCheck]
  /// Everything is there.
  var ok: Bool { checks.allSatisfy(\.ok) }
  /// The one command that mends what packages can mend.
  var remedy: String? {
    let packages = checks.compactMap(\.packages)
    return packages.isEmpty ? nil : "apt-get install --no-install-recommends " + packages.joined(separator: " ")
  }

  enum CodingKeys: String, CodingKey { case checks, ok, remedy }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(checks, forKey: .checks)
    try container.encode(ok, forKey: .ok)
    try container.encode(remedy, forKey: .remedy)
  }

  /// The same for a person.
  func text(_ style: Style) -> String {
    let rows = checks.map { [$0.ok ? style.good("ok     ") : style.bad("lacking"), $0.name, harmless($0.detail)] }
    return table(rows) + "\n" + (remedy.map { "\nThis mends it:\n  \($0)\n" } ?? "")
  }
}
