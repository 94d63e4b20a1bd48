import Model

/// Functions of a running kernel and their code, as a saved guest has them.
package struct KernelMap: Sendable {
  /// A function of the kernel or of a module.
  package struct Function: Sendable, Hashable {
    package let address: UInt64
    package let name: String
    /// The module that it is in; nil for the kernel itself.
    package let module: String?
  }

  /// Code from one address on.
  package struct Segment: Sendable, Hashable {
    package let address: UInt64
    package let bytes: [UInt8]

    package init(address: UInt64, bytes: [UInt8]) { (self.address, self.bytes) = (address, bytes) }
  }

  /// Offsets by which a task is found: of the current one in the lowcore, and of its name in it.
  package struct TaskOffsets: Sendable, Hashable {
    package let current: UInt64
    package let name: UInt64

    package init(current: UInt64, name: UInt64) { (self.current, self.name) = (current, name) }
  }

  /// By address.
  package let functions: [Function]
  package let code: [Segment]
  package let tasks: TaskOffsets
  private let byName: [String: [Int]]

  /// - Parameter symbols: lines `ADDRESS NAME [MODULE]` as /proc/kallsyms has them; others are left out.
  package init(symbols: String, code: [Segment], tasks: TaskOffsets) {
    var functions: [Function] = []
    for line in symbols.utf8.split(separator: UInt8(ascii: "\n")).prefix(Self.mostSymbols) {
      let words = line.split(separator: UInt8(ascii: " ")).map { String(Substring($0)) }
      guard words.count >= 2, let address = UInt64(words[0], radix: 16), address != 0, words[1].utf8.count < 512 else {
        continue
      }
      let module = words.count > 2 ? words[2].filter { $0 != "[" && $0 != "]" } : nil
      functions.append(Function(address: address, name: words[1], module: module))
    }
    self.functions = functions.sorted { ($0.address, $0.name) < ($1.address, $1.name) }
    byName = Dictionary(grouping: self.functions.indices) { [functions = self.functions] in functions[$0].name }
    (self.code, self.tasks) = (code, tasks)
  }

  // A kernel with everything built in has some 200,000.
  private static let mostSymbols = 1_000_000

  /// Functions with this name, or else those that the compiler made of it: `foo.isra.0`, `foo.constprop.0`.
  func named(_ name: String) -> [Function] {
    if let exact = byName[name] { return exact.map { functions[$0] } }
    return functions.filter { function in
      guard function.name.hasPrefix(name + ".") else { return false }
      return function.name.dropFirst(name.count + 1).wholeMatch(
        of: /(?:isra|constprop)\.\d+(?:\.(?:isra|constprop)\.\d+)*/) != nil
    }
  }

  /// True if a rule can name this function.
  package func hasFunction(_ name: String) -> Bool { !named(name).isEmpty }

  /// Address behind a function: that of the next one, at most 1 MiB further on.
  func end(of function: Function) -> UInt64 {
    let next = functions[firstIndex(above: function.address)...].first?.address ?? function.address + 4096
    return min(next, function.address + (1 << 20))
  }

  /// The function whose code an address is in.
  package func function(at address: UInt64) -> Function? {
    let index = firstIndex(above: address)
    guard index > 0 else { return nil }
    let function = functions[index - 1]
    guard address < end(of: function) else { return nil }
    // Of several names of one address the first that is no mark of the linker's.
    let names = functions[firstIndex(above: function.address - 1)..<index]
    return names.first { $0.name.wholeMatch(of: /_*[a-z]*_?[se]?text(?:_start|_end)?/) == nil } ?? names.first
  }

  private func firstIndex(above address: UInt64) -> Int {
    var (low, high) = (0, functions.count)
    while low < high {
      let middle = (low + high) / 2
      if functions[middle].address <= address { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Bytes from an address on, as far as they are known.
  func bytes(from address: UInt64, to end: UInt64) -> ArraySlice<UInt8> {
    for segment in code where segment.address <= address {
      let start = Int(clamping: address - segment.address)
      guard start < segment.bytes.count, end > address else { continue }
      return segment.bytes[start..<min(segment.bytes.count, start + Int(clamping: end - address))]
    }
    return []
  }

  /// Names that are most like one: a part of each other, or a few letters apart; the nearest first, at most 5.
  package func similarNames(to name: String) -> [String] {
    var best: [(distance: Int, name: String)] = []
    let limit = max(2, name.utf8.count / 4)
    for candidate in byName.keys where abs(candidate.utf8.count - name.utf8.count) <= 24 {
      let difference = abs(candidate.utf8.count - name.utf8.count)
      let isPart =
        min(name.utf8.count, candidate.utf8.count) >= 5 && (candidate.contains(name) || name.contains(candidate))
      guard isPart || difference <= limit else { continue }
      let distance = isPart ? difference / 4 : editDistance(candidate.utf8, name.utf8)
      if distance <= limit { best.append((distance, candidate)) }
    }
    return best.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.prefix(5).map(\.name)
  }
}
