import Model

extension Finding {
  /// True if the frame's address is behind the instruction that it stands for: so is where a call returns to.
  ///
  /// An s390x PSW is behind its instruction too, unless that was nullified or rewound to be tried again (translation
  /// and protection exceptions) or only an interrupt came: Principles of Operation, chapter 6, "Instruction
  /// Ending"; `do_protection_exception()` in `arch/s390/mm/fault.c`. x86 and arm64 trap with the counter at the
  /// instruction.
  func isBehind(frameAt index: Int) -> Bool {
    if frames[index].printed?.isCounter == true { return arch == "s390x" && hasTrapped }
    return !(index > 0 && Self.interruptEntries.contains(frames[index - 1].name))
  }

  private var hasTrapped: Bool {
    kind.mayTrap && !message.hasPrefix("Unable to handle") && !message.hasPrefix("Oops:")
  }

  /// Entry functions: frames below these in a trace were interrupted and called nothing (`arch/s390/kernel/entry.S`).
  private static let interruptEntries: Set = ["ext_int_handler", "io_int_handler", "mcck_int_handler"]
}
