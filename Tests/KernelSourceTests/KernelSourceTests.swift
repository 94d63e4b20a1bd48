import Foundation
import HostTools
import KernelSource
import Model
import Storage
import Testing

/// A store in a folder of its own, and a source that looks like Linux from afar.
struct Workshop {
  let folder: URL
  let store: SourceStore

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "zlab-source-\(UInt32.random(in: .min ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    store = SourceStore(folders: Locations(environment: ["ZLAB_HOME": folder.path + "/home"]))
  }

  func shell(_ script: String) async throws -> String {
    var tool = HostTool("bash", ["-ec", script], to: "prepare")
    tool.directory = folder.path
    tool.environment = ["GIT_CONFIG_GLOBAL": "/dev/null"]
    return try await tool.run().text
  }

  /// Everything about a folder's files: names, kinds, modes, times, contents.
  func print(of path: String) async throws -> String {
    try await shell(
      "cd \(path) && find . -printf '%p %y %m %s %T@\\n' | sort && find . -type f -exec sha256sum {} + | sort")
  }

  /// A git repository with two commits and a work tree that differs from both.
  func makeRepository() async throws -> URL {
    _ = try await shell(
      """
      mkdir -p tree/arch/s390 && cd tree && git init -q
      echo 'VERSION = 6' > Makefile; : > Kconfig; echo s390 > arch/s390/Makefile; echo '*.o' > .gitignore
      git add -A && git -c user.name=a -c user.email=a@b commit -qm one
      echo two > file && git add -A && git -c user.name=a -c user.email=a@b commit -qm two
      echo three > file && echo product > file.o && ln -s /etc/passwd link
      """)
    return URL(fileURLWithPath: folder.path + "/tree", isDirectory: false)
  }
}

@Suite struct KernelSourceTests {
  private let shop: Workshop

  init() throws { shop = try Workshop() }

  @Test func `what a user calls a source is told apart`() async throws {
    let repository = try await shop.makeRepository()
    for name in ["debian:6.1", "debian:sid", "debian:trixie-backports", "debian:6.12=6.12.107-1"] {
      #expect(try KernelSource(name, revision: nil).family == String(name.prefix { $0 != "=" }))
    }
    #expect(try KernelSource(repository.path, revision: nil) == .folder(repository))
    #expect(try KernelSource(repository.path, revision: "HEAD~1") == .git(repository: repository, revision: "HEAD~1"))
    let bare = repository.appending(path: ".git")
    #expect(try KernelSource(bare.path, revision: nil) == .git(repository: bare, revision: "HEAD"))
    for wrong in ["debian:", "debian:6.1=", "debian:6.1;reboot", "/no/such/place"] {
      #expect(throws: RequestError.self) { try KernelSource(wrong, revision: nil) }
    }
    #expect(throws: RequestError.self) { try KernelSource("debian:6.1", revision: "HEAD") }
  }

