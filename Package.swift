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

// Each is a file in kernel-configs; SwiftPM complains about one that is not listed.
let fragments = [
  "debug-info-full", "debug-info", "disk", "fault-injection", "hardening-checks", "hung-task", "inet", "iommufd",
  "kasan",
  "kcsan", "kfence", "kmemleak", "kselftest", "lkdtm", "lockdep", "preempt", "s390-guest", "tracing", "ubsan",
  "unplug-stress",
  "vfio", "zpci",
]

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
    .systemLibrary(name: "CLinux"),
    .target(name: "CForward"),
    .systemLibrary(name: "CCompression", providers: [.apt(["zlib1g-dev", "liblzma-dev", "libzstd-dev"])]),
    .target(name: "CProcess"),
    module("Records"),
    module("Blocking"),
    module("Terminal"),
    module(
      "ImageRecipes", path: "images",
      resources: [.copy("mini"), .copy("debian"), .copy("debian-qemu"), .copy("actors")]),
    module("ConfigFragments", path: "kernel-configs", resources: fragments.map { .copy("\($0).config") }),
    // Layer 1
    .target(name: "CLibvirt", dependencies: ["CForward"]),
    .target(name: "CGuestfs", dependencies: ["CForward"]),
    module("Folders", ["CLinux", "Records"]),
    module("HostTools", ["Records", .subprocess, .systemPackage]),
    module("StrictYAML", ["Records", .yams]),
    module("Dmesg", ["Records"]),
    module("KTAP", ["Records"]),
    module("PatchMail", ["Records"]),
    module("Statistics", ["Records"]),
    module("TextOutput", ["Records"]),
    module("KernelConfig", ["Records"]),
    // Layer 2
    module("Libvirt", ["CLibvirt"], extra: [.strictMemorySafety()]),
    module("Guestfs", ["Blocking", "CGuestfs", "Folders", "Records"], extra: [.strictMemorySafety()]),
    module("Checksums", ["HostTools", "Records"]),
    module("Turns", ["Folders", "HostTools", "Records"], resources: [.copy("plugin")]),
    module("CpioArchive"),
    module("Nightly", ["Records", "Statistics", "StrictYAML"]),
    module("Schedules", ["Records", "StrictYAML"]),
    module("PatchApply", ["Folders", "HostTools", "PatchMail", "Records"]),
    module("ResultStore", ["Folders", "Records", "Statistics", .grdb]),
    module("KernelLogs", ["CCompression", "Dmesg", "PatchMail", "Records"]),
    module("LogReports", ["Records", "TextOutput"]),
    module("Reports", ["Records", "Statistics", "TextOutput"]),
    module("Guest", ["Records"]),
    module("Symbolizer", ["Dmesg", "HostTools", "Records"]),
    module("GitHistory", ["HostTools", "Records"]),
    module("Bisect", ["Records", "Statistics"]),
    // Layer 3
    module("DmesgOptions", ["KernelLogs", "LogReports", "Records", "TextOutput", .argumentParser]),
    module(
      "Dashboard",
      ["Blocking", "Folders", "Records", "Reports", "ResultStore", "Statistics", .mustache]),
    module("DebianPackages", ["Checksums", "Folders", "HostTools", "Records"]),
    module("LibvirtGuest", ["Blocking", "CLinux", "Folders", "Guest", "HostTools", "Libvirt", "Records"]),
    module("SavedGuests", ["Checksums", "Dmesg", "Folders", "Guest", "Records"]),
    module(
      "Scenarios", ["Dmesg", "Folders", "Guest", "KTAP", "Records", "StrictYAML"], resources: [.copy("Catalogue")]),
    module("PostMortem", ["Folders", "Guest", "Guestfs", "Records"]),
    // Layer 4
    module("Kernels", ["Checksums", "DebianPackages", "Folders", "HostTools", "Records"]),
    module("KernelSource", ["Checksums", "DebianPackages", "Folders", "HostTools", "Records"]),
    module(
      "Campaign",
      [
        "Blocking", "Folders", "Guest", "Nightly", "Records", "Reports", "ResultStore", "SavedGuests", "Scenarios",
        "Schedules", "Statistics",
      ]),
    module("Selftest", ["Folders", "Guest", "KernelConfig", "Records", "Reports", "SavedGuests", "Scenarios"]),
    // Layer 5
    module(
      "BisectLab",
      [
        "Bisect", "Campaign", "Folders", "GitHistory", "Guest", "Records", "Reports", "ResultStore", "Scenarios",
        "Statistics",
      ]),
    module(
      "GuestImage",
      ["Checksums", "CpioArchive", "DebianPackages", "Folders", "HostTools", "Kernels", "Records", "StrictYAML"]),
    module(
      "KernelBuild",
      [
        "Checksums", "Folders", "HostTools", "KernelConfig", "KernelSource", "Kernels", "PatchApply", "PatchMail",
        "Records",
      ]),
    // Layer 6
    module(
      "Commands",
      [
        "Bisect", "BisectLab", "Blocking", "Campaign", "ConfigFragments", "Dashboard", "DebianPackages", "Dmesg",
        "DmesgOptions", "Folders",
        "GitHistory", "Guest", "GuestImage", "Guestfs", "HostTools", "ImageRecipes", "KernelBuild", "KernelConfig",
        "KernelLogs", "KernelSource", "Kernels", "LibvirtGuest", "Nightly", "PatchMail", "PostMortem",
        "Records", "Reports", "ResultStore", "SavedGuests", "Scenarios", "Schedules", "Selftest", "Statistics",
        "StrictYAML", "Symbolizer", "Terminal", "Turns", .argumentParser,
      ]),
    // Layer 7
    .executableTarget(name: "zlab", dependencies: ["Commands", "CProcess"], swiftSettings: house),
    .executableTarget(
      name: "zlab-dmesg",
      dependencies: ["DmesgOptions", "KernelLogs", "LogReports", "Records", "TextOutput", .argumentParser],
      swiftSettings: house),
    // Tests
    module("FakeArchive", ["HostTools", "Records"], path: "Tests/FakeArchive"),
    module("FakeSource", path: "Tests/FakeSource"),
    module("TestSupport", path: "Tests/TestSupport"),
    module("FakeLab", ["Guest", "Records"], path: "Tests/FakeLab"),
    tests("Bisect", ["Bisect", "Records"]),
    tests(
      "BisectLab",
      [
        "Bisect", "BisectLab", "Campaign", "FakeLab", "Folders", "GitHistory", "Guest", "Records", "Reports",
        "ResultStore", "Scenarios", "Statistics",
      ]),
    tests("Blocking", ["Blocking", "TestSupport"]),
    tests(
      "Campaign",
      [
        "Campaign", "FakeLab", "Folders", "Guest", "Nightly", "Records", "Reports", "ResultStore", "Scenarios",
        "Statistics", "TestSupport",
      ]),
    tests("Commands", ["Checksums", "Commands", "FakeSource", "Scenarios", "TestSupport", "zlab", .argumentParser]),
    tests("CpioArchive", ["CpioArchive", "HostTools"]),
    tests("Dashboard", ["Blocking", "Campaign", "Dashboard", "Folders", "Records", "ResultStore", "TestSupport"]),
    tests("DebianPackages", ["DebianPackages", "FakeArchive", "Folders", "HostTools", "Records"]),
    tests("Dmesg", ["Dmesg", "Records"], resources: [.copy("Fixtures")]),
    tests("Folders", ["Folders"]),
    tests("GitHistory", ["GitHistory", "HostTools", "Records"]),
    tests("Guest", ["Guest", "Records"]),
    tests("Guestfs", ["Folders", "Guestfs", "HostTools", "Records"]),
    tests(
      "GuestImage",
      [
        "Checksums", "Folders", "GuestImage", "HostTools", "ImageRecipes", "Kernels",
        "Records",
      ]),
    tests(
      "KernelBuild",
      [
        "FakeSource", "Folders", "HostTools", "KernelBuild", "KernelConfig", "KernelSource", "Kernels", "PatchMail",
        "Records",
      ]),
    tests("KernelConfig", ["KernelConfig", "Records"], resources: [.copy("Fixtures")]),
    tests("KernelSource", ["Folders", "HostTools", "KernelSource", "Records"]),
    tests("Kernels", ["DebianPackages", "FakeArchive", "Folders", "Kernels", "Records"]),
    tests("HostTools", ["CLinux", "HostTools", "Records"]),
    tests("Libvirt", ["Blocking", "Libvirt"]),
    tests("LibvirtGuest", ["CLinux", "Folders", "Guest", "LibvirtGuest", "Records", "TestSupport"]),
    tests("Nightly", ["Nightly", "Records"]),
    tests("PatchApply", ["PatchApply", "PatchMail", "Records"]),
    tests("PatchMail", ["PatchMail", "Records"], resources: [.copy("Fixtures")]),
    tests("PostMortem", ["PostMortem"]),
    tests("KTAP", ["KTAP", "Records"]),
    tests("KernelLogs", ["Dmesg", "KernelLogs", "Records"], resources: [.copy("Fixtures")]),
    tests("LogReports", ["LogReports", "Nightly", "Records", "TextOutput"]),
    tests("Reports", ["Records", "Reports", "Statistics", "TestSupport"]),
    tests("ResultStore", ["Folders", "Records", "ResultStore"], resources: [.copy("Schemas")]),
    tests("Scripts", ["TestSupport"]),
    tests("SavedGuests", ["FakeLab", "Folders", "Guest", "Records", "SavedGuests"]),
    tests("Schedules", ["Records", "Schedules"]),
    tests("Scenarios", ["FakeLab", "Guest", "Records", "Scenarios"]),
    tests(
      "Selftest", ["FakeLab", "Guest", "KernelConfig", "Records", "Reports", "Scenarios", "Selftest"]),
    tests("Statistics", ["Records", "Statistics"]),
    tests("StrictYAML", ["Records", "StrictYAML"]),
    tests("Terminal", ["Terminal"]),
    tests("Turns", ["Folders", "HostTools", "Records", "Turns"], resources: [.copy("drive-policy.c")]),
    tests("Symbolizer", ["Dmesg", "HostTools", "Records", "Symbolizer"]),
  ],
  swiftLanguageModes: [.v6]
)
