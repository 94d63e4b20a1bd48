/// Script of the runner in a guest, written down as a whole before it begins.
package struct GuestScript: Sendable, Hashable {
  private var lines: [String] = []

  package init() {}

  /// Sets the guest's clock; in seconds since 1970.
  package mutating func setClock(_ seconds: Int) { lines.append("clock \(seconds)") }

  /// Stirs a number into the kernel's random pool: guests from one saved state would otherwise draw the same.
  package mutating func mixEntropy(_ seed: UInt64) { lines.append("seed \(seed)") }

  /// Waits for a function, in seconds of guest time at most.
  package mutating func wait(forFunction fid: UInt32, seconds: Int) {
    lines.append("wait \(String(fid, radix: 16)) \(seconds)")
  }

  /// Starts a program, which runs beside what follows.
  /// - Parameter number: what the messages call it; once in a script.
  package mutating func start(_ number: Int, _ program: String, _ arguments: [String]) {
    lines.append((["start", String(number)] + ([program] + arguments).map(escaped)).joined(separator: " "))
  }

  /// Gives each program that is started from here on one of so many CPUs for itself, one after the other.
  package mutating func pin(toCPUs count: Int) { lines.append("pin \(count)") }

  /// Begins the scenario proper: the runner prints the first mark to the kernel's log and reports the kernel's counters.
  /// - Parameter nonce: at most 31 letters and digits, in each mark of this trial.
  package mutating func begin(nonce: String) { lines.append("begin \(nonce)") }

  /// Waits until everything that was started has ended, which must be with code 0.
  package mutating func finish() { lines.append("finish now") }

  /// The script in pieces, each short enough for the name of a virtio serial port, which is how it enters a guest.
  ///
  /// QEMU hands the name over in a message at once, also to a stopped guest, where bytes sent to a port would wait until
  /// it runs: so each guest reads it at the same instruction (hw/char/virtio-serial-bus.c, handle_control_message).
  package var portNames: [String] {
    var rest = Substring(lines.map { $0 + ";" }.joined() + "go;")
    var names: [String] = []
    while !rest.isEmpty {
      names.append("zlab:" + rest.prefix(Self.pieceLength))
      rest = rest.dropFirst(Self.pieceLength)
    }
    return names
  }

  // The guest's buffer is a page, of which a header takes 8 bytes (drivers/char/virtio_console.c).
  private static let pieceLength = 3000
}

/// The most pieces that fit: libvirt gives a virtio serial device 31 ports, of which the link takes one.
package let mostScriptPieces = 30

private func escaped(_ word: String) -> String {
  var text = ""
  for byte in word.utf8 {
    let isPlain = (0x21...0x7e).contains(byte) && byte != UInt8(ascii: "%") && byte != UInt8(ascii: ";")
    let digits = String(byte, radix: 16, uppercase: true)
    text += isPlain ? String(UnicodeScalar(byte)) : "%" + (digits.count < 2 ? "0" : "") + digits
  }
  return text
}
