extension KernelMap.TaskOffsets {
  /// Bytes of the lowcore in which its pointer to the current task is looked for.
  package static let lowcoreSize = 0x500

  /// Offsets at which pointers to the current task may be in a lowcore (arch/s390/include/asm/lowcore.h, `current_task`:
  /// 0x340 in Linux 6.1): those that look like addresses, with the offset of each.
  package static func candidates(in lowcore: [UInt8]) -> [(offset: UInt64, pointer: UInt64)] {
    stride(from: 0x280, to: min(lowcore.count, lowcoreSize) - 7, by: 8).compactMap { offset in
      let pointer = lowcore[offset..<(offset + 8)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      return pointer >= 0x10000 && pointer % 8 == 0 ? (UInt64(offset), pointer) : nil
    }
  }

  /// Bytes of a task_struct in which its name is looked for.
  package static let taskSize = 8192

  /// Offset of the name in what may be the task_struct of an idle task or of the runner; nil where it is neither.
  package static func nameOffset(in task: [UInt8]) -> UInt64? {
    for name in ["swapper/", "zlab-runner\0"] {
      let needle = Array(name.utf8)
      let found = task.indices.dropLast(needle.count).first { place in
        task[place] == needle[0] && task[place..<(place + needle.count)].elementsEqual(needle)
      }
      if let found { return UInt64(found) }
    }
    return nil
  }
}
