import Foundation

/// Columns of the terminal behind a descriptor, at least 20; `fallback` where none is (TIOCGWINSZ, ioctl_tty(2)).
package func terminalWidth(_ descriptor: Int32, fallback: Int = 100) -> Int {
  var size = winsize()
  guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return fallback }
  return max(20, Int(size.ws_col))
}
