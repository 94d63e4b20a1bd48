import Foundation
import Guest
import Model

/// Reads the functions of a saved guest's kernel, and their code, from guests that are made from it.
///
/// Names come from a guest that prints /proc/kallsyms by its shell; code comes from one that has not run yet, whose
/// kernel QEMU then reads for us.
struct KernelReader {
  let saved: Snapshot
  let spec: GuestSpec
  let host: any GuestHost
  /// Pointers in a lowcore that may be those to the current task.
  let pointers: @Sendable ([UInt8]) -> [UInt64]
  let lowcoreSize: Int
  let taskSize: Int

  // In the guest; devtmpfs is there in every image.
  private static let file = "/dev/zlab-symbols"
  // A runner keeps the first 64 KiB of what a program prints; so many pieces hold a kernel of everything.
  private static let (pieceSize, pieces) = (65536, 120)

  /// - Throws: `LabError`, `CancellationError`.
  func read() async throws -> KernelFiles {
    // Guests of one snapshot print the same, so what one of them lost on the way another has: QEMU drops what a console
    // prints while its socket is full.
    var pieces = SymbolPieces(pieceSize: Self.pieceSize)
    var whole: [UInt8]?
    for _ in 0..<5 where whole == nil {
      for (number, piece) in try await withGuest(printSymbols) { pieces.add(piece, number) }
      whole = pieces.whole
    }
    guard let whole else {
      throw LabError(
        "cannot read the kernel's symbols: parts of /proc/kallsyms were lost on the way, five times: "
          + pieces.description)
    }
    let symbols = functions(whole)
    guard symbols.contains(" _stext") else {
      throw LabError(
        "cannot read the kernel's symbols: /proc/kallsyms of the guest has none",
        advice: "Places of a schedule need a kernel with CONFIG_KALLSYMS.")
    }
    return try await withGuest { try await readCode($0, symbols) }
  }

  private func withGuest<Value: Sendable>(_ body: (any RunningGuest) async throws -> Value) async throws -> Value {
    var spec = spec
    spec.name = String("zlab-read-\(UInt32.random(in: 0x1000_0000 ... .max))".prefix(24))
    let folder = saved.folder + "/" + spec.name
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    (spec.folder, spec.console) = (folder, .file(folder + "/console.log"))
    // With the plugin, though it is slower: without it two vCPUs under icount may wait for each other for ever, as those of
    // Linux 7.2 do.
    let guest = try await host.restore(spec, from: saved)
    do {
      let value = try await body(guest)
      _ = await guest.destroy()
      return value
    } catch {
      _ = await guest.destroy()
      throw error
    }
  }

  /// - Returns: the pieces of /proc/kallsyms by their numbers, as far as they came; of number 0 the words of `wc -c`.
  private func printSymbols(_ guest: any RunningGuest) async throws -> [Int: [UInt8]] {
    var script = GuestScript()
    script.start(0, "dd", ["if=/proc/kallsyms", "of=" + Self.file, "bs=\(Self.pieceSize)"])
    script.finish()
    script.start(Self.pieces + 1, "wc", ["-c", Self.file])
    script.finish()
    for piece in 1...Self.pieces {
      script.start(piece, "dd", ["if=" + Self.file, "bs=\(Self.pieceSize)", "skip=\(piece - 1)", "count=1"])
      script.finish()
    }
    try await guest.give(script)
    try await guest.resume()
    guard let pieces = await pieces(guest, within: .seconds(300)) else {
      try Task.checkCancellation()
      throw LabError("cannot read the kernel's symbols: the guest did not print them within 300 s")
    }
    return pieces
  }

  // `ADDRESS TYPE NAME [MODULE]`; not by a program in the guest, where it would take a minute.
  private func functions(_ text: [UInt8]) -> String {
    let lines = text.split(separator: UInt8(ascii: "\n")).filter { line in
      let type = line.dropFirst(17).first ?? 0
      return line.count < 1024 && "tTwW".utf8.contains(type)
    }
    return lines.map { String(decoding: $0.prefix(16) + $0.dropFirst(18), as: UTF8.self) }.joined(separator: "\n")
  }

  /// Output of the programs; nil when the guest ended or the time was over.
  private func pieces(_ guest: any RunningGuest, within limit: Duration) async -> [Int: [UInt8]]? {
    await withTaskGroup(of: [Int: [UInt8]]?.self) { group in
      group.addTask {
        var parts: [Int: [UInt8]] = [:]
        for await event in guest.events {
          switch event {
          case .said(.ended(Self.pieces + 1, _, let output, _)): parts[0] = output
          case .said(.ended(let number, _, let output, _)) where number > 0:
            parts[number] = output
            // The first that is beyond the end.
            if output.isEmpty { return parts }
          case .said(.done): return parts
          case .ended, .panicked, .cutOff, .said(.unstarted): return nil
          case .said, .functionGone: break
          }
        }
        return nil
      }
      group.addTask {
        try? await Task.sleep(for: limit)
        return nil
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
  }

  private func readCode(_ guest: any RunningGuest, _ symbols: String) async throws -> KernelFiles {
    guard let vcpu = try await guest.vCPUInKernel() else {
      throw LabError("cannot read the kernel's code: no vCPU of the saved guest is in its kernel")
    }
    var code: [(KernelFiles.Code, [UInt8])] = []
    for range in ranges(symbols) {
      let bytes = try await guest.readMemory(
        vcpu, from: range.lowerBound, count: Int(range.upperBound - range.lowerBound))
      code.append((KernelFiles.Code(address: range.lowerBound, size: bytes.count), bytes))
    }
    let lowcore = try await guest.readMemory(vcpu, from: 0, count: lowcoreSize)
    var tasks: [UInt64: [UInt8]] = [:]
    for pointer in pointers(lowcore) {
      tasks[pointer] = try? await guest.readMemory(vcpu, from: pointer, count: taskSize)
    }
    return KernelFiles(symbols: symbols, code: code, lowcore: lowcore, tasks: tasks)
  }

  /// Pages of code: of the kernel from _stext to the last of its functions before init's, of each module all.
  private func ranges(_ symbols: String) -> [Range<UInt64>] {
    var places: [String: [UInt64]] = [:]
    var (first, last) = (UInt64(0), UInt64.max)
    for line in symbols.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count >= 2, let address = UInt64(words[0], radix: 16), address > 0 else { continue }
      places[words.count > 2 ? String(words[2]) : "", default: []].append(address)
      if words[1] == "_stext" { first = address }
      if words[1] == "_etext" || words[1] == "_sinittext" { last = min(last, address) }
    }
    let all = places.compactMap { module, addresses -> Range<UInt64>? in
      let own = module.isEmpty ? addresses.filter { $0 >= first && $0 < last } : addresses
      guard let low = own.min(), let high = own.max(), high - low < 64 << 20 else { return nil }
      return (low & ~0xfff)..<((high | 0xfff) + 1)
    }
    return all.sorted { $0.lowerBound < $1.lowerBound }
  }
}
