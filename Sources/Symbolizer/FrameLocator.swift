import Dmesg
import Model

/// Location of a frame in a file of code.
struct CodePlace: Hashable, Sendable {
  /// A module's name; nil for the kernel itself.
  let module: String?
  let section: Int
  /// As the file counts: from the start of the section when it has no addresses.
  let address: UInt64
  /// The symbol that really holds the address, when it is not the printed one.
  var actual: Actual?

  struct Actual: Hashable, Sendable {
    let name: String
    let offset: UInt64
  }
}

/// Finds the places of a log's frames.
///
/// Name and offset are enough where a function has its name for itself, wherever the kernel was loaded. Where several
/// have it, the printed address decides, less what the kernel was moved by, which unambiguous frames give away.
struct FrameLocator {
  let objects: [String?: CodeObject]
  /// Offset of a section, by boot.
  private var slides: [SlideKey: UInt64] = [:]

  private struct SlideKey: Hashable {
    let boot: Int
    let module: String?
    let section: Int
  }

  init(_ objects: [String?: CodeObject]) { self.objects = objects }

  /// Notes from the finding's unambiguous frames where its kernel was loaded.
  mutating func learn(from finding: Finding, boot: Int) {
    for frame in finding.frames {
      guard let printed = frame.printed?.address, let offset = frame.offset, let object = objects[frame.module],
        case let found = object.candidates(for: frame), found.count == 1
      else { continue }
      let symbol = object.table.symbols[found[0]]
      let key = SlideKey(boot: boot, module: frame.module, section: symbol.section)
      if slides[key] == nil { slides[key] = printed &- symbol.value &- offset }
    }
  }

  /// The place of a frame; nil when it cannot be known.
  func place(of index: Int, in finding: Finding, boot: Int) -> CodePlace? {
    let frame = finding.frames[index]
    guard frame.source == nil, !frame.isInlined, let offset = frame.offset, let object = objects[frame.module],
      let start = decide(frame, object, boot)
    else { return nil }
    let symbol = object.table.symbols[start]
    let isBehind = finding.isBehind(frameAt: index)
    if isBehind, offset == 0 { return placeBefore(start, object, frame.module) }
    return CodePlace(
      module: frame.module, section: symbol.section, address: symbol.value &+ offset &- (isBehind ? 1 : 0))
  }

  private func decide(_ frame: Frame, _ object: CodeObject, _ boot: Int) -> Int? {
    let found = object.candidates(for: frame)
    guard found.count > 1 else { return found.first }
    guard let address = frame.printed?.address, let offset = frame.offset else { return nil }
    let exact = found.filter {
      let symbol = object.table.symbols[$0]
      let slide = slides[SlideKey(boot: boot, module: frame.module, section: symbol.section)]
      return slide.map { symbol.value &+ offset &+ $0 == address } ?? false
    }
    return exact.count == 1 ? exact[0] : nil
  }

  /// A call that never returns can be the last instruction of its function; it would return into the next one.
  private func placeBefore(_ index: Int, _ object: CodeObject, _ module: String?) -> CodePlace? {
    guard let before = object.table.function(before: index) else { return nil }
    let next = object.table.symbols[index]
    let symbol = object.table.symbols[before]
    return CodePlace(
      module: module, section: next.section, address: next.value &- 1,
      actual: CodePlace.Actual(name: clean(object.table.name(before)), offset: next.value &- symbol.value))
  }
}
