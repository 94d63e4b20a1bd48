import Foundation
import HostTools
import ImageRecipes
import Model
import Testing

@testable import Images

@Suite struct ReproducerTests {
  private static let actors = bundledRecipes.appending(path: "actors")
  private let folder = FileManager.default.temporaryDirectory.appending(
    path: "reproducer-\(UUID().uuidString.prefix(8))")

  init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

  private func part(_ program: String, _ arguments: String...) -> ReproducerSource.Part {
    ReproducerSource.Part(program: program, arguments: arguments)
  }

  @Test func `names are replaced outside of strings, comments and members`() {
    let text = CText("int run(int a) { /* run */ s.run = p->run + run(1); puts(\"run \\\" run\"); } // run\nrun")
    #expect(
      text.renaming(["run": "x_run"])
        == "int x_run(int a) { /* run */ s.run = p->run + x_run(1); puts(\"run \\\" run\"); } // run\nx_run")
    #expect(text.identifiers == ["int", "run", "a", "s", "p", "puts"])
  }

  @Test func `a file says what it defines, and what only it knows`() {
    let file = CFile(
      name: "a-b.c",
      text: """
        #include <errno.h>
        #include "host.h"
        #define MOST 3
        enum { FID, /* no NAME */ WAY };
        struct tally {
        \tint run;
        };
        static const char *const ways[] = { "x" };
        static int run(int a)
        {
        \treturn a + MOST;
        }
        const struct way all[] = { { 0 } };
        int shared(void)
        {
        \treturn run(WAY);
        }
        ACTOR(a, "a-b", "", run);
        """)
    #expect(file.globals == ["all", "shared"] && file.staticFunctions == ["run"])
    #expect(file.otherLocals == ["FID", "WAY", "tally", "ways"] && file.macros == ["MOST"])
    #expect(file.ownHeaders == ["host.h"] && file.systemHeaders == ["errno.h"] && file.actors == ["a-b"])
    let part = file.part(taken: ["FID"])
    #expect(part.contains("enum { a_b_FID, /* no NAME */ WAY };") && part.contains("return a_b_run(WAY);"))
    #expect(!part.contains("#include"))
  }

  // Together they are all actors that need no host; each file is in one of the programs, with others beside it.
  @Test(arguments: [
    ["vfio-detach-race"], ["function-toggle", "function-toggle"], ["net-user", "function-toggle"],
    ["blk-user", "rng-user", "lkdtm", "nothing"], ["vfio-detach-race", "function-toggle", "net-user", "blk-user"],
  ])
  func `the actors' sources compile as one file, for s390x and here`(programs: [String]) async throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let source = try ReproducerSource(
      preparations: [part("sh", "-c", "exit 0")], actors: programs.map { part($0, "--seed", ReproducerSource.seed) },
      sources: Self.actors)
    let text = source.text(comment: ["*/ int x; /*", "\u{1b}é" + String(repeating: "x", count: 1000)], delays: 10...20)
    #expect(text.split(separator: "\n").filter { $0.hasPrefix("int main(") }.count == 1)
    #expect(text.allSatisfy(\.isASCII) && !text.contains("#include \""))
    #expect(text.contains("\n * * / int x; / *\n") && text.contains("/* \(programs[0]).c */"))
    let empty = folder.appending(path: "empty")
    try Data().write(to: empty)
    let image = try await addReproducer(text, to: empty, in: folder)
    #expect(try Data(contentsOf: image).count > 100_000)
    // With the checks that a reader's compiler may have on, and no more than one file at hand.
    let program = folder.appending(path: "here").path
    let options = ["-O2", "-Wall", "-Wextra", "-Werror", "-o", program, folder.appending(path: "reproducer.c").path]
    try await HostTool("gcc", options, to: "compile").run()
  }

  @Test func `the program fills in what differs, and ends with the code of an actor that did not succeed`() async throws
  {
    defer { try? FileManager.default.removeItem(at: folder) }
    let source = try ReproducerSource(
      preparations: [],
      actors: [
        part("nothing"),
        part(
          "sh", "-c", "echo $0 $1 $2 \"\\\"$3\"; exit 3", ReproducerSource.seed,
          ReproducerSource.minDelay, ReproducerSource.maxDelay, "\u{7}é"),
      ], sources: Self.actors)
    let file = folder.appending(path: "r.c"), program = folder.appending(path: "r").path
    try Data(source.text(comment: [], delays: 10...20).utf8).write(to: file)
    try await HostTool("gcc", ["-o", program, file.path], to: "compile").run()
    for (words, told) in [(["2", "5"], ["6 10 20", "1006 10 20"]), (["1", "7", "1", "2"], ["8 1 2"])] {
      let result = try await HostTool(program, words, to: "run it").result()
      #expect(result.code == 3)
      #expect(result.text.split(separator: "\n").map(String.init) == told.map { $0 + " \"\u{7}é" }, "\(result.text)")
    }
  }

  @Test func `what no program in a guest can do is refused`() throws {
    for part in [part("function-toggle", "--way", "host"), part("sh", "-c", "true")] {
      let error = #expect(throws: RequestError.self) {
        try ReproducerSource(preparations: [], actors: [part], sources: Self.actors)
      }
      #expect(error?.problem.hasPrefix("no program can be exported: ") == true)
    }
    #expect(throws: LabError.self) {
      try ReproducerSource(preparations: [], actors: [], sources: URL(fileURLWithPath: "/nowhere"))
    }
  }
}
