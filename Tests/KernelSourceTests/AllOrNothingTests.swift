import Foundation
import Model
import PatchMail
import Testing

@testable import KernelSource

@Suite struct AllOrNothingTests {
  private static let addition =
    "diff --git a/new/n.c b/new/n.c\nnew file mode 100644\n--- /dev/null\n+++ b/new/n.c\n@@ -0,0 +1 @@\n+int n;"
  private static let deletion =
    "diff --git a/old/o.c b/old/o.c\ndeleted file mode 100644\n--- a/old/o.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-int o;"

  @Test func `a series whose last patch fails leaves the tree as it was`() async throws {
    let fixture = try PatchFixture([Lamp.path: Lamp.text, "old/o.c": "int o;\n"])
    let before = try fixture.state()
    let series = try Mails.series(Lamp.dim(), Self.addition, Self.deletion, Lamp.dim())
    let error = await #expect(throws: PatchRejected.self) { try await series.apply(to: fixture.tree) }
    #expect(error?.number == 4)
    #expect(error?.total == 4)
    #expect(try fixture.state() == before)
  }

  @Test func `a patch that builds on one that the mail lacks says so`() async throws {
    let fixture = try PatchFixture([Lamp.path: Lamp.text])
    let mail = Mails.one(Lamp.release.replacing("lamp->bulb = NULL", with: "lamp->bulb = 0"), tag: "PATCH v2 2/3")
    let series = try PatchMail.read(Array(mail.utf8), name: "glow.eml")
    let error = await #expect(throws: PatchRejected.self) { try await series.apply(to: fixture.tree) }
    #expect(error?.missing == [1])
    #expect(error?.report.hasPrefix("cannot apply patch 2/3 of glow.eml, \"lamp: Glow\" to tree: none") == true)
    #expect(error?.advice == "It may build on what the mail lacks: give the whole series, with 1 of 3.")
  }

  @Test func `a disk that refuses in the middle leaves the tree as it was`() throws {
    let fixture = try PatchFixture(["a.c": "int a;\n", "b.c": "int b;\n", "c.c": "int c;\n"])
    var bench = try Workbench(for: fixture.tree)
    defer { bench.remove() }
    for path in ["a.c", "b.c", "c.c", "new/n.c"] {
      _ = try bench.bring(path)
      try bench.put(Array("int z;\n".utf8), mode: 0o644, at: path, in: bench.files)
    }
    // A folder that has come in a file's place meanwhile cannot be replaced by a file.
    try FileManager.default.removeItem(at: fixture.tree.appending(path: "c.c"))
    try fixture.write("", to: "c.c/inside")
    let before = try fixture.state()
    var update = TreeUpdate(bench)
    #expect(throws: LabError.self) { try update.run() }
    #expect(try fixture.state() == before)
  }

  @Test func `ending the task in the middle leaves the tree as it was, and nothing beside it`() async throws {
    let fixture = try PatchFixture([Lamp.path: Lamp.text])
    let started = fixture.root.appending(path: "started")
    let slow = fixture.root.appending(path: "slow")
    let script =
      "#!/bin/sh\ncase \" $* \" in *' apply '*) ;; *) exec git \"$@\" ;; esac\npwd >'\(started.path)'\nexec sleep 600\n"
    try Data(script.utf8).write(to: slow)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: slow.path)
    let before = try fixture.state()
    let series = try Mails.series(Lamp.dim())
    let task = Task { try await series.apply(to: fixture.tree, objects: nil, called: "tree", git: slow.path) }
    var bench = ""
    while bench.isEmpty {
      try await Task.sleep(for: .milliseconds(20))
      bench = (try? String(contentsOf: started, encoding: .utf8).trimmingCharacters(in: .newlines)) ?? ""
    }
    #expect(FileManager.default.fileExists(atPath: bench))
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(!FileManager.default.fileExists(atPath: bench))
    try FileManager.default.removeItem(at: started)
    #expect(try fixture.state() == before)
  }

  @Test func `a missing git is the lab's fault, a missing tree the request's`() async throws {
    let fixture = try PatchFixture([Lamp.path: Lamp.text])
    let series = try Mails.series(Lamp.dim())
    await #expect(throws: LabError.self) {
      try await series.apply(to: fixture.tree, objects: nil, called: "tree", git: "zlab-no-such-git")
    }
    await #expect(throws: RequestError.self) { try await series.apply(to: fixture.root.appending(path: "none")) }
    #expect(try fixture.text(Lamp.path) == Lamp.text)
  }
}
