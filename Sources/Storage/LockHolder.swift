import Foundation

/// The process that holds a lock, as far as /proc and the lock's file tell.
struct LockHolder {
  let process: pid_t
  /// Its command line, cut.
  let command: String
  /// Time at which it took the lock.
  let since: Date
  /// As proc(5) has it: `T` is stopped by a signal.
  let state: Character

  /// Reads who has written its number into a lock's file; nil when that process is gone.
  init?(ofLockAt path: String) {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8),
      let process = pid_t(text.prefix { $0.isASCII && $0.isNumber }), process > 0,
      let status = ProcessStatus(process)
    else { return nil }
    let data = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
    let words = data.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
    let program = words.first?.split(separator: "/").last.map(String.init) ?? "?"
    let line = ([program] + words.dropFirst()).joined(separator: " ")
    command = String(
      String.UnicodeScalarView(line.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f }.prefix(120)))
    let written = (try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate]) as? Date
    (self.process, state, since) = (process, status.state, written ?? Date())
  }

  /// True if /proc/locks (proc(5)) says that this process holds the lock of that file.
  ///
  /// Devices are not compared: of some file systems it names others than stat(2) does.
  func holds(_ path: String) -> Bool {
    var status = stat()
    let locks = FileManager.default.contents(atPath: "/proc/locks") ?? Data()
    guard stat(path, &status) == 0 else { return false }
    return String(decoding: locks, as: UTF8.self).split(separator: "\n").contains { line in
      let words = line.split(separator: " ")
      return words.count > 5 && words[1] == "FLOCK" && words[3] == "WRITE" && words[4] == String(process)
        && words[5].split(separator: ":").last == Substring(String(status.st_ino))
    }
  }

  /// Ticks of processor time that it and all below it have taken; what has ended and been waited for counts.
  var work: Int { ProcessStatus.all().work(below: process) }
}

/// Of /proc/PID/stat, what proc(5) calls (3) state, (4) ppid and (14) to (17), the times.
struct ProcessStatus {
  let process: pid_t
  let state: Character
  let parent: pid_t
  let ticks: Int

  init?(_ process: pid_t) {
    guard let data = FileManager.default.contents(atPath: "/proc/\(process)/stat") else { return nil }
    // The second field is a name in parentheses, which may hold some itself.
    let fields = String(decoding: data, as: UTF8.self).split(separator: ")").last?.split(separator: " ") ?? []
    guard fields.count > 14, let parent = pid_t(fields[1]), let state = fields[0].first else { return nil }
    (self.process, self.parent, self.state) = (process, parent, state)
    ticks = fields[11...14].compactMap { Int($0) }.reduce(0, +)
  }

  static func all() -> [ProcessStatus] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { pid_t($0) }
      .compactMap(ProcessStatus.init)
  }
}

extension [ProcessStatus] {
  func work(below root: pid_t) -> Int {
    let children = Dictionary(grouping: self, by: \.parent)
    var (waiting, seen, ticks) = ([root], Set([root]), first { $0.process == root }?.ticks ?? 0)
    while let parent = waiting.popLast() {
      for child in children[parent] ?? [] where seen.insert(child.process).inserted {
        ticks += child.ticks
        waiting.append(child.process)
      }
    }
    return ticks
  }
}

/// Says, while a lock is waited for, for whom and how long, rarer and rarer; ends a holder that does nothing.
struct LockWait {
  let path: String
  private let noun: String
  private let patience: Duration
  private let start = ContinuousClock.now
  private var next: Duration
  // Not the continuous clock: a machine that was suspended did nothing either.
  private var look = SuspendingClock.now
  private var idle: (process: pid_t, ticks: Int, since: SuspendingClock.Instant)?
  private var wasAsked = false

  /// - Parameters:
  ///   - first: how long nothing is said.
  ///   - patience: how long a holder may take no processor time, with all processes below it.
  init(_ path: String, noun: String?, first: Duration = .seconds(2), patience: Duration = .seconds(600)) {
    (self.path, self.noun, next, self.patience) = (path, noun ?? "the lock \(path)", first, patience)
  }

  /// Says it when it is time to, and looks at the holder.
  mutating func remind() {
    watch()
    let waited = start.duration(to: .now)
    guard waited >= next else { return }
    next = min(waited * 4, waited + .seconds(300))
    Notice.send(sentence(waited))
  }

  private mutating func sentence(_ waited: Duration) -> String {
    let beginning = "waiting for \(noun)" + (waited < .seconds(10) ? "" : " since \(words(waited))")
    guard let holder = LockHolder(ofLockAt: path) else { return beginning + ", which another process holds" }
    // A clock that was set back since makes no negative time of it.
    let held = Duration.seconds(max(0, -holder.since.timeIntervalSinceNow))
    let who = "\(beginning), which process \(holder.process) (\(holder.command)) has held for \(words(held))"
    if holder.state == "T" {
      return who
        + "; it is stopped: `kill -CONT \(holder.process)` lets it go on, `kill -KILL \(holder.process)` ends it"
    }
    guard let idle, idle.process == holder.process, idle.ticks == holder.work else { return who }
    return who + "; it has done nothing for \(words(idle.since.duration(to: .now)))"
  }

  /// Ends a holder that hangs; whoever waits for it would wait for ever. One that somebody has stopped may go on.
  private mutating func watch() {
    let now = SuspendingClock.now
    guard now >= look else { return }
    look = now + patience / 60
    guard let holder = LockHolder(ofLockAt: path), !"Tt".contains(holder.state), holder.holds(path) else {
      (idle, wasAsked) = (nil, false)
      return
    }
    let ticks = holder.work
    guard let idle, idle.process == holder.process, idle.ticks == ticks else {
      self.idle = (holder.process, ticks, now)
      wasAsked = false
      return
    }
    let time = idle.since.duration(to: now)
    guard time >= patience, !wasAsked || time >= patience * 1.2 else { return }
    Notice.send(
      "process \(holder.process) (\(holder.command)) holds \(noun) and has done nothing for \(words(time)); ending it")
    // Asked first, so that it can end its guests and tools.
    kill(holder.process, wasAsked ? SIGKILL : SIGTERM)
    wasAsked = true
  }

  private func words(_ time: Duration) -> String {
    let seconds = Int(time / .seconds(1))
    return seconds < 120 ? "\(seconds) s" : seconds < 7200 ? "\(seconds / 60) min" : "\(seconds / 3600) h"
  }
}
