/// Suffixes and prefixes that a compiler and an architecture add to the name that stands in the source.
enum SymbolName {
  /// Suffixes of clones that gcc and clang make; the number behind them changes with each build.
  private static let clones = ["isra", "constprop", "part", "cold", "llvm", "lto_priv"]

  private static let stubs: [StaticString] = [
    "__s390x_sys_", "__s390_sys_", "__s390x_compat_sys_", "__x64_sys_", "__ia32_sys_", "__ia32_compat_sys_",
    "__arm64_sys_", "__arm64_compat_sys_", "__riscv_sys_", "__se_sys_", "__do_sys_", "__se_compat_sys_",
    "__do_compat_sys_", "SyS_", "compat_SyS_", "compat_sys_", "SYSC_", "C_SYSC_", "sys_",
  ]

  /// The name without `.isra.0`, `.constprop.0`, `.cold` and their like.
  static func plain(_ name: String) -> String {
    // Nearly every name.
    guard name.withBytes({ $0.dropFirst().index(of: UInt8(ascii: ".")) != nil }) else { return name }
    guard let point = name.utf8.dropFirst().firstIndex(of: UInt8(ascii: ".")) else { return name }
    let isClone = name[point...].split(separator: ".").first.map { clones.contains(String($0)) } ?? false
    return isClone ? String(name[..<point]) : name
  }

  /// The name without what an architecture puts in front of a system call's: `sys_ioctl` for `__s390x_sys_ioctl`.
  static func shortened(_ name: String) -> String {
    let plain = plain(name)
    return plain.withBytes { name in
      let known = prefixes.filter { name.hasPrefix($0) }.map(\.utf8CodeUnitCount).max()
      return known.map { name.dropFirst($0).string }
    } ?? plain
  }

  /// Source: the `SYSCALL_DEFINEx` wrappers of all architectures.
  private static let prefixes: [StaticString] = [
    "__s390x_", "__s390_sys_", "__x64_", "__ia32_", "__arm64_", "__riscv_", "__powerpc_", "__se_sys_", "__se_",
    "__do_sys_",
    "____sys_", "___sys_", "__sys_", "ksys_", "sys_", "SyS_", "SYSC_", "compat_SyS_", "compat_SYSC_",
  ]

  /// The system call's name alone, for a stub such as `__s390x_sys_ioctl`; nil for other functions.
  ///
  /// Source: the `SYSCALL_DEFINEx` wrappers, for instance `arch/s390/include/asm/syscall_wrapper.h`.
  static func systemCall(_ name: String) -> String? {
    name.withBytes { name in
      stubs.first { name.hasPrefix($0) }.map { name.dropFirst($0.utf8CodeUnitCount).string }
    }
  }
}