  @Test func `a revision is checked out and the repository stays as it was`() async throws {
    let repository = try await shop.makeRepository()
    let before = try await shop.print(of: repository.path)
    let source = KernelSource.git(repository: repository, revision: "HEAD~1")
    let tree = try await shop.store.tree(of: source) { _ in }
    let checkout = try await shop.store.checkout(family: source.family)
    try await checkout.hold(tree)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: checkout.folder.path).sorted() == [
        ".gitignore", "Kconfig", "Makefile", "arch",
      ])
    let newer = try await shop.store.tree(of: .git(repository: repository, revision: "HEAD")) { _ in }
    try await checkout.hold(newer)
    #expect(try String(contentsOf: checkout.folder.appending(path: "file"), encoding: .utf8) == "two\n")
    #expect(try await shop.print(of: repository.path) == before)
  }

  @Test func `a folder is taken as it stands, without what a build left there`() async throws {
    let repository = try await shop.makeRepository()
    let before = try await shop.print(of: repository.path)
    let tree = try await shop.store.tree(of: .folder(repository)) { _ in }
    let checkout = try await shop.store.checkout(family: repository.path)
    try await checkout.hold(tree)
    #expect(try String(contentsOf: checkout.folder.appending(path: "file"), encoding: .utf8) == "three\n")
    #expect(!FileManager.default.fileExists(atPath: checkout.folder.appending(path: "file.o").path))
    #expect(!FileManager.default.fileExists(atPath: checkout.folder.appending(path: ".git").path))
    #expect(try await shop.print(of: repository.path) == before)
    #expect(try await shop.store.tree(of: .folder(repository)) { _ in } == tree)
    try Data("four\n".utf8).write(to: repository.appending(path: "file"))
    #expect(try await shop.store.tree(of: .folder(repository)) { _ in }.id != tree.id)
  }

  @Test func `the same content is the same tree, from a tar archive too`() async throws {
    let repository = try await shop.makeRepository()
    _ = try await shop.shell("git -C tree archive --prefix=linux-6/ HEAD | xz > linux.tar.xz")
    let archive = try KernelSource(shop.folder.appending(path: "linux.tar.xz").path, revision: nil)
    let fromArchive = try await shop.store.tree(of: archive) { _ in }
    let fromGit = try await shop.store.tree(of: .git(repository: repository, revision: "HEAD")) { _ in }
    #expect(fromArchive.id == fromGit.id)
    let again = try await shop.store.tree(of: archive) { Issue.record("did the work again: \($0)") }
    #expect(again == fromArchive)
  }

  @Test func `a checkout that was left in any state holds what it shall`() async throws {
    let repository = try await shop.makeRepository()
    let tree = try await shop.store.tree(of: .git(repository: repository, revision: "HEAD")) { _ in }
    let folder: URL
    do {
      let checkout = try await shop.store.checkout(family: "x")
      try await checkout.hold(tree)
      folder = checkout.folder
    }
    let clean = try await shop.shell("cd \(folder.path) && find . -type f -exec sha256sum {} + | sort")
    _ = try await shop.shell(
      """
      cd \(folder.path); echo changed > file; rm Kconfig; mkdir -p a/b; touch a/b/c x.o; ln -s /etc y
      rm -r arch; echo file > arch; touch ../0.index.lock
      """)
    let checkout = try await shop.store.checkout(family: "x")
    #expect(checkout.folder == folder)
    try await checkout.hold(tree)
    #expect(try await shop.shell("cd \(folder.path) && find . -type f -exec sha256sum {} + | sort") == clean)
    #expect(try await shop.shell("find \(folder.path) -type l") == "")
  }

  @Test func `a damaged index is made anew, and what a killed zlab started is waited for`() async throws {
    let repository = try await shop.makeRepository()
    let source = KernelSource.git(repository: repository, revision: "HEAD")
    let tree = try await shop.store.tree(of: source) { _ in }
    var folder: URL?
    do {
      let checkout = try await shop.store.checkout(family: "x")
      try await checkout.hold(tree)
      folder = checkout.folder
    }
    let place = try #require(folder)
    try Data().write(to: URL(fileURLWithPath: place.path + ".index"))
    // Has the lock by the time it prints, and then goes on alone, as a git of a killed zlab's would.
    _ = try await shop.shell(
      """
      mkfifo ready
      flock '\(place.path).index.busy' bash -c 'echo > ready; sleep 1; echo wrong > \(place.path)/file' >/dev/null 2>&1 &
      cat ready
      """)
    let checkout = try await shop.store.checkout(family: "x")
    try await checkout.hold(tree)
    #expect(try String(contentsOf: place.appending(path: "file"), encoding: .utf8) == "two\n")
  }

  @Test func `what is changed in a checkout becomes a tree, and is undone by the next`() async throws {
    let repository = try await shop.makeRepository()
    let tree = try await shop.store.tree(of: .git(repository: repository, revision: "HEAD")) { _ in }
    let checkout = try await shop.store.checkout(family: "x")
    try await checkout.hold(tree)
    let file = checkout.folder.appending(path: "file")
    try Data("patched\n".utf8).write(to: file)
    let patched = try await checkout.write(origin: "patched", objects: tree.objects)
    #expect(patched.id != tree.id)
    try await checkout.hold(tree)
    #expect(try String(contentsOf: file, encoding: .utf8) == "two\n")
    try await checkout.hold(patched)
    #expect(try String(contentsOf: file, encoding: .utf8) == "patched\n")
  }

  @Test func `two at once get folders of their own, the next one gets its family's`() async throws {
    let first = try await shop.store.checkout(family: "one")
    var second: Checkout? = try await shop.store.checkout(family: "two")
    let folder = second?.folder
    #expect(folder != first.folder)
    second = nil
    #expect(try await shop.store.checkout(family: "two").folder == folder)
  }

  @Test func `wrong requests are told apart from a broken lab`() async throws {
    let repository = try await shop.makeRepository()
    let unknown = await #expect(throws: RequestError.self) {
      try await shop.store.tree(of: .git(repository: repository, revision: "v9.9")) { _ in }
    }
    #expect(unknown?.problem.contains("has no commit 'v9.9'") == true)
    let other = shop.folder.appending(path: "other")
    _ = try await shop.shell("mkdir other; echo > other/Makefile")
    let wrong = await #expect(throws: RequestError.self) { try await shop.store.tree(of: .folder(other)) { _ in } }
    #expect(wrong?.problem.contains("is no Linux source for s390") == true)
    _ = try await shop.shell("head -c 100 /dev/urandom > bad.tar.xz")
    let bad = await #expect(throws: RequestError.self) {
      try await shop.store.tree(of: .tarball(shop.folder.appending(path: "bad.tar.xz"))) { _ in }
    }
    #expect(bad?.problem.contains("does not look like a tar archive") == true, "\(bad as Any)")
  }
}
