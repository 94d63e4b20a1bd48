import Foundation
import Testing

@testable import Images

@Suite struct LibrariesTests {
  @Test func `readelf's output gives libraries and dynamic linker`() {
    let needs = ELFNeeds(
      readelf: """
        Program Headers:
          INTERP         0x000238 0x0000000000000238 0x0000000000000238 0x00000f 0x00000f R   0x1
              [Requesting program interpreter: /lib/ld64.so.1]
        Dynamic section at offset 0xfbd98 contains 32 entries:
         0x0000000000000001 (NEEDED)             Shared library: [libudev.so.1]
         0x0000000000000001 (NEEDED)             Shared library: [libc.so.6]
         0x000000000000000f (RPATH)              Library rpath: [/somewhere]
         0x000000000000000e (SONAME)             Library soname: [libmine.so]
        """)
    #expect(needs.libraries == ["libudev.so.1", "libc.so.6"])
    #expect(needs.interpreter == "/lib/ld64.so.1")
  }

  @Test(arguments: [
    "", "There is no dynamic section in this file.", "Shared library:", "Shared library: [", "Shared library: []",
    "Shared library: [../../etc/passwd]", "[Requesting program interpreter: relative]",
  ])
  func `anything else needs nothing`(text: String) {
    let needs = ELFNeeds(readelf: text)
    #expect(needs.libraries.isEmpty && needs.interpreter == nil)
  }
}

@Suite final class PackageTreeTests {
  private let root = FileManager.default.temporaryDirectory.appending(path: "zlab-tree-\(UUID().uuidString)")
  private var tree: PackageTree { PackageTree(root: root) }

  init() throws {
    let files = FileManager.default
    let libraries = root.appending(path: "usr/lib/s390x-linux-gnu")
    try files.createDirectory(at: libraries, withIntermediateDirectories: true)
    try Data("z".utf8).write(to: libraries.appending(path: "libz.so.1.2"))
    func link(_ name: String, _ target: String) throws {
      try files.createSymbolicLink(atPath: libraries.appending(path: name).path, withDestinationPath: target)
    }
    try link("libz.so.1", "libz.so.1.2")
    try link("libabsolute.so", "/usr/lib/s390x-linux-gnu/libz.so.1")
    try link("liboutside.so", "../../../../../../../../etc/passwd")
    try link("libloop.so", "libloop.so")
    try link("libnowhere.so", "/nonexistent")
  }

  deinit { try? FileManager.default.removeItem(at: root) }

  @Test func `links are followed inside the tree`() {
    let real = root.appending(path: "usr/lib/s390x-linux-gnu/libz.so.1.2").path
    #expect(tree.library("libz.so.1")?.path == real)
    #expect(tree.library("libabsolute.so")?.path == real)
    #expect(tree.file("usr/lib/s390x-linux-gnu/libz.so.1")?.path == real)
    #expect(tree.file("lib/s390x-linux-gnu/libz.so.1")?.path == real)
  }

  @Test(arguments: ["liboutside.so", "libloop.so", "libnowhere.so", "libnone.so", "", "../../../../etc/passwd"])
  func `nothing leads out of it`(name: String) { #expect(tree.library(name) == nil) }
}
