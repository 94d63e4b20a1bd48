import Foundation
import PatchMail

/// The tree that the fixtures' patches are for, and what git says about them.
enum FakeTree {
  static let hasGit = FileManager.default.isExecutableFile(atPath: git)
  private static let git = "/usr/bin/git"

  /// `exactly`, `ignoring white space` or `no`; nil without git.
  static func verdict(on series: PatchSeries) -> String? {
    guard hasGit else { return nil }
    let folder = FileManager.default.temporaryDirectory.appending(path: "made-up-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    do {
      try write(to: folder)
      if try applies(series, in: folder, ["--whitespace=nowarn"]) { return "exactly" }
      try write(to: folder)
      return try applies(series, in: folder, ["--whitespace=nowarn", "--ignore-whitespace"])
        ? "ignoring white space" : "no"
    } catch {
      return "not tried: \(error)"
    }
  }

  private static func write(to folder: URL) throws {
    for (path, text) in files {
      let file = folder.appending(path: path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
  }

  private static func applies(_ series: PatchSeries, in folder: URL, _ options: [String]) throws -> Bool {
    for patch in series.patches {
      let file = folder.appending(path: "change.diff")
      try Data(patch.diff).write(to: file)
      let process = Process()
      process.executableURL = URL(filePath: git)
      process.arguments = ["apply"] + options + [file.path]
      process.currentDirectoryURL = folder
      // Else git could take a repository above the temporary folder for the tree's own.
      process.environment = ["GIT_CEILING_DIRECTORIES": folder.deletingLastPathComponent().path, "LC_ALL": "C"]
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { return false }
    }
    return true
  }

  private static let files = [
    "Documentation/lamp.rst": """
    A lamp is lit by a Glühwendel.
    It burns.

    """,
    "drivers/lamp/Makefile": """
    lamp-objs := lamp.o

    lamp.bin: lamp.o
    \tpack $< $@

    """,
    "drivers/lamp/lamp.c": """
    // A lamp that exists nowhere.
    #include "lamp.h"

    static int lamp_level(struct lamp *lamp)
    {
    \tif (!lamp->bulb)
    \t\treturn -1;

    \treturn lamp->level;
    }

    int lamp_dim(struct lamp *lamp, int steps)
    {
    \tint level = lamp_level(lamp);

    \tif (level < 0)
    \t\treturn level;

    \tlevel -= steps;
    \tif (level < 0)
    \t\tlevel = 0;

    \tlamp->level = level;
    \treturn 0;
    }

    /*
     * Lights slowly, for a bulb may be cold.
     */
    int lamp_light(struct lamp *lamp, int wanted)
    {
    \tint level;

    \tfor (level = 0; level < wanted; level++) {
    \t\tlamp->level = level;
    \t\tlamp_wait(lamp);
    \t}

    \treturn 0;
    }

    void lamp_release(struct lamp *lamp)
    {
    \tlamp->bulb = NULL;
    \tlamp_forget(lamp);

    \tlamp_log("released");
    }

    """,
    "drivers/lamp/lamp.h": """
    struct lamp {
    \tstruct bulb\t*bulb;
    \tint\t\tlevel;

    \tint\t\twatts;
    };

    """,
  ]
}
