import Foundation
import Testing

/// `scripts/make-race-history`, over a source that has of Linux only what the script's patches need.
@Suite struct RaceHistoryTests {
  private let zlab: ZlabFixture
  private static let project = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  init() async throws {
    zlab = try ZlabFixture()
    try await makeStore()
  }

  /// The files that the patches change, as they are before: lines that no hunk has are numbers.
  private func preimages() throws -> [String: String] {
    var files: [String: String] = [:]
    for name in ["known-bad-iommu", "fix-slot", "known-bad-vfio", "stray-warning", "slow-init"] {
      let patch = Self.project.appending(path: "Tests/Patches/6.1-\(name).patch")
      var (path, lines, place) = ("", [Int: String](), 0)
      for line in try String(contentsOf: patch, encoding: .utf8).split(
        separator: "\n", omittingEmptySubsequences: false)
      {
        if line.hasPrefix("+++ b/") {
          path = String(line.dropFirst(6))
        } else if let hunk = line.firstMatch(of: /^@@ -(\d+)/) {
          place = Int(hunk.1) ?? 0
        } else if place > 0, line.hasPrefix(" ") || line.hasPrefix("-"), line != "-- " {
          lines[place] = String(line.dropFirst())
          place += 1
        } else if line.hasPrefix("-- ") || line.hasPrefix("diff ") {
          place = 0
        }
      }
      let last = (lines.keys.max() ?? 0) + 3
      files[path] = (1...last).map { (lines[$0] ?? "\($0)") + "\n" }.joined()
    }
    return files
  }

  /// zlab's store of sources with that tree in it, and a zlab that names it.
  private func makeStore() async throws {
    let tree = zlab.home.appending(path: "tree")
    for (path, text) in try preimages() {
      let file = tree.appending(path: path)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    let script = try String(contentsOf: Self.project.appending(path: "scripts/make-race-history"), encoding: .utf8)
    let start = try #require(script.range(of: "files=(\n")), end = try #require(script.range(of: "\n)\n"))
    _ = try await KernelHistory.shell(
      """
      set -e
      eval "files=(\(script[start.upperBound..<end.lowerBound].replacing("\n", with: " ")))"
      for file in "${files[@]}"; do mkdir -p "${file%/*}"; [[ -e $file ]] || echo "/* $file */" >"$file"; done
      mkdir -p "$HOME/cache/sources" && git init -q --bare "$HOME/cache/sources/git"
      export GIT_DIR=$HOME/cache/sources/git GIT_WORK_TREE=$PWD
      git add -A && id=$(git write-tree)
      printf '#!/bin/sh\\necho "  \\\\"tree\\\\" : \\\\"%s\\\\","\\n' "$id" >"$HOME/fake-zlab" && chmod +x "$HOME/fake-zlab"
      """, in: tree, ["HOME": zlab.home.path])
  }

  private func history(_ name: String, seed: Int, _ environment: [String: String] = [:], options: String = "")
    async throws -> String
  {
    let result = try await KernelHistory.shell(
      """
      '\(Self.project.path)/scripts/make-race-history' --seed \(seed) \(options) --no-checkout \(name) "$HOME/fake-zlab" 2>log || cat log
      git -C \(name) log --format=%H bad
      """, in: zlab.home.appending(path: "tree"),
      ["HOME": zlab.home.path, "ZLAB_HOME": zlab.home.path].merging(environment) { $1 })
    return result
  }

  @Test(arguments: [1, 7])
  func `the same seed makes the same commits, whoever calls it`(seed: Int) async throws {
    let first = try await history("first-\(seed)", seed: seed)
    #expect(
      first.contains(/vfio-detach-race [0-9a-f]{40}/) && first.contains(/slot-power-race [0-9a-f]{40}/), "\(first)")
    #expect(first.split(separator: "\n").count >= 36, "\(first)")
    // Another person, in another time zone, whose git has another first branch.
    let second = try await history(
      "second-\(seed)", seed: seed,
      [
        "GIT_AUTHOR_NAME": "Else", "TZ": "Asia/Tokyo", "RANDOM": "3", "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "init.defaultBranch", "GIT_CONFIG_VALUE_0": "trunk",
      ])
    #expect(first == second)
    #expect(try await history("other-\(seed)", seed: seed + 1) != first)
  }

  @Test(arguments: 1...6)
  func `a commit that shifts the rate comes after the first culprit, and strays are in every commit`(seed: Int)
    async throws
  {
    let text = try await history("strained-\(seed)", seed: seed, options: "--drift --stray")
    let culprit = try #require(text.firstMatch(of: /vfio-detach-race ([0-9a-f]{40})/)?.1, "\(text)")
    let drift = try #require(text.firstMatch(of: /drift ([0-9a-f]{40})/)?.1, "\(text)")
    #expect(culprit != drift)
    let order = try await KernelHistory.shell(
      """
      for commit in good bad; do git grep -c 'a stray' $commit -- drivers/iommu/iommu.c; done
      git log --format=%H --topo-order --reverse good..bad
      git grep -c usleep_range bad -- arch/s390/pci/pci_dma.c
      """, in: zlab.home.appending(path: "tree/strained-\(seed)"))
    let commits = order.split(separator: "\n")
    #expect(commits.prefix(2).allSatisfy { $0.hasSuffix("iommu.c:1") } && order.contains("pci_dma.c:1"), "\(order)")
    // A header that was broken and repaired can be included twice.
    let ends = try await KernelHistory.shell(
      "for file in $(git grep -l half_done bad -- '*.h'); do git show \"$file\" | tail -n 1; done",
      in: zlab.home.appending(path: "tree/strained-\(seed)"))
    #expect(ends.split(separator: "\n").allSatisfy { $0 == "#endif" }, "\(ends)")
    // The culprit and what shifts its rate are both below the bad end.
    #expect(commits.contains { $0 == culprit } && commits.contains { $0 == drift }, "\(order)")
  }
}
