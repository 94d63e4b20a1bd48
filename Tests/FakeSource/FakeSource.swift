package import Foundation

/// A source tree that kbuild would not know, but that answers the calls of make that a kernel's answers, in a second.
package struct FakeSource: Sendable {
  package let folder: URL

  /// Writes the tree.
  /// - Parameter recipe: lines of shell that run while the kernel is built, in its output folder.
  /// - Throws: what Foundation throws when the disk refuses.
  package init(in folder: URL, recipe: [String] = []) throws {
    self.folder = folder
    let lines = recipe.map { "\t\($0)\n" }.joined()
    for (name, text) in [
      ("Makefile", Self.makefile + lines), ("Kconfig", "source \"arch/$(SRCARCH)/Kconfig\"\n"),
      ("arch/s390/Makefile", "\n"), ("arch/s390/Kconfig", "config A\n\tbool \"A\"\n"),
      ("kernel.c", "int answer = 42;\n"),
    ] {
      let file = folder.appending(path: name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
  }

  // A bzImage has its magic at 0x10008; what was compiled follows, so that different sources make different kernels.
  private static let makefile = """
    VERSION = 6
    PATCHLEVEL = 1
    SUBLEVEL = 7
    EXTRAVERSION =
    NAME = Fake

    allnoconfig:
    \techo "# configured" > $(O)/.config
    \tgrep -v IMPOSSIBLE $(KCONFIG_ALLCONFIG) >> $(O)/.config || true

    bzImage:
    \tmkdir -p $(O)/arch/s390/boot $(O)/include/config
    \techo 6.1.7 > $(O)/include/config/kernel.release
    \t@echo "  CC      kernel.o"
    \t$(CC) -c kernel.c -o $(O)/kernel.o
    \thead -c 65544 /dev/zero > $(O)/image
    \tprintf S390EP >> $(O)/image
    \thead -c 4096 /dev/zero >> $(O)/image
    \tcat $(O)/kernel.o $(O)/.config >> $(O)/image
    \tmv $(O)/image $(O)/arch/s390/boot/bzImage

    """
}
