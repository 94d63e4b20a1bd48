import Foundation
import HostTools
import Model

/// Makes an ext4 file system of a folder, as mke2fs does without mounting anything: the same folder gives the same bytes.
struct FileSystemMaker {
  let tree: URL
  /// 64 hex digits: names and hashes within the file system come from them instead of from chance.
  let id: String
  /// In MiB.
  let size: Int

  // 2024-01-01; the host's time is in no file system of ours.
  private let time = 1_704_067_200

  /// Writes a raw image.
  func write(to image: URL) async throws {
    let features = "hash_seed=\(uuid(1)),root_owner=0:0,lazy_itable_init=1,nodiscard"
    // All of them named: the host's mke2fs.conf may have another taste.
    let kind =
      "none,has_journal,ext_attr,dir_index,filetype,extent,64bit,flex_bg,sparse_super,large_file,huge_file,"
      + "dir_nlink,extra_isize,metadata_csum"
    let arguments = [
      "-q", "-t", "ext4", "-O", kind, "-b", "4096", "-I", "256", "-i", "16384", "-m", "0", "-L", "zlab", "-U", uuid(0),
      "-E", features,
      "-d", tree.path, image.path, "\(size)M",
    ]
    do {
      try await tool("mke2fs", arguments, to: "make a file system of \(size) MiB").run()
    } catch let error as LabError {
      throw LabError(
        error.problem, advice: "If it does not fit, `size` in the recipe, in MiB, makes the file system larger.")
    }
    try await setTimes(in: image)
  }

  /// mke2fs takes a file's times from the host, of which the change time cannot be set there.
  private func setTimes(in image: URL) async throws {
    let stats = try await tool("dumpe2fs", ["-h", image.path], to: "look at the new file system").run().text
    guard let all = number("Inode count:", in: stats), let free = number("Free inodes:", in: stats) else {
      throw LabError("cannot tell how many files the new file system has")
    }
    var commands = ""
    // 1 is for bad blocks, 2 the root; mke2fs gives out the numbers one after the other.
    for inode in 2...max(2, all - free) {
      for field in ["atime", "ctime", "mtime", "crtime"] {
        commands += "set_inode_field <\(inode)> \(field) @\(time)\nset_inode_field <\(inode)> \(field)_extra 0\n"
      }
    }
    var debugfs = tool("debugfs", ["-w", "-f", "-", image.path], to: "set the times in the new file system")
    debugfs.input = Array(commands.utf8)
    debugfs.outputLimit = 256 << 20
    try await debugfs.run()
  }

  private func number(_ label: String, in text: String) -> Int? {
    text.split(separator: "\n").first { $0.hasPrefix(label) }
      .flatMap { Int($0.dropFirst(label.count).trimmingCharacters(in: .whitespaces)) }
  }

  // In the form of a UUID, version 4.
  private func uuid(_ part: Int) -> String {
    let digits = Array(id.dropFirst(32 * part).prefix(32))
    guard digits.count == 32 else { return "00000000-0000-4000-8000-000000000000" }
    let text = String(digits)
    func piece(_ from: Int, _ count: Int) -> Substring { text.dropFirst(from).prefix(count) }
    return "\(piece(0, 8))-\(piece(8, 4))-4\(piece(13, 3))-8\(piece(17, 3))-\(piece(20, 12))"
  }

  // Whoever is not root sees their own files as root's, and so do those who make the guest's.
  private func tool(_ name: String, _ arguments: [String], to purpose: String) -> HostTool {
    let path =
      ["/usr/sbin", "/sbin"].map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) } ?? name
    var tool =
      getuid() == 0
      ? HostTool(path, arguments, to: purpose)
      : HostTool("unshare", ["--user", "--map-root-user", "--", path] + arguments, to: purpose)
    tool.environment["E2FSPROGS_FAKE_TIME"] = String(time)
    tool.timeLimit = .seconds(300)
    return tool
  }
}
