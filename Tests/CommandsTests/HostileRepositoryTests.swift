import FakeSource
import Foundation
import Testing

/// Every command that reads a git repository, on one that names a program wherever git would run one.
@Suite struct HostileRepositoryTests {
  private let zlab: ZlabFixture
  private let folder: URL
  private let cache: [String: String]

  init() throws {
    zlab = try ZlabFixture()
    folder = zlab.home.appending(path: "hostile")
    cache = ["XDG_CACHE_HOME": zlab.home.appending(path: "cache").path]
  }

  /// Traps that were sprung, by name.
  private var canaries: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: zlab.home.path)) ?? []).filter { $0.hasPrefix("canary-") }
      .sorted()
  }

  /// A partial clone of three commits of a fake kernel that does not compile, with a nested repository and a submodule.
  private func prepare() async throws {
    _ = try FakeSource(in: folder)
    let log = try await KernelHistory.shell(
      """
      set -e
      export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=A \
        GIT_COMMITTER_EMAIL=a@b
      home='\(zlab.home.path)'
      printf '#!/bin/sh\\ntouch "%s/canary-$1"\\nshift\\ncase $1 in git-*) exec "$@" ;; esac\\ncat\\n' "$home" >"$home/trap"
      chmod 755 "$home/trap"
      git init -q -b main "$home/upstream" && git -C "$home/upstream" commit -q --allow-empty -m upstream
      git -C "$home/upstream" config uploadpack.allowFilter true
      git -C "$home/upstream" config uploadpack.allowAnySHA1InWant true
      git -C "$home/upstream" branch topic
      git init -q -b main .
      echo '* filter=x diff=x merge=x' >.gitattributes
      echo 'int answer = no;' >kernel.c
      git init -q module && echo m >module/m.c && git -C module add m.c && git -C module commit -q -m module
      for number in 1 2 3; do echo $number >note; git add -A 2>/dev/null; git commit -q -m "commit $number"; git tag v$number; done
      git init -q drivers/sub && echo n >drivers/sub/n.c
      # A branch whose commit was left at the remote.
      git -C "$home/upstream" commit -q --allow-empty -m late && git -C "$home/upstream" rev-parse HEAD >.git/refs/heads/late
      mkdir hooks
      for hook in post-checkout post-commit post-index-change reference-transaction pre-auto-gc post-merge; do
        printf '#!/bin/sh\\nexec "%s/trap" hook-%s </dev/null\\n' "$home" $hook >hooks/$hook; chmod 755 hooks/$hook
        for at in . module drivers/sub; do cp hooks/$hook $at/.git/hooks/; done
      done
      rm -r hooks
      for at in . module drivers/sub; do
        echo '* filter=x diff=x merge=x' >$at/.git/info/attributes
        cat >>$at/.git/config <<END
      [core]
        fsmonitor = $home/trap fsmonitor
        pager = $home/trap pager
        editor = $home/trap editor
        sshCommand = $home/trap ssh
        askPass = $home/trap askpass
        alternateRefsCommand = $home/trap alternates
        gitProxy = $home/trap proxy
      [filter "x"]
        clean = $home/trap clean
        smudge = $home/trap smudge
        required = true
      [diff]
        external = $home/trap external
      [diff "x"]
        textconv = $home/trap textconv
        command = $home/trap diff
      [merge "x"]
        driver = $home/trap merge
      [log]
        showSignature = true
      [gpg]
        program = $home/trap gpg
      [credential]
        helper = !$home/trap credential
      [pager]
        log = true
      [extensions]
        partialClone = origin
      [remote "origin"]
        url = $home/upstream
        fetch = +refs/heads/*:refs/remotes/origin/*
        uploadpack = $home/trap uploadpack git-upload-pack
        promisor = true
        partialclonefilter = blob:none
      [remote "outside"]
        url = ext::$home/trap ext
      END
      done
      sed -i 's/repositoryformatversion = 0/repositoryformatversion = 1/' .git/config
      echo prepared
      """, in: folder)
    try #require(log.hasSuffix("prepared\n"), "\(log)")
  }

  /// Effects of git itself when it is started in the repository.
  private func springTraps() async throws {
    _ = try await KernelHistory.shell(
      """
      exec </dev/null; git status; echo more >>note; git diff; git log -p -1; git cat-file -t late; git add note
      GIT_ALLOW_PROTOCOL=ext timeout 5 git fetch outside </dev/null; git -C drivers/sub status; git checkout -q -f main -- note
      """, in: folder)
    for trap in ["clean", "ext", "fsmonitor", "uploadpack"] { #expect(canaries.contains("canary-\(trap)")) }
    _ = try await KernelHistory.shell("rm -f ../canary-*; git -c core.fsmonitor= ls-files >/dev/null", in: folder)
  }

  private func plan(_ source: String) throws -> String {
    let file = zlab.home.appending(path: "plan-\(UInt32.random(in: .min ... .max)).yaml")
    try Data(
      """
      schema: zlab.plan/1
      name: p
      sources: [\(source)]
      configs: {plain: []}
      scenarios: [nothing]

      """.utf8
    ).write(to: file)
    return file.path
  }

  @Test func `no command runs a program that a repository names`() async throws {
    try await prepare()
    try await springTraps()
    let place = folder.path
    let config = zlab.home.appending(path: "a.config")
    try Data("CONFIG_A=y\n".utf8).write(to: config)
    let plain = ["--only-config", "--config", config.path]
    let mail = zlab.home.appending(path: "a.patch")
    try Data("From: A <a@b>\nSubject: [PATCH] x\n\n--- a/note\n+++ b/note\n@@ -1 +1 @@\n-3\n+4\n".utf8).write(to: mail)
    let commands: [[String]] = [
      ["kernel", "build", place] + plain, ["kernel", "build", place] + plain,
      ["kernel", "build", place, "--rev", "HEAD"] + plain, ["kernel", "build", place, "--rev", "late"] + plain,
      ["kernel", "build", place, "--patch", mail.path] + plain, ["kernel", "build", place + "/.git"] + plain,
      ["verify", mail.path, "--source", place, "--scenario", "nothing"] + plain,
      ["bisect", "start", "--source", place, "--good", "v1", "--bad", "v3", "--scenario", "nothing"] + plain,
      ["bisect", "run"], ["bisect", "status"],
      ["bisect", "step", "--source", place, "--scenario", "nothing", "--signature", "any", "--trials", "1"] + plain,
      ["nightly", try plan("{git: \(place), branch: main}")], ["nightly", try plan("{git: \(place), branch: late}")],
      ["nightly", try plan("{git: \(place), branch: topic, fetch: origin}")],
      ["nightly", try plan("{git: \(place), branch: topic, fetch: outside}")],
      ["nightly", try plan("{source: \(place)}")], ["nightly", try plan("{source: \(place), revision: v2}")],
    ]
    for command in commands {
      let process = try zlab.start(command, cache)
      process.say("")
      let result = await process.end()
      #expect(canaries.isEmpty, "\(command) sprang \(canaries): \(result.talk)")
      // None gets far enough to say that a kernel is fine; what it says is about the source.
      #expect(result.code != 0 || command[1] == "start" || command[1] == "status", "\(command): \(result.output)")
      #expect(!result.talk.contains("Usage:"), "\(command): \(result.talk)")
      if command[0] == "nightly" {
        #expect(result.talk.contains("night ") || result.talk.contains("night: "), "\(command): \(result.talk)")
      }
    }
    // What was asked for was done all the same.
    let fetched = try String(contentsOf: folder.appending(path: ".git/refs/remotes/origin/topic"), encoding: .utf8)
    #expect(fetched.count == 41)
  }
}
