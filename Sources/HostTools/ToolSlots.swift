/// Maximum number of concurrent tools: each takes some six descriptors, and a process has 1024 unless it is given more.
actor ToolSlots {
  static let shared = ToolSlots(64)

  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ count: Int) { free = count }

  func take() async {
    if free > 0 { return free -= 1 }
    await withCheckedContinuation { waiting.append($0) }
  }

  func give() {
    // The slot goes from hand to hand, so that nobody overtakes who waits.
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
