import Dmesg
import Foundation
import Model

/// Reads one input of libFuzzer in one piece and in two, and now and then many times over.
///
/// Source of the name and of the arguments: llvm.org/docs/LibFuzzer.html.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzDmesg(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let log = Array(UnsafeBufferPointer(start: start, count: count))
  let began = processorTime()
  let whole = read([log[...]])
  let lines = log.count { $0 == 0x0a } + 1
  for finding in whole {
    guard finding.firstLine >= 1, finding.firstLine <= finding.lastLine, finding.lastLine <= lines else {
      fail("a finding stands on lines \(finding.firstLine) to \(finding.lastLine) of \(lines)")
    }
  }
  let draw = fnv1a(log)
  let place = log.isEmpty ? 0 : Int(draw % UInt64(log.count))
  if read([log[..<place], log[place...]]) != whole { fail("another answer when split at byte \(place)") }
  // libFuzzer's own limit is of the clock's time, which other processes use up too.
  if processorTime() - began > mostSeconds { fail("more than \(mostSeconds) s of processor time") }
  if draw >> 58 == 0, !log.isEmpty { checkGrowth(log) }
  return 0
}

private func read(_ parts: [ArraySlice<UInt8>]) -> [Finding] {
  var parser = DmesgParser()
  return parts.flatMap { parser.feed($0) } + parser.finish()
}

/// libFuzzer keeps the input of a process that aborts.
private func fail(_ what: String) -> Never {
  FileHandle.standardError.write(Data("dmesg fuzz: \(what)\n".utf8))
  abort()
}

/// Fowler, Noll and Vo: the same draw for the same input, so that a crash can be repeated.
private func fnv1a(_ bytes: [UInt8]) -> UInt64 {
  bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
}

// MARK: - Growth

/// Sixteen times the log costs about sixteen times the work; a square somewhere, even a cheap one, makes it far more.
private let growth = 16
private let mostGrowth = 40.0
private let smallSize = 64 << 10
/// Processor time for an input of at most 16 KiB, read twice.
private let mostSeconds = 10.0

private func checkGrowth(_ log: [UInt8]) {
  let copies = smallSize / log.count + 1
  let small = repeated(log, copies)
  let large = repeated(log, copies * growth)
  // A machine that is busy with other things disturbs one measurement, not ten.
  for _ in 0..<10 {
    let (cheap, dear) = (cost(of: small), cost(of: large))
    if dear <= mostGrowth * cheap || dear < 0.02 { return }
  }
  fail("\(growth) times the log costs more than \(mostGrowth) times as much")
}

private func repeated(_ log: [UInt8], _ copies: Int) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(log.count * copies)
  for _ in 0..<copies { result += log }
  return result
}

/// Seconds of processor time, the least of two rounds.
private func cost(of log: [UInt8]) -> Double {
  (0..<2).map { _ in
    let before = processorTime()
    _ = read([log[...]])
    return processorTime() - before
  }.min() ?? 0
}

private func processorTime() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
