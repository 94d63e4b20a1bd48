/// Position in a log where a kernel started.
package struct Boot: Sendable, Hashable {
  /// 1-based, in the input.
  package let line: Int
  /// The whole banner, `Linux version 6.1.192 (...) #2 SMP ...`; the console can have cut it.
  package let banner: String

  package init(line: Int, banner: String) {
    self.line = line
    self.banner = banner
  }

  /// Source: `linux_banner` of `init/version.c`, and `extract_kernel()` in `arch/x86/boot/compressed/misc.c`, which says
  /// before the banner that a kernel starts; that line's banner is empty.
  init?(_ line: ConsoleLine) {
    if let rest = line.text.dropping("Linux version "), rest.first?.isDigit == true {
      self.init(line: line.lines.lowerBound, banner: line.text.prefix(1024).string)
    } else if line.text.hasPrefix("Booting the kernel"), !line.isStamped {
      self.init(line: line.lines.lowerBound, banner: "")
    } else {
      return nil
    }
  }

  /// The banner's third word, for instance `6.1.192`.
  package var release: String { banner.split(separator: " ").dropFirst(2).first.map(String.init) ?? "" }
}
