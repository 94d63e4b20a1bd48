import DebianPackages
import Foundation
import HostTools
import Model

/// Puts together a disk with a Debian root on it; nothing of it is run.
struct DiskAssembly {
  let recipe: DiskRecipe
  let additions: DiskAdditions
  /// Of the recipe.
  let folder: URL
  /// 64 hex digits, from which the file system gets its identity.
  let id: String

  /// Writes `disk.qcow2` into `draft`, by way of temporary files there that are gone afterwards.
  func write(_ packages: [DebianPackage], into draft: URL) async throws -> URL {
    let scratch = draft.appending(path: "scratch")
    let tree = DiskTree(root: scratch.appending(path: "tree"))
    try FileManager.default.createDirectory(at: tree.root, withIntermediateDirectories: true)
    try makeSkeleton(tree)
    try await unpack(packages, into: tree.root)
    try DebianDefaults(tree: tree).apply()
    for file in recipe.files { try put(file, into: tree) }
    for copy in additions.copies { try tree.copy(URL(fileURLWithPath: copy.source), to: copy.destination) }
    let raw = scratch.appending(path: "disk.raw")
    try await FileSystemMaker(tree: tree.root, id: id, size: recipe.size).write(to: raw)
    let disk = draft.appending(path: "disk.qcow2")
    let arguments = ["convert", "-f", "raw", "-O", "qcow2", raw.path, disk.path]
    try await HostTool("qemu-img", arguments, to: "make the disk image").run()
    // Guests get an overlay each; nobody writes to this.
    chmod(disk.path, 0o444)
    try FileManager.default.removeItem(at: scratch)
    return disk
  }

  // As Debian has it since bookworm: programs and libraries are below /usr alone.
  private func makeSkeleton(_ tree: DiskTree) throws {
    for name in ["bin", "sbin", "lib"] {
      try tree.makeFolder("/usr/" + name)
      try tree.link("/" + name, to: "usr/" + name)
    }
    for name in ["dev", "proc", "sys", "run", "tmp", "root"] { try tree.makeFolder("/" + name) }
  }

  private func put(_ file: DiskRecipe.File, into tree: DiskTree) throws {
    switch file.content {
    case .text(let text): try tree.put(Data(text.utf8), at: file.path, permissions: file.permissions)
    case .copy(let name):
      try tree.put(Data(contentsOf: folder.appending(path: name)), at: file.path, permissions: file.permissions)
    case .link(let target): try tree.link(file.path, to: target)
    }
  }

  /// Unpacks in a box: a link of one package must not lead another's files out of the tree, into this host.
  private func unpack(_ packages: [DebianPackage], into tree: URL) async throws {
    var mounts = [Sandbox.Mount(tree.path, at: "/tree", isWritable: true)]
    var files: [String] = []
    for (number, package) in packages.enumerated() {
      let file = "/packages/\(number).deb"
      // What a link in the cache leads to is meant.
      mounts.append(Sandbox.Mount(package.file.resolvingSymlinksInPath().path, at: file))
      files.append(file)
    }
    let without = recipe.leftOut.map { "--exclude=./\($0)" }.joined(separator: " ")
    let script = """
      set -eu -o pipefail
      for package; do
        dpkg-deb --fsys-tarfile "$package" |
          tar --extract --preserve-permissions --no-same-owner --keep-directory-symlink --directory=/tree \(without)
      done
      """
    var tool = HostTool("bash", ["-c", script, "unpack"] + files, to: "unpack the packages of \(recipe.name)")
    tool.timeLimit = .seconds(900)
    var box = Sandbox(mounts: mounts, directory: "/tree")
    // A guest's own su and ping need them.
    box.allowsSetID = true
    try await box.sandboxed(tool).run()
  }
}
