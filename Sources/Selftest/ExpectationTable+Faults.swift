import Model

extension TriggerExpectation {
  /// `drivers/misc/lkdtm/perms.c`.
  static let perms: [TriggerExpectation] =
    [
      plain("WRITE_RO", .oops), plain("WRITE_RO_AFTER_INIT", .oops), plain("WRITE_KERN", .oops),
      quiet("WRITE_OPD", "s390x has no function descriptors"), plain("ACCESS_USERSPACE", .oops),
      plain("ACCESS_NULL", .oops),
    ] + ["DATA", "STACK", "KMALLOC", "VMALLOC", "RODATA", "USERSPACE", "NULL"].map(execution)

  /// Code where none may be: the PSW is in data, which has a name or else is blamed on who jumped there.
  private static func execution(_ place: String) -> TriggerExpectation {
    TriggerExpectation(
      "EXEC_" + place,
      report(
        .oops, in: "data_area", "lkdtm_rodata_do_nothing", "execute_location", "execute_user_location",
        "lkdtm_EXEC_" + place))
  }

  /// `drivers/misc/lkdtm/refcount.c`.
  static let refcounts: [TriggerExpectation] =
    [
      "INC_OVERFLOW", "ADD_OVERFLOW", "INC_NOT_ZERO_OVERFLOW", "ADD_NOT_ZERO_OVERFLOW", "DEC_ZERO", "DEC_NEGATIVE",
      "DEC_AND_TEST_NEGATIVE", "SUB_AND_TEST_NEGATIVE", "INC_ZERO", "ADD_ZERO", "INC_SATURATED", "DEC_SATURATED",
      "ADD_SATURATED", "INC_NOT_ZERO_SATURATED", "ADD_NOT_ZERO_SATURATED", "DEC_AND_TEST_SATURATED",
      "SUB_AND_TEST_SATURATED",
    ].map { plain("REFCOUNT_" + $0, .refcount) } + [
      TriggerExpectation(
        "REFCOUNT_SUB_AND_TEST_ZERO", report(.refcount, in: "lkdtm_REFCOUNT_SUB_AND_TEST_ZERO").orSilence,
        silence: "nothing is taken from a count of nothing"),
      timing("ATOMIC_TIMING"), timing("REFCOUNT_TIMING"),
    ]

  private static func timing(_ trigger: String) -> TriggerExpectation {
    TriggerExpectation(
      trigger, report(.rcuStall, in: "lkdtm_" + trigger, without: ["PREEMPTION"]).orSilence,
      silence: "it only counts to four thousand million, to be timed")
  }

  /// `drivers/misc/lkdtm/cfi.c` and `stackleak.c`.
  static let others: [TriggerExpectation] = [
    TriggerExpectation(
      "CFI_FORWARD_PROTO", report(.bug, .oops, .warning, in: "lkdtm_indirect_call", with: ["CFI_CLANG"])),
    quiet("CFI_BACKWARD", "s390x guards no return addresses"),
    quiet("STACKLEAK_ERASING", "LKDTM itself looks whether the stack is erased"),
    // Its name in 7.2.
    quiet("KSTACK_ERASE", "LKDTM itself looks whether the stack is erased"),
  ]
}
