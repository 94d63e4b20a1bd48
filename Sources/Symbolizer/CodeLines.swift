import Dmesg
import Model

/// Source lines of a log's places.
struct CodeLines {
  private var chains: [CodePlace: [CodeLine]] = [:]
  private var paths = SourcePaths()

  /// Inlined functions of one finding; a hostile file could have any number.
  private static let mostInlined = 256

  /// Asks the tool once for each file, or for each section of a file without addresses.
  init(_ objects: [String?: CodeObject], _ places: [CodePlace], _ tool: LineTool) async throws {
    var groups: [Group: Set<UInt64>] = [:]
    for place in places {
      guard let object = objects[place.module] else { continue }
      let section = object.file.isRelocatable ? object.file.sections[place.section].name : nil
      groups[Group(module: place.module, section: section), default: []].insert(place.address)
    }
    groups[Group(module: nil, section: nil), default: []].formUnion(Self.landmarks(objects[nil]))
    var answers: [Group: [UInt64: [CodeLine]]] = [:]
    for (group, addresses) in groups {
      guard let file = objects[group.module]?.file else { continue }
      answers[group] = try await tool.chains(of: addresses, in: file, section: group.section)
    }
    learnPaths(objects[nil], answers[Group(module: nil, section: nil)] ?? [:])
    for place in places {
      guard let object = objects[place.module] else { continue }
      let section = object.file.isRelocatable ? object.file.sections[place.section].name : nil
      chains[place] = answers[Group(module: place.module, section: section)]?[place.address]
    }
  }

  private struct Group: Hashable {
    let module: String?
    let section: String?
  }

  private static func landmarks(_ kernel: CodeObject?) -> [UInt64] {
    SourcePaths.landmarks.keys.flatMap { kernel?.starts(of: $0) ?? [] }.map(\.value)
  }

  private mutating func learnPaths(_ kernel: CodeObject?, _ answer: [UInt64: [CodeLine]]) {
    for name in SourcePaths.landmarks.keys {
      for start in kernel?.starts(of: name) ?? [] {
        if let file = answer[start.value]?.last?.file { paths.learn(name, isIn: file) }
      }
    }
  }

  /// The finding with lines, and inlined functions before the frames that hold them.
  ///
  /// - Parameters:
  ///   - places: of each frame, nil where it is not known.
  ///   - impossible: frames that cannot have called the one above (``CallCheck``).
  func added(to finding: Finding, at places: [CodePlace?], impossible: Set<Int>) -> Finding {
    var result = finding
    if let first = impossible.min() { result.withdrawFrames(from: first) }
    result.frames = []
    var room = Self.mostInlined
    for (index, (frame, place)) in zip(finding.frames, places).enumerated() {
      var frame = frame
      frame.isMisplaced = impossible.contains(index)
      guard let place, let chain = chains[place], let own = chain.last else {
        result.frames.append(frame)
        continue
      }
      let inlined = chain.dropLast().prefix(room).compactMap { inlinedFrame($0, in: frame) }
      room -= inlined.count
      frame.source = source(own) ?? frame.source
      if let actual = place.actual {
        if result.function == frame.name { result.function = actual.name }
        (frame.name, frame.offset) = (actual.name, actual.offset)
      }
      result.frames += inlined + [frame]
    }
    result.blameInlined()
    return result
  }

  private func inlinedFrame(_ line: CodeLine, in frame: Frame) -> Frame? {
    line.function.map {
      Frame(name: RustName.readable(clean($0)), module: frame.module, source: source(line), isInlined: true)
    }
  }

  private func source(_ line: CodeLine) -> String? {
    guard let file = line.file, line.line > 0 else { return nil }
    return "\(clean(paths.inTree(file), limit: 1024)):\(line.line)"
  }
}
