import Foundation
import GuestDisks
import ImageRecipes
import Images
import KernelConfig
import Kernels
import Model
import Reports
import Runs
import Storage
import Trials

/// A kernel and an image that fit each other, as paths that a guest can boot.
struct BootSet {
  let kernel: KernelRecord
  let image: ImageRecord
  let kernelPath: String
  let initramfsPath: String
  /// The disk whose overlays guests get; nil for guests without one.
  let diskPath: String?
  /// The kernel's configuration; nil for a kernel that came without.
  private let config: URL?

  /// Finds the kernel, taking a file of the user's into the cache, and builds its image unless it is there.
  /// - Throws: `RequestError` for an unknown kernel or recipe, `LabError` when the image cannot be made.
  init(kernel text: String, image recipe: String) async throws {
    let kernels = KernelStore(folders: userLocations)
    let kernel = try await Self.kernel(text, kernels)
    let images = ImageStore(folders: userLocations, recipes: bundledRecipes)
    try await kernels.verify(kernel)
    let image = try await Self.image(recipe, kernel, images)
    self.init(kernel, kernels, image, images)
  }

  /// Boot artifacts of an earlier run: its image as it is in the cache, or built anew from a recipe of the same name.
  /// - Throws: as ``init(kernel:image:)``.
  init(of run: Run) async throws {
    let images = ImageStore(folders: userLocations, recipes: bundledRecipes)
    guard let image = images.list().first(where: { $0.id == run.image.id }), try await images.damage(of: image).isEmpty
    else {
      try await self.init(kernel: run.kernel.id, image: run.image.disk ?? run.image.name)
      return
    }
    let kernels = KernelStore(folders: userLocations)
    let kernel = try kernels.find(run.kernel.id)
    try await kernels.verify(kernel)
    self.init(kernel, kernels, image, images)
  }

  private init(_ kernel: KernelRecord, _ kernels: KernelStore, _ image: ImageRecord, _ images: ImageStore) {
    (self.kernel, self.image) = (kernel, image)
    kernelPath = kernels.image(of: kernel).path
    config = kernels.config(of: kernel)
    // So that what guests boot is not the first to go when room is made.
    markUsed(kernels.image(of: kernel).deletingLastPathComponent())
    markUsed(images.initramfs(of: image).deletingLastPathComponent())
    initramfsPath = images.initramfs(of: image).path
    let disk = images.disk(of: image)
    if let disk { markUsed(disk.deletingLastPathComponent()) }
    diskPath = disk?.path
  }

  /// A run's request on this pair.
  /// - Throws: `RequestError` when the scenario needs tests that the kernel was built without.
  func request(
    _ scenario: Scenario, emulator: String, goal: RunGoal, jobs: Int, seed: UInt64, confidence: Double,
    schedule: Schedule, start: TrialStart, command: String
  ) throws(RequestError) -> RunRequest {
    for collection in scenario.kselftests where kernel.build?.kselftests?.contains(collection) != true {
      throw RequestError(
        "scenario \(scenario.name) requires the kselftest collection \(collection), which kernel \(kernel.name) does not include",
        advice: "Build a kernel with it: `zlab kernel build SOURCE --kselftest \(collection)`.")
    }
    try requireOptions(scenario.kernelConfig, for: "scenario \(scenario.name)")
    var request = RunRequest(
      scenario: scenario, kernel: kernel, image: image, kernelPath: kernelPath, initramfsPath: initramfsPath,
      emulator: emulator, goal: goal, jobs: jobs, seed: seed, confidence: confidence, schedule: schedule,
      start: start, command: command)
    request.diskPath = diskPath
    if diskPath != nil { request.collector = GuestfsCollector(userLocations) }
    return request
  }

  /// Checks that the kernel was built with options; one that came without its configuration may have them.
  /// - Parameters:
  ///   - wanted: without `CONFIG_`.
  ///   - purpose: what requires them, for the message.
  func requireOptions(_ wanted: [String], for purpose: String) throws(RequestError) {
    guard !wanted.isEmpty, let config,
      let data = try? FileHandle(forReadingFrom: config).read(upToCount: FinalConfig.cap),
      let built = try? FinalConfig(parsing: Array(data), name: config.path)
    else { return }
    let missing = wanted.filter { option in
      ![.yes, .module].contains(built[option: option] ?? .no)
    }
    guard !missing.isEmpty else { return }
    let options = missing.map { "CONFIG_" + $0 }.joined(separator: ", ")
    let command = ReproCommand("kernel build", ["debian:6.12"] + fragmentWords(enabling: missing)).text
    throw RequestError(
      "\(purpose) requires \(options), which the kernel \(kernel.name) was built without",
      advice: "Build one with it, for instance: \(command)")
  }

  // One whose files have changed in the cache is built anew, once.
  private static func image(
    _ recipe: String, _ kernel: KernelRecord, _ images: ImageStore
  ) async throws -> ImageRecord {
    let image = try await images.build(recipe: recipe, kernel: kernel, progress: standardError.progress)
    let damaged = try await images.damage(of: image)
    guard let first = damaged.first else { return image }
    for file in damaged { try removeAtOnce(file.deletingLastPathComponent().path) }
    // An id does not say what a disk was made of.
    if image.disk?.hasPrefix(recipe) == true, damaged.contains(where: { $0.path == images.disk(of: image)?.path }) {
      throw LabError(
        "cannot boot the disk \(recipe): it was modified since it was cached, and has been removed from the cache",
        advice: "Rebuild it with `zlab image build \(image.name)` and the same --package and --copy-in options.")
    }
    printStatus("zlab: \(first.path) was modified since it was cached; rebuilding")
    let again = try await images.build(recipe: recipe, kernel: kernel, progress: standardError.progress)
    guard let second = try await images.damage(of: again).first else { return again }
    throw LabError(
      "cannot boot the image \(image.name): \(second.path) has changed again since it was built",
      advice: "The disk that holds the cache or this host's memory may be failing; ZLAB_HOME moves the cache.")
  }

  // A path has a slash in it; no kernel's name does.
  private static func kernel(_ text: String, _ store: KernelStore) async throws -> KernelRecord {
    guard text.contains("/") else { return try store.find(text) }
    let file = URL(fileURLWithPath: text)
    return try await store.add(name: file.lastPathComponent, image: file, modules: nil, config: nil)
  }
}
