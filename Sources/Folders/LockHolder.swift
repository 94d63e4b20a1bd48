import Foundation

/// The process that holds a lock, as far as /proc and the lock's file tell.
struct LockHolder {
  let process: pid_t
  /// Its command line, cut.
  let command: String
  /// When it took the lock.
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

/// Says, while a lock is waited for, for whom and how long; rarer and rarer.
struct LockWait {
  private let path: String
  private let noun: String
  private let start = ContinuousClock.now
  private var next: Duration
  private var work: (process: pid_t, ticks: Int, at: ContinuousClock.Instant)?

  /// - Parameter first: how long nothing is said.
  init(_ path: String, noun: String?, first: Duration = .seconds(2)) {
    (self.path, self.noun, next) = (path, noun ?? "the lock \(path)", first)
  }

  /// Says it when it is time to.
  mutating func remind() {
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
    let ticks = holder.work
    defer { if work?.process != holder.process || work?.ticks != ticks { work = (holder.process, ticks, .now) } }
    guard let work, work.process == holder.process, work.ticks == ticks else { return who }
    let idle = work.at.duration(to: .now)
    return who + "; it has done nothing for \(words(idle)): `kill \(holder.process)` ends it"
  }

  private func words(_ time: Duration) -> String {
    let seconds = Int(time / .seconds(1))
    return seconds < 120 ? "\(seconds) s" : seconds < 7200 ? "\(seconds / 60) min" : "\(seconds / 3600) h"
  }
}
