import Model
import Testing

@testable import Selftest

@Suite struct JudgementTests {
  private let expectation = TriggerExpectation(
    "ARRAY_BOUNDS", report(.ubsan, in: "lkdtm_ARRAY_BOUNDS", with: ["UBSAN_BOUNDS"]),
    report(.kasan, in: "lkdtm_ARRAY_BOUNDS", with: ["KASAN"]))

  /// Judges on a kernel with these options; nil is a kernel of which nothing is known.
  private func judged(_ trial: Trial, _ expectation: TriggerExpectation?, options: Set<String>?) -> TriggerResult {
    judge("ARRAY_BOUNDS", trial, against: expectation, log: "console") { option in options?.contains(option) }
  }

  @Test func `the right kind in the right function is seen, and told first`() {
    let right = finding(.ubsan, in: "lkdtm_ARRAY_BOUNDS")
    let result = judged(
      trial(.finding, finding(.warning, in: "other"), right), expectation, options: ["UBSAN_BOUNDS"])
    #expect(result.verdict == .seen)
    #expect(result.findings.map(\.kind) == [.ubsan, .warning])
  }

  @Test(
    arguments: [
      (FindingKind.ubsan, "lkdtm_do_action"), (.oops, "lkdtm_ARRAY_BOUNDS"), (.ubsan, nil),
      // Only a kernel with KASAN may say this.
      (.kasan, "lkdtm_ARRAY_BOUNDS"),
    ] as [(FindingKind, String?)])
  func `another kind or function is wrong`(kind: FindingKind, function: String?) {
    let result = judged(trial(.finding, finding(kind, in: function)), expectation, options: ["UBSAN_BOUNDS"])
    #expect(result.verdict == .wrong)
    #expect(result.expected == "ubsan in lkdtm_ARRAY_BOUNDS")
  }

  @Test func `silence is blindness only where the kernel looks`() {
    #expect(judged(trial(.completed), expectation, options: ["UBSAN_BOUNDS"]).verdict == .blind)
    #expect(judged(trial(.silence), expectation, options: ["KASAN"]).verdict == .blind)
    let silent = judged(trial(.completed), expectation, options: [])
    #expect((silent.verdict, silent.expected) == (.silent, "says nothing without CONFIG_KASAN or CONFIG_UBSAN_BOUNDS"))
    #expect(judged(trial(.completed), expectation, options: nil).verdict == .unknown)
    // What is seen needs no configuration.
    let right = trial(.finding, finding(.kasan, in: "lkdtm_ARRAY_BOUNDS"))
    #expect(judged(right, expectation, options: nil).verdict == .seen)
  }

  @Test func `a report where none is due is wrong`() {
    let quiet = TriggerExpectation("ARRAY_BOUNDS", silence: "it only prints")
    #expect(judged(trial(.completed), quiet, options: nil).verdict == .silent)
    #expect(judged(trial(.finding, finding(.warning, in: "f")), quiet, options: nil).verdict == .wrong)
  }

  @Test func `a trigger that is not known is not ignored`() {
    let result = judged(trial(.finding, finding(.warning, in: "f")), nil, options: [])
    #expect((result.verdict, result.expected, result.findings.count) == (.unknown, nil, 1))
  }

  @Test(arguments: [EndReason.labFailure, .noBoot, .emulatorDied, .interrupted])
  func `what the lab does wrong is neither the kernel's nor the reader's fault`(end: EndReason) {
    #expect(judged(trial(end), expectation, options: ["UBSAN_BOUNDS"]).verdict == .missed)
  }

  @Test func `a guest that falls silent before it is up is the lab's`() {
    #expect(judged(trial(.silence, boot: nil), expectation, options: ["UBSAN_BOUNDS"]).verdict == .missed)
  }

  @Test func `a report without a function is matched as such`() {
    let nobody = TriggerExpectation("X", report(.panic))
    #expect(judged(trial(.panic, finding(.panic, in: nil)), nobody, options: []).verdict == .seen)
    #expect(judged(trial(.panic, finding(.panic, in: "f")), nobody, options: []).verdict == .wrong)
  }

  @Test func `where the function is chance only the kind counts`() {
    let anywhere = TriggerExpectation(
      "X", ExpectedReport(kinds: [.rcuStall], functions: nil, condition: Condition()))
    #expect(judged(trial(.finding, finding(.rcuStall, in: "f")), anywhere, options: []).verdict == .seen)
    #expect(judged(trial(.finding, finding(.rcuStall, in: nil)), anywhere, options: []).verdict == .seen)
    #expect(judged(trial(.finding, finding(.oops, in: "f")), anywhere, options: []).verdict == .wrong)
  }

  @Test func `silence beside an optional report is no blindness`() {
    let either = TriggerExpectation("X", report(.stackOverflow).orSilence, silence: "the stack is gone")
    let silent = judged(trial(.silence), either, options: [])
    #expect((silent.verdict, silent.expected) == (.silent, "the stack is gone"))
    #expect(judged(trial(.panic, finding(.stackOverflow, in: nil)), either, options: []).verdict == .seen)
    #expect(judged(trial(.panic, finding(.oops, in: nil)), either, options: []).verdict == .wrong)
  }

  @Test func `an option may also be one that must not be there`() {
    let loop = TriggerExpectation(
      "LOOP", report(.rcuStall, in: "lkdtm_LOOP", without: ["PREEMPTION"]), silence: "preempted")
    #expect(judged(trial(.completed), loop, options: []).verdict == .blind)
    #expect(judged(trial(.completed), loop, options: ["PREEMPTION"]).verdict == .silent)
  }
}
