import DebianPackages
import Foundation
import HostTools
import Kernels
import Model

/// Puts together what goes into one initramfs; nothing of it is run.
struct ImageAssembly {
  let source: RecipeFolder
  let kernel: KernelRecord
  let kernels: KernelStore

  private var recipe: Recipe { source.recipe }

  /// The initramfs, by way of temporary files in `draft` that are gone afterwards.
  func bytes(
    of packages: [DebianPackage], archive: DebianArchive, draft: URL, progress: (String) -> Void
  ) async throws -> [UInt8] {
    let scratch = draft.appending(path: "scratch")
    let tree = PackageTree(root: scratch.appending(path: "packages"))
    try FileManager.default.createDirectory(at: tree.root, withIntermediateDirectories: true)
    var cpio = CpioArchive()
    try await KernelModules(kernel: kernel, kernels: kernels)
      .add(recipe.modules, list: "/etc/modules.order", to: &cpio, progress: progress)
    for package in packages { try await archive.unpack(package, into: tree.root) }
    addFolders(to: &cpio)
    try await addPrograms(from: tree, to: &cpio)
    try await addOwnPrograms(scratch: scratch, to: &cpio)
    try addKselftests(to: &cpio)
    try FileManager.default.removeItem(at: scratch)
    return cpio.bytes
  }

  private func addFolders(to cpio: inout CpioArchive) {
    for folder in ["/dev", "/proc", "/sys", "/run", "/tmp", "/etc", "/root", "/var"] { cpio.add(folder, .folder) }
    // Where programs of a Debian package lock and log.
    cpio.add("/var/run", .link(to: "/run"))
    cpio.add("/dev/console", .characterDevice(major: 5, minor: 1), permissions: 0o600)
    for applet in recipe.applets { cpio.add("/bin/\(applet)", .link(to: "busybox")) }
  }

  private func addPrograms(from tree: PackageTree, to cpio: inout CpioArchive) async throws {
    var queue: [String] = []
    for program in recipe.programs {
      guard let file = tree.file(program.source) else {
        throw RequestError("the packages of the recipe \(recipe.name) have no file \(program.source)")
      }
      cpio.add(program.destination, .file(try readForImage(file)), permissions: 0o755)
      let needs = try await ELFNeeds.read(file)
      queue += needs.libraries
      if let interpreter = needs.interpreter { try addInterpreter(interpreter, from: tree, to: &cpio) }
    }
    while let library = queue.popLast() {
      // The first folder in which the dynamic linker looks; the linker itself is there under its own path.
      let destination = "/lib/s390x-linux-gnu/\(library)"
      guard !cpio.contains(destination), !cpio.contains("/lib/\(library)") else { continue }
      guard let file = tree.library(library) else {
        throw RequestError(
          "the packages of the recipe \(recipe.name) lack the library \(library)",
          advice: "Add the package that has it to `packages`.")
      }
      cpio.add(destination, .file(try readForImage(file)), permissions: 0o755)
      queue += try await ELFNeeds.read(file).libraries
    }
  }

  private func addInterpreter(_ path: String, from tree: PackageTree, to cpio: inout CpioArchive) throws {
    guard let file = tree.file(String(path.dropFirst())) else {
      throw RequestError("the packages of the recipe \(recipe.name) lack the dynamic linker \(path)")
    }
    cpio.add(path, .file(try readForImage(file)), permissions: 0o755)
  }

  private func addOwnPrograms(scratch: URL, to cpio: inout CpioArchive) async throws {
    let compiler = CrossCompiler()
    let initProgram = scratch.appending(path: "init")
    try await compiler.compile([recipe.initSource], in: source.folder, to: initProgram)
    cpio.add("/init", .file(try readForImage(initProgram)), permissions: 0o755)
    let sources = source.actors.filter { $0.pathExtension == "c" }
    guard let folder = sources.first?.deletingLastPathComponent() else { return }
    let actors = scratch.appending(path: "actors")
    try await compiler.compile(sources.map(\.lastPathComponent), in: folder, to: actors)
    cpio.add("/usr/bin/zlab-actor", .file(try readForImage(actors)), permissions: 0o755)
    for name in source.actorNames { cpio.add("/usr/bin/\(name)", .link(to: "zlab-actor")) }
  }

  /// The kernel's own tests, where `zlab kernel build --kselftest` made some.
  private func addKselftests(to cpio: inout CpioArchive) throws {
    guard let folder = kernels.kselftests(of: kernel) else { return }
    let files = FileManager.default
    for collection in try files.contentsOfDirectory(atPath: folder.path).sorted() {
      let programs = folder.appending(path: collection)
      for program in try files.contentsOfDirectory(atPath: programs.path).sorted() {
        let bytes = try readForImage(programs.appending(path: program))
        cpio.add("/kselftests/\(collection)/\(program)", .file(bytes), permissions: 0o755)
      }
    }
  }
}
