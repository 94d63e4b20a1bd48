import Foundation
import HostTools
import KernelSource
import Model
import Testing

/// Sources that do what a stranger's might.
@Suite struct HostileSourceTests {
  private let shop: Workshop

  init() throws { shop = try Workshop() }

  private var canaries: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: shop.folder.path)) ?? []).filter { $0.hasPrefix("canary") }
  }

  /// A nested repository whose configuration names a program, in a tree that is one too or is none.
  @Test(arguments: [true, false])
  func `files of a nested repository are part of the tree, and nothing in it is run`(_ isCheckout: Bool) async throws {
    let tree = try await shop.makeRepository()
    _ = try await shop.shell(
      """
      \(isCheckout ? "" : "rm -rf tree/.git")
      mkdir -p tree/drivers/sub/deep tree/module && cd tree/drivers/sub && git init -q
      printf '#!/bin/sh\\ntouch %s/canary-$1\\ncat\\n' '\(shop.folder.path)' > ../../../trap && chmod 755 ../../../trap
      echo a > driver.c && echo b > deep/more.c && echo '*.c filter=x' > .gitattributes
      git add -A && git -c user.name=a -c user.email=a@b commit -qm nested
      for at in . ../../module; do
        [ -d $at/.git ] || git init -q $at
        git -C $at config core.fsmonitor '\(shop.folder.path)/trap fsmonitor'
        git -C $at config filter.x.clean '\(shop.folder.path)/trap filter'
        echo '* filter=x' > $at/.git/info/attributes
      done
      echo m > ../../module/m.c
      """)
    // The trap is one: git itself springs it.
    _ = try await shop.shell("cd tree/drivers/sub && echo changed >> driver.c && git status >/dev/null")
    #expect(!canaries.isEmpty)
    _ = try await shop.shell("rm -f canary-*")
    let before = try await shop.print(of: tree.path)
    let first = try await shop.store.tree(of: .folder(tree)) { _ in }
    let checkout = try await shop.store.checkout(family: "x")
    try await checkout.hold(first)
    for (name, text) in [
      ("drivers/sub/driver.c", "a\nchanged\n"), ("drivers/sub/deep/more.c", "b\n"), ("module/m.c", "m\n"),
    ] {
      #expect(try String(contentsOf: checkout.folder.appending(path: name), encoding: .utf8) == text)
    }
    #expect(try await shop.shell("find \(checkout.folder.path) -name .git") == "")
    #expect(try await shop.store.tree(of: .folder(tree)) { _ in } == first)
    _ = try await shop.shell("echo again >> tree/drivers/sub/deep/more.c")
    #expect(try await shop.store.tree(of: .folder(tree)) { _ in }.id != first.id)
    _ = try await shop.shell("echo b > tree/drivers/sub/deep/more.c; rm -r tree/module")
    let without = try await shop.store.tree(of: .folder(tree)) { _ in }
    try await checkout.hold(without)
    #expect(!FileManager.default.fileExists(atPath: checkout.folder.path + "/module"))
    #expect(canaries.isEmpty, "\(canaries)")
    #expect(before.contains("module"))
  }

  @Test func `a link in an index from before, in the place of a nested repository, becomes its files`() async throws {
    let tree = try await shop.makeRepository()
    _ = try await shop.shell(
      """
      cd tree && mkdir sub && git init -q sub && echo one > sub/a.c
      git -C sub add -A && git -C sub -c user.name=a -c user.email=a@b commit -qm sub
      git add -A 2>/dev/null && git ls-files -s sub | grep -q ^160000
      """)
    let first = try await shop.store.tree(of: .folder(tree)) { _ in }
    let listed = try await shop.shell(
      "git --git-dir=\(shop.store.objects.deletingLastPathComponent().path) ls-tree -r \(first.id)")
    #expect(listed.contains("sub/a.c") && !listed.contains("160000"), "\(listed)")
  }

  @Test func `a file that git tracks is part of the tree whatever .gitignore says`() async throws {
    let tree = try await shop.makeRepository()
    _ = try await shop.shell(
      "cd tree && echo tracked > lib.o && git add -f lib.o && git -c user.name=a -c user.email=a@b commit -qm three")
    let taken = try await shop.store.tree(of: .folder(tree)) { _ in }
    let checkout = try await shop.store.checkout(family: "x")
    try await checkout.hold(taken)
    #expect(FileManager.default.fileExists(atPath: checkout.folder.path + "/lib.o"))
    #expect(!FileManager.default.fileExists(atPath: checkout.folder.path + "/file.o"))
  }

  @Test func `a partial clone's missing commit is not fetched`() async throws {
    _ = try await shop.makeRepository()
    _ = try await shop.shell(
      """
      git -C tree config uploadpack.allowFilter true; git -C tree config uploadpack.allowAnySHA1InWant true
      git clone -q --bare --filter=blob:none "file://$PWD/tree" part
      printf '#!/bin/sh\\ntouch %s/canary-uploadpack\\nexec git-upload-pack "$@"\\n' '\(shop.folder.path)' > trap
      chmod 755 trap; git -C part config remote.origin.uploadpack '\(shop.folder.path)/trap'
      git -C tree -c user.name=a -c user.email=a@b commit -q --allow-empty -m late
      git -C tree rev-parse HEAD > part/refs/heads/late; git -C part rev-parse late
      """)
    // The trap is one.
    _ = try? await shop.shell("git -C part cat-file -t $(git -C tree rev-parse HEAD)")
    #expect(canaries == ["canary-uploadpack"])
    _ = try await shop.shell(
      "rm canary-*; git -C tree -c user.name=a -c user.email=a@b commit -q --allow-empty -m later; git -C tree rev-parse HEAD > part/refs/heads/late"
    )
    let part = shop.folder.appending(path: "part")
    let error = await #expect(throws: RequestError.self) {
      try await shop.store.tree(of: .git(repository: part, revision: "late")) { _ in }
    }
    #expect(error?.advice?.contains("partial clone") == true, "\(error as Any)")
    #expect(canaries.isEmpty)
  }

  @Test func `a path that is too deep is refused, by its name`() async throws {
    _ = try await shop.shell(
      """
      mkdir -p tree/arch/s390 && cd tree && touch Makefile Kconfig arch/s390/Makefile
      for i in $(seq 100); do mkdir d && cd d; done; touch file
      """)
    let error = await #expect(throws: RequestError.self) {
      try await shop.store.tree(of: .folder(shop.folder.appending(path: "tree"))) { _ in }
    }
    #expect(error?.problem.contains("a path of 101 components") == true, "\(error as Any)")
  }

  @Test func `a checkout in which somebody left a tree of any depth is brought in order`() async throws {
    let repository = try await shop.makeRepository()
    let tree = try await shop.store.tree(of: .git(repository: repository, revision: "HEAD")) { _ in }
    let checkout = try await shop.store.checkout(family: "x")
    try await checkout.hold(tree)
    // Deeper than PATH_MAX.
    _ = try await shop.shell(
      "cd \(checkout.folder.path) && perl -e 'for (1..2500) { mkdir \"dd\"; chdir \"dd\" or die } open(F, \">\", \"f\")'"
    )
    try await checkout.hold(tree)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: checkout.folder.path).sorted() == [
        ".gitignore", "Kconfig", "Makefile", "arch", "file",
      ])
  }

  @Test func `what a killed zlab left working is named while it is waited for`() async throws {
    let repository = try await shop.makeRepository()
    let tree = try await shop.store.tree(of: .git(repository: repository, revision: "HEAD")) { _ in }
    let checkout = try await shop.store.checkout(family: "x")
    _ = try await shop.shell(
      """
      mkfifo ready
      mkfifo release
      flock '\(checkout.folder.path).index.busy' bash -c 'echo > ready; cat release' >/dev/null 2>&1 &
      cat ready
      """)
    var said: [String] = []
    let release = shop.folder.appending(path: "release").path
    try await checkout.hold(tree) { words in
      said.append(words)
      // It is waited for until it was named.
      try? FileHandle(forWritingAtPath: release)?.close()
    }
    #expect(said.count == 1 && said[0].contains("waiting for flock (process "), "\(said)")
  }

  @Test func `an archive makes nothing setuid, not for a moment`() async throws {
    _ = try await shop.makeRepository()
    _ = try await shop.shell(
      """
      cd tree && touch suid sgid && chmod 4755 suid && chmod 2755 sgid && chmod g+s arch && cd .. && tar -cf a.tar tree
      """)
    let tree = try await shop.store.tree(of: .tarball(shop.folder.appending(path: "a.tar"))) { _ in }
    let checkout = try await shop.store.checkout(family: "x")
    try await checkout.hold(tree)
    #expect(FileManager.default.fileExists(atPath: checkout.folder.path + "/suid"))
    #expect(try await shop.shell("find home -perm /6000") == "")
  }

  @Test(.enabled(if: getuid() == 0, "making a device takes root"))
  func `an archive with a device in it is refused`() async throws {
    _ = try await shop.makeRepository()
    _ = try await shop.shell("mknod tree/null c 1 3 && tar -cf a.tar tree")
    let error = await #expect(throws: RequestError.self) {
      try await shop.store.tree(of: .tarball(shop.folder.appending(path: "a.tar"))) { _ in }
    }
    #expect(error?.problem.contains("mknod") == true, "\(error as Any)")
    #expect(try await shop.shell("find home -type c -o -type b") == "")
  }

  @Test func `an archive that leads out of its folder leads nowhere`() async throws {
    _ = try await shop.makeRepository()
    _ = try await shop.shell(
      """
      ln -s /tmp tree/out && tar -cf a.tar tree && rm tree/out && mkdir tree/out && echo x > tree/out/zlab-escaped
      tar -rf a.tar tree/out/zlab-escaped; tar -rf a.tar -P --transform 's,.*,tree/../../zlab-up,' tree/file
      """)
    _ = try? await shop.store.tree(of: .tarball(shop.folder.appending(path: "a.tar"))) { _ in }
    #expect(!FileManager.default.fileExists(atPath: "/tmp/zlab-escaped"))
    #expect(try await shop.shell("find . -name zlab-up") == "")
  }
}
