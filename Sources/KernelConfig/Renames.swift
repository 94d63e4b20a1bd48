/// Options that the kernel's history gave another name.
enum Renames {
  /// Other names of the same thing, older or newer; empty when none is known.
  static func of(_ name: String) -> [String] {
    pairs.filter { $0.old == name }.map(\.new) + pairs.filter { $0.new == name }.map(\.old)
  }

  private static let pairs: [(old: String, new: String)] = [
    // Linux 4.11: arch: Rename CONFIG_DEBUG_RODATA and CONFIG_DEBUG_MODULE_RONX
    ("DEBUG_RODATA", "STRICT_KERNEL_RWX"),
    ("DEBUG_SET_MODULE_RONX", "STRICT_MODULE_RWX"),
    // Linux 4.18: Kbuild: rename CC_STACKPROTECTOR[_STRONG] config variables
    ("CC_STACKPROTECTOR", "STACKPROTECTOR"),
    ("CC_STACKPROTECTOR_STRONG", "STACKPROTECTOR_STRONG"),
    // Linux 5.5: mm: kmemleak: use the memory pool for early allocations
    ("DEBUG_KMEMLEAK_EARLY_LOG_SIZE", "DEBUG_KMEMLEAK_MEM_POOL_SIZE"),
    // Linux 5.9: security: allow using Clang's zero initialization for stack variables
    ("INIT_STACK_ALL", "INIT_STACK_ALL_PATTERN"),
    ("INIT_STACK_ALL", "INIT_STACK_ALL_ZERO"),
    // The same prompts in Linux 6.1 and 6.12.
    ("DEBUG_KMEMLEAK_TEST", "SAMPLE_KMEMLEAK"),
    ("MLX5_EN_MACSEC", "MLX5_MACSEC"),
    ("TEST_SIPHASH", "SIPHASH_KUNIT_TEST"),
  ]
}
