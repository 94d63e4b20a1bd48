import ArgumentParser
import Foundation
import GuestDisks
import ImageRecipes
import Images
import Kernels
import Model
import Reports
import Storage

struct DiskCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "disk", abstract: "Read files from the disk of a guest image.",
    discussion: """
      The disk is opened read-only, with libguestfs.

        zlab disk ls debian /etc
      """,
    subcommands: [DiskListCommand.self, DiskCatCommand.self, DiskCopyCommand.self])
}

/// Argument that selects a disk; nothing is written to it.
struct DiskOptions: ParsableArguments {
  @Argument(help: "Image recipe, disk id prefix, or the path of a qcow2 or raw file")
  var image: String

  /// Lends the disk with its root file system mounted, read-only.
  func withDisk<Value: Sendable>(
    _ purpose: String, _ body: @escaping @Sendable (Disks) throws(GuestfsError) -> Value
  ) async throws -> Value {
    let drive = try await drive()
    let acceleration = try await KVMProbe(userLocations).acceleration {
      printStatus("checking whether libguestfs can use KVM")
    }
    return try await Appliance.with([drive], acceleration: acceleration, folders: userLocations) { appliance in
      do {
        return try await appliance.call(purpose) { disks throws(GuestfsError) in
          try disks.mountRoot()
          return try body(disks)
        }
      } catch let error as GuestfsError {
        // What the disk has not, the user was wrong about.
        throw RequestError(escapedForTerminal(error.description))
      }
    }
  }

  private func drive() async throws -> Drive {
    // A path has a slash in it; no recipe of zlab's does.
    if !image.contains("/") || FileManager.default.fileExists(atPath: image + "/recipe.yaml") {
      let store = DiskStore(folders: userLocations, recipes: bundledRecipes)
      return Drive(store.file(of: try await store.build(image) { printStatus($0) }).path, format: "qcow2")
    }
    guard let handle = FileHandle(forReadingAtPath: image), let magic = try? handle.read(upToCount: 4) else {
      throw RequestError("cannot read the disk \(image): \(String(cString: strerror(errno)))")
    }
    let header = magic + ((try? handle.read(upToCount: 76)) ?? Data())
    return Drive(
      URL(fileURLWithPath: image).standardizedFileURL.path, format: try format(of: Array(header)))
  }

  /// `qcow2` or `raw`, by the first bytes; QEMU's docs/interop/qcow2 has the header.
  /// - Throws: `RequestError` for one that names further files of this host, which reading it would open.
  private func format(of header: [UInt8]) throws -> String {
    guard header.starts(with: [0x51, 0x46, 0x49, 0xfb]) else { return "raw" }
    func field(_ offset: Int, _ size: Int) -> UInt64 {
      header.dropFirst(offset).prefix(size).reduce(0) { $0 << 8 | UInt64($1) }
    }
    // backing_file_offset; and of the incompatible features, bit 2: an external data file.
    let hasDataFile = field(4, 4) >= 3 && field(72, 8) & 4 != 0
    guard field(8, 8) == 0, !hasDataFile else {
      throw RequestError(
        "refusing to open the disk \(image): it refers to another file of this host (backing or data file)",
        advice: "If you trust it, `qemu-img convert -O qcow2` merges both into one disk.")
    }
    return "qcow2"
  }
}

struct DiskListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ls", abstract: "List a directory on an image's disk.", discussion: "  zlab disk ls debian /etc")

  @OptionGroup var disk: DiskOptions

  @Argument(help: "Directory or file in the guest")
  var path = "/"

  func run() async throws {
    let folder = DiskPath(path)
    let lines = try await disk.withDisk("list \(path)") { disks throws(GuestfsError) in
      guard try disks.entry(folder).kind == .folder else { return [try line(disks, folder, name: Array(path.utf8))] }
      var lines: [String] = []
      for name in try disks.names(in: folder) { lines.append(try line(disks, folder.appending(name), name: name)) }
      return lines
    }
    try printResult(lines.map { $0 + "\n" }.joined())
  }
}

/// As `ls -l` would print it, with what could confuse a terminal replaced.
private func line(_ disks: Disks, _ path: DiskPath, name: [UInt8]) throws(GuestfsError) -> String {
  let entry = try disks.entry(path)
  let kind =
    switch entry.kind {
    case .file: "-"
    case .folder: "d"
    case .link: "l"
    case .other: "?"
    }
  let mode = String(entry.permissions, radix: 8)
  let target = entry.kind == .link ? " -> \(try disks.target(of: path))" : ""
  let size = String(entry.size)
  return "\(kind) \(String(repeating: " ", count: max(0, 4 - mode.count)))\(mode) "
    + String(repeating: " ", count: max(0, 12 - size.count)) + size + " "
    + escapedForTerminal(String(decoding: name, as: UTF8.self) + target)
}

struct DiskCatCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cat", abstract: "Print a file from an image's disk, up to 64 MiB.",
    discussion: "  zlab disk cat debian /etc/os-release")

  @OptionGroup var disk: DiskOptions

  @Argument(help: "File in the guest")
  var path: String

  func run() async throws {
    let file = DiskPath(path)
    let bytes = try await disk.withDisk("read \(path)") { disks throws(GuestfsError) in
      try disks.read(file, most: 64 << 20)
    }
    guard writeAll(STDOUT_FILENO, bytes) || errno == EPIPE else {
      throw LabError("cannot write to stdout: \(String(cString: strerror(errno)))")
    }
  }
}

struct DiskCopyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cp", abstract: "Copy a file from an image's disk to this host.",
    discussion: "  zlab disk cp debian /usr/bin/bash ./bash-s390x")

  @OptionGroup var disk: DiskOptions

  @Argument(help: "File in the guest")
  var path: String

  @Argument(help: "Destination; must not exist", completion: .file())
  var destination: String

  func run() async throws {
    // Neither over a file nor through a link of the user's.
    let descriptor = open(destination, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw RequestError("cannot create \(destination): \(String(cString: strerror(errno)))")
    }
    close(descriptor)
    let (file, place) = (DiskPath(path), URL(fileURLWithPath: destination).standardizedFileURL.path)
    // A disk's sparse file may be larger than any disk of this host.
    let room = (freeSpace(at: place) ?? 0) - 64 << 20
    do {
      try await disk.withDisk("copy \(path)") { disks throws(GuestfsError) in
        let size = try disks.entry(file).size
        guard size <= room else {
          throw GuestfsError(
            code: ENOSPC, operation: "copy \(file)",
            reason: "the file has \(size >> 20) MiB, but only \(max(0, room) >> 20) MiB are free")
        }
        try disks.download(file, to: place, most: room)
      }
    } catch {
      unlink(place)
      throw error
    }
  }
}
