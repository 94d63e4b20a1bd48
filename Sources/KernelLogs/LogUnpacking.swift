import PatchMail

/// Unpacks a log as its bytes arrive: compression, wide characters, mails, pstore's order.
///
/// Everything but mails and records of pstore passes through in memory that does not grow.
package struct LogUnpacking {
  /// Takes the log's text, piece by piece.
  package typealias Sink = (UnsafeBufferPointer<UInt8>) -> Void

  private enum Stage {
    /// Not enough bytes to tell.
    case undecided
    case text
    case compressed(Decompressor)
    case wide(WideDecoding)
    /// Needs all of it.
    case whole
    /// No more is read.
    case over
  }

  /// Bytes that may come out of one log; at 300 MB/s that is seven seconds.
  package static let limit = 2 << 30
  private static let wholeLimit = 64 << 20
  // A .gz that was attached to a mail that was compressed is as far as it goes.
  private static let depthLimit = 4
  // Enough for a mail's longest head.
  private static let startLength = 64 << 10

  private var stage = Stage.undecided
  private var start: [UInt8] = []
  private let depth: Int
  private let budget: Budget

  /// The containers that were opened, outermost first.
  package var containers: [String] { budget.containers }
  /// It is a mail or a folder of pstore, which can hold logs of several boots.
  package var isCollection: Bool { budget.isCollection }
  /// The form of what was not read, of several the first.
  package var unread: UnreadForm? { budget.unread }
  /// What went wrong, in the order in which it did.
  package var troubles: [LogTrouble] { budget.troubles }

  package init() { self.init(depth: 0, budget: Budget()) }

  private init(depth: Int, budget: Budget) {
    self.depth = depth
    self.budget = budget
  }

  package mutating func feed(_ bytes: UnsafeBufferPointer<UInt8>, to sink: Sink) {
    switch stage {
    case .over: return
    case .text: emit(bytes, to: sink)
    case .wide(var decoding):
      let text = decoding.decode(bytes)
      stage = .wide(decoding)
      text.withUnsafeBufferPointer { emit($0, to: sink) }
    case .compressed(let decompressor):
      if !decompressor.feed(bytes, budget, to: sink) { stage = .over }
    case .whole:
      start += bytes
      if start.count > Self.wholeLimit { giveUpWhole(to: sink) }
    case .undecided:
      start += bytes
      if start.count >= Self.startLength || isDecidable { decide(to: sink) }
    }
  }

  package mutating func finish(to sink: Sink) {
    if case .undecided = stage { decide(to: sink) }
    switch stage {
    case .compressed(let decompressor): decompressor.finish(budget, to: sink)
    case .whole: unpackWhole(to: sink)
    case .undecided, .text, .wide, .over: break
    }
    stage = .over
  }

  /// A growing log must not wait for 64 KiB: two lines tell a mail and most bytes tell what is none.
  private var isDecidable: Bool {
    guard start.count >= 512 else { return false }
    return !MailText.mayBeMail(start)
  }

  private mutating func decide(to sink: Sink) {
    let bytes = start
    start = []
    stage = .text
    if let compression = Compression(magic: bytes) {
      guard depth < Self.depthLimit, let decompressor = Decompressor(compression, depth: depth + 1) else {
        budget.note(.tooDeep)
        stage = .over
        return
      }
      budget.containers.append(compression.rawValue)
      stage = .compressed(decompressor)
    } else if let decoding = WideDecoding(start: bytes) {
      budget.containers.append(decoding.name)
      stage = .wide(decoding)
    } else if let form = UnreadForm(magic: bytes) {
      stage = .over
      if depth == 0 || !form.isPicture { budget.note(form) }
    } else if MailText.mayBeMail(bytes) || PstoreOrder.begins(bytes) {
      stage = .whole
      budget.isCollection = true
    }
    bytes.withUnsafeBufferPointer { feed($0, to: sink) }
  }

  private mutating func giveUpWhole(to sink: Sink) {
    budget.note(.notUnpacked)
    stage = .text
    let bytes = start
    start = []
    bytes.withUnsafeBufferPointer { emit($0, to: sink) }
  }

  private mutating func unpackWhole(to sink: Sink) {
    let bytes = start
    start = []
    if PstoreOrder.begins(bytes) {
      budget.containers.append("pstore")
      return PstoreOrder.sorted(bytes).withUnsafeBufferPointer { emit($0, to: sink) }
    }
    guard let parts = MailText.parts(of: bytes) else {
      return bytes.withUnsafeBufferPointer { emit($0, to: sink) }
    }
    budget.containers.append("mail")
    for part in parts {
      var inner = LogUnpacking(depth: depth + 1, budget: budget)
      part.withUnsafeBufferPointer { inner.feed($0, to: sink) }
      inner.finish(to: sink)
      [0x0a].withUnsafeBufferPointer { emit($0, to: sink) }
    }
  }

  private mutating func emit(_ bytes: UnsafeBufferPointer<UInt8>, to sink: Sink) {
    guard budget.take(bytes.count) else {
      stage = .over
      return
    }
    sink(bytes)
  }

  /// What all stages of one log share.
  final class Budget {
    var containers: [String] = []
    var isCollection = false
    private(set) var unread: UnreadForm?
    private(set) var troubles: [LogTrouble] = []
    private var left = LogUnpacking.limit

    func note(_ form: UnreadForm) {
      unread = unread ?? form
      note(.notRead)
    }

    func note(_ trouble: LogTrouble) {
      if !troubles.contains(trouble) { troubles.append(trouble) }
    }

    /// Whether that many more bytes may come out.
    func take(_ count: Int) -> Bool {
      left -= count
      if left < 0 { note(.tooLarge) }
      return left >= 0
    }
  }

  /// A compressed log and what is inside.
  final class Decompressor {
    private let stream: any DecompressionStream
    private let compression: Compression
    private let depth: Int
    private var inner: LogUnpacking?
    private var isBetweenMembers = false
    private var isOver = false

    init?(_ compression: Compression, depth: Int) {
      guard let stream = compression.makeStream() else { return nil }
      self.stream = stream
      self.compression = compression
      self.depth = depth
    }

    /// False when nothing more can come.
    func feed(_ bytes: UnsafeBufferPointer<UInt8>, _ budget: Budget, to sink: Sink) -> Bool {
      if inner == nil { inner = LogUnpacking(depth: depth, budget: budget) }
      var rest = bytes[...]
      return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1 << 17) { output in
        while !isOver {
          if isBetweenMembers {
            // Members follow each other; what else follows is padding, or somebody's words.
            rest = rest.drop { $0 == 0 }
            if rest.isEmpty { return true }
            guard Compression(magic: rest.prefix(3)) == compression || compression != .gzip, stream.restart() else {
              isOver = true
              break
            }
            isBetweenMembers = false
          }
          let input = UnsafeBufferPointer(rebasing: rest)
          switch stream.step(input, into: output) {
          case .damaged:
            budget.note(.damaged)
            isOver = true
          case .more(let taken, let filled):
            rest = rest.dropFirst(taken)
            pass(output, filled, to: sink)
            if filled < output.count && rest.isEmpty || taken == 0 && filled == 0 { return true }
          case .ended(let taken, let filled):
            rest = rest.dropFirst(taken)
            pass(output, filled, to: sink)
            isBetweenMembers = true
          }
          if budget.troubles.contains(.tooLarge) { isOver = true }
        }
        return false
      }
    }

    private func pass(_ output: UnsafeMutableBufferPointer<UInt8>, _ count: Int, to sink: Sink) {
      guard count > 0 else { return }
      inner?.feed(UnsafeBufferPointer(rebasing: output[..<count]), to: sink)
    }

    func finish(_ budget: Budget, to sink: Sink) {
      if !isBetweenMembers, !isOver, !stream.mayEnd { budget.note(.damaged) }
      inner?.finish(to: sink)
    }
  }
}
