// swift-tools-version: 6.2
import PackageDescription

let house: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

extension Target.Dependency {
  static let argumentParser = product(name: "ArgumentParser", package: "swift-argument-parser")
  static let grdb = product(name: "GRDB", package: "GRDB.swift")
  static let mustache = product(name: "Mustache", package: "swift-mustache")
  static let subprocess = product(name: "Subprocess", package: "swift-subprocess")
  static let systemPackage = product(name: "SystemPackage", package: "swift-system")
  static let yams = product(name: "Yams", package: "Yams")
}

func module(
  _ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil, exclude: [String] = [],
  resources: [Resource] = [], extra: [SwiftSetting] = []
) -> Target {
  .target(
    name: name, dependencies: dependencies, path: path, exclude: exclude, resources: resources,
    swiftSettings: house + extra)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(name: name + "Tests", dependencies: dependencies, resources: resources, swiftSettings: house)
}

// A target imports only targets of lower layers: scripts/check-layers reads the layers from these comments.
let package = Package(
  name: "zlab",
  products: [
    .executable(name: "zlab", targets: ["zlab"]), .executable(name: "zlab-dmesg", targets: ["zlab-dmesg"]),
  ],
  // Exact, because Package.resolved is not committed: docs/decisions/dependencies.md.
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", exact: "1.0.2"),
    .package(url: "https://github.com/apple/swift-system", exact: "1.8.1"),
    .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
    .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
  ],
  targets: [
    // Layer 0
    .target(name: "CLinux"),
    .target(name: "CForward"),
    .systemLibrary(
      name: "CCompression",
      providers: [.apt(["zlib1g-dev", "liblzma-dev", "libzstd-dev", "liblz4-dev", "libbz2-dev"])]),
    module("Model"),
    module(
      "ImageRecipes", path: "images",
      resources: [.copy("mini"), .copy("debian"), .copy("debian-qemu"), .copy("actors")]),
    module("ConfigFragments", path: "kernel-configs", resources: [.copy("fragments")]),
    // Layer 1
    module("HostTools", ["Model", .subprocess, .systemPackage]),
    .target(name: "CLibvirt", dependencies: ["CForward"]),
    .target(name: "CGuestfs", dependencies: ["CForward"]),
    module("Storage", ["CLinux", "Model"]),
    module("StrictYAML", ["Model", .yams]),
    module("Dmesg", ["Model"]),
    module("PatchMail", ["Model"]),
    module("Statistics", ["Model"]),
    module("TextOutput", ["Model"]),
    module("KernelConfig", ["Model"]),
    // Layer 2
    module("Libvirt", ["CLibvirt"], extra: [.strictMemorySafety()]),
    module("Schedules", ["HostTools", "Model", "Storage", "StrictYAML"], resources: [.copy("plugin")]),
    module("ResultStore", ["Model", "Statistics", "Storage", "TextOutput", .grdb]),
    module("KernelLogs", ["CCompression", "Dmesg", "Model", "PatchMail"]),
    module("Reports", ["Model", "Statistics", "TextOutput"]),
    module("Guest", ["Model"]),
    module("Symbolizer", ["Dmesg", "HostTools", "Model"]),
    module("BisectSearch", ["Model", "Statistics"]),
    // Layer 3
    module(
      "Trials", ["Dmesg", "Guest", "HostTools", "KernelLogs", "Model", "Storage", "StrictYAML"],
      resources: [.copy("Catalogue")]),
    module("GuestDisks", ["CGuestfs", "Guest", "HostTools", "Model", "Storage"], extra: [.strictMemorySafety()]),
    module("LogReports", ["KernelLogs", "Model", "TextOutput", .argumentParser]),
    module("Collect", ["Dmesg", "HostTools", "KernelLogs", "Model", "ResultStore"]),
    module("Dashboard", ["HostTools", "Model", "Reports", "ResultStore", "Statistics", "Storage", .mustache]),
    module("DebianPackages", ["HostTools", "Model", "Storage"]),
    module("LibvirtGuest", ["CLinux", "Guest", "HostTools", "Libvirt", "Model", "Storage"]),
    // Layer 4
    module("KernelSource", ["DebianPackages", "HostTools", "Model", "PatchMail", "Storage"]),
    module(
      "Runs",
      ["Guest", "HostTools", "Model", "Reports", "ResultStore", "Schedules", "Statistics", "Storage", "Trials"]),
    module("Slurm", ["HostTools", "Model", "Trials"]),
    module("Selftest", ["Guest", "KernelConfig", "Model", "Reports", "Storage", "Trials"]),
    // Layer 5
    module("Nightly", ["Guest", "Model", "Reports", "ResultStore", "Runs", "Statistics", "Storage", "StrictYAML"]),
    module(
      "Kernels", ["DebianPackages", "HostTools", "KernelConfig", "KernelSource", "Model", "PatchMail", "Storage"]),
    module(
      "Bisection",
      [
        "BisectSearch", "Guest", "KernelSource", "Model", "Reports", "ResultStore", "Runs", "Statistics", "Storage",
        "Trials",
      ]),
    // Layer 6
    module("Images", ["DebianPackages", "HostTools", "Kernels", "Model", "Storage", "StrictYAML"]),
    // Layer 7
    module(
      "Commands",
      [
        "BisectSearch", "Bisection", "Collect", "ConfigFragments", "Dashboard", "DebianPackages", "Dmesg",
        "Guest", "GuestDisks", "HostTools", "ImageRecipes", "Images", "KernelConfig", "KernelLogs", "KernelSource",
        "Kernels", "LibvirtGuest", "LogReports", "Model", "Nightly", "PatchMail", "Reports", "ResultStore", "Runs",
        "Schedules", "Selftest", "Slurm", "Statistics", "Storage", "StrictYAML", "Symbolizer", "Trials",
        .argumentParser,
      ]),
    // Layer 8
    .executableTarget(name: "zlab", dependencies: ["CLinux", "Commands"], swiftSettings: house),
    .executableTarget(
      name: "zlab-dmesg",
      dependencies: ["KernelLogs", "LogReports", "Model", "TextOutput", .argumentParser],
      swiftSettings: house),
    // Tests
    module("FakeArchive", ["HostTools", "Model"], path: "Tests/FakeArchive"),
    module("FakeSource", path: "Tests/FakeSource"),
    module("TestSupport", ["HostTools"], path: "Tests/TestSupport"),
    module("FakeLab", ["Guest", "Model"], path: "Tests/FakeLab"),
    tests("BisectSearch", ["BisectSearch", "Model"]),
    tests(
      "Bisection",
      [
        "BisectSearch", "Bisection", "FakeLab", "Guest", "KernelSource", "Model", "Reports", "ResultStore", "Runs",
        "Statistics", "Storage", "Trials",
      ]),
    tests("HostTools", ["CLinux", "HostTools", "Model", "TestSupport"]),
    tests(
      "Runs", ["FakeLab", "Guest", "Model", "ResultStore", "Runs", "Statistics", "Storage", "TestSupport", "Trials"]),
    tests("Collect", ["Collect", "Model", "ResultStore", "Storage"]),
    tests(
      "Commands",
      [
        "Commands", "FakeSource", "HostTools", "Model", "Reports", "Schedules", "TestSupport", "Trials", "zlab",
        .argumentParser,
      ]),
    tests("Images", ["HostTools", "ImageRecipes", "Images", "Kernels", "Model", "Storage"]),
    tests("Dashboard", ["Dashboard", "HostTools", "Model", "Nightly", "ResultStore", "Storage", "TestSupport"]),
    tests("DebianPackages", ["DebianPackages", "FakeArchive", "HostTools", "Model", "Storage"]),
    tests("Dmesg", ["Dmesg", "Model"], resources: [.copy("Fixtures")]),
    tests("Storage", ["Storage"]),
    tests("KernelSource", ["HostTools", "KernelSource", "Model", "PatchMail", "Storage"]),
    tests("Guest", ["Guest", "Model"]),
    tests("GuestDisks", ["GuestDisks", "HostTools", "Model", "Storage"]),
    tests(
      "Kernels",
      [
        "DebianPackages", "FakeArchive", "FakeSource", "HostTools", "KernelConfig", "KernelSource", "Kernels", "Model",
        "PatchMail", "Storage",
      ]),
    tests("KernelConfig", ["KernelConfig", "Model"], resources: [.copy("Fixtures")]),
    tests("Libvirt", ["HostTools", "Libvirt"]),
    tests("LibvirtGuest", ["CLinux", "Guest", "LibvirtGuest", "Model", "Storage", "TestSupport"]),
    tests(
      "Nightly",
      ["FakeLab", "Guest", "Model", "Nightly", "Reports", "ResultStore", "Runs", "Statistics", "Storage", "Trials"]),
    tests("PatchMail", ["Model", "PatchMail"], resources: [.copy("Fixtures")]),
    tests("Trials", ["FakeLab", "Guest", "Model", "Storage", "Trials"]),
    tests("KernelLogs", ["Dmesg", "KernelLogs", "Model"], resources: [.copy("Fixtures")]),
    tests("LogReports", ["LogReports", "Model", "Nightly", "TextOutput"]),
    tests("Reports", ["Model", "Reports", "Statistics", "TestSupport"]),
    tests("ResultStore", ["Model", "ResultStore", "Storage"], resources: [.copy("Schemas")]),
    tests("Scripts", ["TestSupport"]),
    tests("Schedules", ["Model", "Schedules"]),
    tests("Selftest", ["FakeLab", "Guest", "KernelConfig", "Model", "Reports", "Selftest", "TestSupport", "Trials"]),
    tests("Slurm", ["Slurm"]),
    tests("Statistics", ["Model", "Statistics"]),
    tests("StrictYAML", ["Model", "StrictYAML"]),
    tests(
      "Turns", ["HostTools", "Model", "Schedules", "Storage"],
      resources: ["drive-hold.c", "drive-policy.c", "drive-trace.c"].map { .copy($0) }),
    tests("Symbolizer", ["Dmesg", "HostTools", "Model", "Symbolizer"]),
  ],
  swiftLanguageModes: [.v6]
)
