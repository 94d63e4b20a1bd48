import Dmesg
import Model

/// Finds frames of a call trace that cannot have called the frame above: lines of another report that were mixed in.
///
/// The instruction before a return address has to be a call, and a direct call has to lead to the function above:
/// at once, or by jumps at the ends of functions, which leave no frame. Only s390x code is decoded. What cannot be
/// decided counts as possible: indirect branches, code that is patched at run time, entries of interrupts.
struct CallCheck {
  private let objects: [String?: CodeObject]
  private static let mostFunctions = 64

  /// nil for the code of other machines.
  init?(_ objects: [String?: CodeObject], _ machine: ELFMachine) {
    guard machine.names?.arch == "s390x" else { return nil }
    self.objects = objects
  }

  /// Positions of frames that cannot have called the frame above.
  func impossible(in finding: Finding, at places: [CodePlace?]) -> Set<Int> {
    var result: Set<Int> = []
    var above: Int?
    for index in finding.frames.indices where !finding.frames[index].isInlined {
      if let callee = above, let place = places[index], finding.isBehind(frameAt: index), place.actual == nil {
        let frame = finding.frames[callee]
        let isSameObject = frame.module == finding.frames[index].module
        let function = Callee(
          symbol: frame.symbol, start: isSameObject ? start(of: callee, finding, places) : nil, isLeaf: callee == 0)
        if !isPossible(finding.frames[index], place, calling: function) { result.insert(index) }
      }
      above = index
    }
    return result
  }

  /// The function of the frame above.
  private struct Callee {
    let symbol: String
    /// nil when only its name is known.
    let start: UInt64?
    /// The CPU stood in it, so that it need not have a frame of its own.
    let isLeaf: Bool

    func isAt(_ address: UInt64, _ names: [String]) -> Bool { start.map { $0 == address } ?? names.contains(symbol) }
  }

  private func start(of index: Int, _ finding: Finding, _ places: [CodePlace?]) -> UInt64? {
    guard let place = places[index], place.actual == nil, let offset = finding.frames[index].offset else { return nil }
    return place.address &+ (finding.isBehind(frameAt: index) ? 1 : 0) &- offset
  }

  /// Frames below these were interrupted; above those that are traced or probed stands what the tracer put there.
  private static let entries: Set = [
    "ext_int_handler", "io_int_handler", "mcck_int_handler", "pgm_check_handler", "ftrace_caller", "ftrace_regs_caller",
    "ftrace_common", "return_to_handler", "arch_rethook_trampoline", "__kretprobe_trampoline",
  ]

  private func isPossible(_ caller: Frame, _ place: CodePlace, calling callee: Callee) -> Bool {
    guard let object = objects[caller.module], let offset = caller.offset, offset > 6,
      !Self.entries.contains(callee.symbol), !Self.entries.contains(caller.name)
    else { return true }
    // The place is inside of the call.
    let end = place.address &+ 1
    guard let code = object.code(from: end &- offset, to: end, section: place.section), let all = code.transfers(),
      let last = all.last
    else { return true }
    switch last.transfer {
    case .none, .jump: return false
    case .call(nil): return true
    case .call(let target?):
      // Modules get their targets when they are loaded.
      if object.file.isRelocatable { return true }
      return reaches(callee, from: target, object)
    }
  }

  /// Thunks that branch by a register.
  private static func isThunk(_ name: String) -> Bool { name.hasPrefix("__s390_indirect_jump") }

  /// True if the function at the target is the callee, or jumps to it; a leaf has no frame, so its caller is not seen
  /// either.
  private func reaches(_ callee: Callee, from target: UInt64, _ object: CodeObject) -> Bool {
    var waiting = [(target: target, mayCall: callee.isLeaf)]
    var seen: Set<UInt64> = []
    while let (target, mayCall) = waiting.popLast() {
      guard seen.insert(target).inserted else { continue }
      guard seen.count <= Self.mostFunctions, let function = object.function(at: target),
        !callee.isAt(target, function.names), !function.names.contains(where: Self.isThunk),
        let end = function.end, let code = object.code(from: target, to: end, section: function.section),
        let all = code.transfers()
      else { return true }
      for (_, transfer) in all {
        switch transfer {
        case .jump(nil): return true
        case .jump(let next?): if next < target || next >= end { waiting.append((next, mayCall)) }
        case .call(nil): if mayCall { return true }
        case .call(let next?): if mayCall { waiting.append((next, false)) }
        case .none: break
        }
      }
    }
    return false
  }
}

extension CodeObject {
  /// The code between two addresses of a section.
  fileprivate func code(from start: UInt64, to end: UInt64, section: Int) -> MachineCode? {
    guard file.sections.indices.contains(section), start < end, end - start <= MachineCode.longest else { return nil }
    let section = file.sections[section]
    let base = file.isRelocatable ? 0 : section.address
    guard section.type != ELFFile.SectionType.noBits, start >= base, end - base <= section.size,
      let bytes = file.input.bytes(at: section.offset &+ (start - base), count: end - start)
    else { return nil }
    return MachineCode(bytes, at: start)
  }

  /// The function that begins at an address of a linked file; nil when none does.
  fileprivate func function(at address: UInt64) -> (names: [String], section: Int, end: UInt64?)? {
    guard
      let section = file.sections.firstIndex(where: {
        $0.isCode && $0.address <= address && address - $0.address < $0.size
      })
    else { return nil }
    let indices = table.indices(at: address, section: section)
    guard let first = indices.first else { return nil }
    return (indices.map(table.name), section, table.symbols[first].nextFunction)
  }
}
