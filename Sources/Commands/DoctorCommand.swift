import ArgumentParser
import Foundation
import GuestDisks
import HostTools
import LibvirtGuest
import Model
import Reports
import Schedules
import Storage

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Check host prerequisites and print the command that installs what is missing.",
    discussion: """
      Exit status: 0 if all prerequisites are met, 69 otherwise.

        zlab doctor
        zlab doctor --executor slurm --partition nightly
        zlab doctor --format json | jq '.checks[] | select(.ok | not)'
      """)

  @OptionGroup(title: "Execution") var host: HostOptions
  @OptionGroup(title: "Slurm") var executor: ExecutorOptions
  @OptionGroup(title: "Output") var output: OutputOptions

  func run() async throws {
    var checks = toolChecks
    checks.append(await sandboxCheck())
    checks.append(await emulatorCheck())
    checks.append(await turnsCheck())
    checks.append(await libvirtCheck())
    checks.append(applianceCheck())
    checks += [spaceCheck("cache", userLocations.cache), spaceCheck("results", userLocations.state)]
    if let options = try executor.slurm(slots: nil) {
      checks += await clusterChecks(options, emulator: try? await host.emulatorVersion())
    }
    let report = Diagnosis(checks: checks)
    switch output.format {
    case .json: try printResult(jsonText(report))
    case .text: try printReport(report.text(output.style))
    }
    if !report.ok { throw ExitStatus.labCannot.exit }
  }

  // What each is for, and the Debian package that brings it.
  private var toolChecks: [HostCheck] {
    [
      ("apt-get", "apt", "fetches kernels and guest packages"), ("dpkg-deb", "dpkg", "unpacks them"),
      ("/usr/share/keyrings/debian-archive-keyring.gpg", "debian-archive-keyring", "verifies package signatures"),
      ("depmod", "kmod", "resolves module dependencies"), ("xz", "xz-utils", "unpacks modules"),
      ("s390x-linux-gnu-readelf", "binutils-s390x-linux-gnu", "resolves library dependencies"),
      ("s390x-linux-gnu-gcc", "gcc-s390x-linux-gnu libc6-dev-s390x-cross", "compiles kernels and the guest's programs"),
      ("gcc", "gcc libc6-dev", "compiles the kernel's own build tools"), ("make", "make", "builds kernels"),
      ("git", "git", "stores kernel sources and applies patches"), ("ccache", "ccache", "caches compiled objects"),
      ("bwrap", "bubblewrap", "sandboxes builds"), ("flex", "flex", "builds kernels"),
      ("bison", "bison", "builds kernels"), ("bc", "bc", "builds kernels"), ("tar", "tar", "unpacks sources"),
      ("qemu-img", "qemu-utils", "creates guest disks and overlays"),
      ("mke2fs", "e2fsprogs", "creates file systems from directories"),
      ("supermin", "supermin", "builds the libguestfs appliance"),
      (
        "/usr/lib/libvirt/libvirt_iohelper", "libvirt-daemon",
        "writes the memory of a guest to an ELF core (--keep-cores)"
      ),
      ("s390x-linux-gnu-addr2line", "binutils-s390x-linux-gnu", "resolves source lines for dmesg --vmlinux"),
    ].map { tool, package, purpose in
      let path = tool.hasPrefix("/") ? (access(tool, R_OK) == 0 ? tool : nil) : pathOfTool(tool)
      return HostCheck(
        name: tool, ok: path != nil, detail: path ?? "not found; it \(purpose)", packages: path == nil ? package : nil)
    }
  }

  private func sandboxCheck() async -> HostCheck {
    let sandbox = Sandbox(mounts: [], directory: "/tmp")
    var tool = sandbox.sandboxed(HostTool("true", [], to: "make a sandbox"))
    tool.timeLimit = .seconds(20)
    let result = try? await tool.result()
    let words = result.map { $0.stderr.split(separator: "\n").first.map(String.init) ?? "code \($0.code)" }
    return HostCheck(
      name: "sandbox", ok: result?.code == 0,
      detail: result?.code == 0
        ? "bubblewrap, without network access" : "cannot be created: \(words ?? "bwrap or prlimit not found")",
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

  private func turnsCheck() async -> HostCheck {
    do {
      let plugin = try await TurnsPlugin(userLocations, emulator: try host.emulatorPath()).path()
      return HostCheck(name: "--schedule turns", ok: true, detail: plugin, packages: nil)
    } catch {
      return HostCheck(
        name: "--schedule turns", ok: false, detail: "\(error)".replacing("\n", with: " "),
        packages: pathOfTool("gcc") == nil ? "gcc libc6-dev" : nil)
    }
  }

  private func libvirtCheck() async -> HostCheck {
    do {
      let version = try await host.withHost(userLocations) { _, facts in facts["libvirt"] ?? "" }
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
        name: "libguestfs", ok: false, detail: "cannot be loaded: \(problem); it reads guest disks",
        packages: "libguestfs0")
    }
    let kernels = ((try? FileManager.default.contentsOfDirectory(atPath: "/boot")) ?? []).filter {
      $0.hasPrefix("vmlinuz") && access("/boot/" + $0, R_OK) == 0
    }
    let hasKernel = !kernels.isEmpty || ProcessInfo.processInfo.environment["SUPERMIN_KERNEL"] != nil
    return HostCheck(
      name: "libguestfs", ok: hasKernel,
      detail: hasKernel ? libraryVersion() : "no kernel in /boot is readable by this user; it reads guest disks",
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

/// Result of the prerequisite checks of a host.
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
    let rows = checks.map {
      [$0.ok ? style.good("ok     ") : style.bad("lacking"), $0.name, escapedForTerminal($0.detail)]
    }
    return table(rows) + "\n" + (remedy.map { "\nTo install what is missing:\n  \($0)\n" } ?? "")
  }
}
