import Foundation
import ImageRecipes
import Model
import Testing

@testable import Images

@Suite struct DiskRecipeTests {
  private func read(_ text: String) throws -> DiskRecipe? {
    try DiskRecipe(yaml: text, name: "x", file: "x/recipe.yaml")
  }

  @Test func `a recipe with a disk is read`() throws {
    let text = """
      modules:
        - {name: ext4, option: CONFIG_EXT4_FS, required: true}
      disk:
        debian: trixie
        size: 1024
        packages: [strace]
        leave-out: [usr/share/doc]
        files:
          /etc/hostname: {text: "guest"}
          /usr/bin/awk: {link: mawk}
          /opt/run: {copy: run.sh, mode: "0755"}
      """
    let recipe = try #require(try read(text))
    #expect(recipe.boot == "mini")
    #expect(recipe.release == "trixie" && recipe.size == 1024)
    #expect(recipe.files.map(\.path) == ["/etc/hostname", "/opt/run", "/usr/bin/awk"])
    #expect(recipe.files[1] == DiskRecipe.File(path: "/opt/run", content: .copy("run.sh"), permissions: 0o755))
  }

  @Test func `an initramfs' recipe has no disk`() throws {
    #expect(try read("debian: bookworm\npackages: []\nprograms: {}\ninit: init.c\n") == nil)
  }

  @Test(arguments: [
    "disk: {}", "disk: {debian: trixie, size: 1}", "disk: {debian: trixie, packages: ['../x']}",
    "disk: {debian: trixie, files: {/etc/../x: {text: a}}}", "disk: {debian: trixie, files: {/x: {text: a, link: b}}}",
    "disk: {debian: trixie, files: {/x: {copy: ../../etc/passwd}}}", "disk: {debian: trixie, leave-out: [/usr]}",
    "disk: {debian: trixie, files: {/x: {text: a, mode: '9'}}}", "disk: {debian: trixie, colour: red}",
  ])
  func `a wrong recipe is refused`(text: String) { #expect(throws: RequestError.self) { try read(text) } }

  @Test func `the bundled recipes are read`() throws {
    for name in ["debian", "debian-qemu"] {
      let found = try RecipeText(name, recipes: bundledRecipes)
      #expect(try DiskRecipe(yaml: found.text, name: found.name, file: found.file)?.release == "trixie")
    }
  }
}

@Suite final class DiskTreeTests {
  private let root = FileManager.default.temporaryDirectory.appending(path: "zlab-tree-\(UUID().uuidString)")
  private var tree: DiskTree { DiskTree(root: root.appending(path: "tree")) }

  init() throws { try FileManager.default.createDirectory(at: tree.root, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(at: root) }

  @Test func `no link in the tree leads to a file outside of it`() throws {
    let outside = root.appending(path: "outside")
    try FileManager.default.createDirectory(at: outside, withIntermediateDirectories: true)
    for (name, target) in [("abs", outside.path), ("up", "../outside"), ("far", "../../../../../../../../etc")] {
      try tree.link("/" + name, to: target)
      try tree.put(Data("x".utf8), at: "/\(name)/file", permissions: 0o644)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: outside.path).isEmpty)
    #expect(FileManager.default.fileExists(atPath: tree.root.path + "/etc/file"))
    #expect(tree.text("/abs/file") == "x")
  }

  @Test func `a file takes a link's place, and its mode is the one asked for`() throws {
    try tree.link("/etc/passwd", to: "/etc/shadow")
    try tree.put(Data("a".utf8), at: "/etc/passwd", permissions: 0o4755)
    let file = tree.root.appending(path: "etc/passwd").path
    let attributes = try FileManager.default.attributesOfItem(atPath: file)
    #expect(attributes[.type] as? FileAttributeType == .typeRegular)
    #expect(attributes[.posixPermissions] as? Int == 0o4755)
  }

  @Test func `root needs no password and nobody else lost one`() {
    let text = DebianDefaults(tree: tree).withoutRootPassword("root:*:0:0:root:/root:/bin/bash\nbin:*:2:2::/bin:/x\n")
    #expect(text == "root::0:0:root:/root:/bin/bash\nbin:*:2:2::/bin:/x\n")
  }

  @Test func `a folder of the host is copied with its links as they are`() throws {
    let source = root.appending(path: "mine")
    try FileManager.default.createDirectory(at: source.appending(path: "sub"), withIntermediateDirectories: true)
    try Data("1".utf8).write(to: source.appending(path: "sub/a"))
    try FileManager.default.createSymbolicLink(
      atPath: source.path + "/link", withDestinationPath: "/etc/passwd")
    try tree.copy(source, to: "/opt/mine")
    #expect(tree.text("/opt/mine/sub/a") == "1")
    let link = try FileManager.default.destinationOfSymbolicLink(atPath: tree.root.path + "/opt/mine/link")
    #expect(link == "/etc/passwd")
  }
}
