import Foundation
import Model
package import Storage

/// Probe for KVM in libguestfs' appliance, executed once for a host.
///
/// That `/dev/kvm` is there says little: inside some virtual machines the appliance then hangs for ever, and libguestfs
/// would wait as long. So one is started with a deadline, and the answer is kept in the cache for as long as the host's
/// kernel, processor and libguestfs stay the same.
package struct KVMProbe: Sendable {
  private let folders: Locations
  private let limit: Duration
  private let device: String

  /// - Parameters:
  ///   - limit: for a start with KVM, which takes some 4 s where it works.
  ///   - device: another than `/dev/kvm`, for tests.
  package init(_ folders: Locations, limit: Duration = .seconds(15), device: String = "/dev/kvm") {
    self.folders = folders
    self.limit = limit
    self.device = device
  }

  private struct Answer: Codable {
    let host: [String]
    let acceleration: Acceleration
  }

  private var file: URL { folders.cache.appending(path: "guestfs/acceleration.json") }

  /// Accelerator for appliances.
  /// - Throws: `CancellationError`, and `LabError` when not even the runtime folder can be made.
  package func acceleration(onProbe: () -> Void = {}) async throws -> Acceleration {
    guard unsafe access(device, R_OK | W_OK) == 0 else { return .tcg }
    let host = hostFacts
    if let known, known.host == host { return known.acceleration }
    try makeFolder(file.deletingLastPathComponent())
    let lock = try await FileLock.waiting(for: file.path + ".lock")
    // Whoever waited finds what the first one found out.
    if let known, known.host == host { return known.acceleration }
    onProbe()
    let answer = Answer(host: host, acceleration: try await probe())
    try? JSONEncoder().encode(answer).write(to: file, options: .atomic)
    _ = consume lock
    return answer.acceleration
  }

  private var known: Answer? {
    (try? Data(contentsOf: file)).flatMap { try? JSONDecoder().decode(Answer.self, from: $0) }
  }

  private func probe() async throws -> Acceleration {
    let disk = FileManager.default.temporaryDirectory.appending(path: "zlab-probe-\(UUID().uuidString)").path
    defer { unsafe unlink(disk) }
    guard FileManager.default.createFile(atPath: disk, contents: Data(count: 1 << 20)) else { return .tcg }
    do {
      // What has to be built for it has no part in the deadline.
      let drive = Drive(disk, format: "raw")
      let appliance = try await Appliance.launch([drive], acceleration: .kvm, folders: folders, limit: limit)
      await appliance.close()
      return .kvm
    } catch let error as CancellationError {
      throw error
    } catch {
      return .tcg
    }
  }

  // With another of these KVM may behave in another way.
  private var hostFacts: [String] {
    let kernel = text("/proc/sys/kernel/osrelease").split(separator: "\n").first ?? ""
    let processor = text("/proc/cpuinfo").split(separator: "\n").first { $0.hasPrefix("model name") } ?? ""
    let modules = ["kvm_intel", "kvm_amd", "kvm_pvm"]
      .filter { FileManager.default.fileExists(atPath: "/sys/module/\($0)") }
    return [String(kernel), String(processor), modules.joined(separator: " "), libraryVersion()]
  }

  private func text(_ file: String) -> String {
    String(decoding: FileManager.default.contents(atPath: file)?.prefix(8192) ?? Data(), as: UTF8.self)
  }
}
