import Model

/// The path, relative to a folder of ours, under which a file of a guest is kept: whatever the guest calls it, the path
/// stays within the folder, is short enough for any file system, and no two files get the same one.
func hostPath(of path: [UInt8]) -> String {
  let names = path.split(separator: UInt8(ascii: "/")).map { hostName(of: $0) }
  // Deeper than anybody looks: the path as a whole becomes one name.
  guard !names.isEmpty, names.count <= 24, names.reduce(0, { $0 + $1.utf8.count + 1 }) <= 1024 else {
    return "deep/" + hostName(of: path[...])
  }
  return "root/" + names.joined(separator: "/")
}

/// One name: letters, digits and a few signs stay, each other byte becomes %XX; a long one is cut and gets a number that
/// tells it from others.
func hostName(of name: ArraySlice<UInt8>) -> String {
  var text = ""
  for (index, byte) in name.enumerated() {
    // A name of dots alone means another folder, and one that begins with a dot is not seen.
    let isPlain = isLetterOrDigit(byte) || plainSigns.contains(byte) || (byte == UInt8(ascii: ".") && index > 0)
    text += isPlain ? String(UnicodeScalar(byte)) : escaped(byte)
    // A guest that makes two names of one number finds that the second file is not taken.
    if text.utf8.count > 160 { return text.prefix(120) + "%-" + String(stableNumber(name), radix: 16) }
  }
  return text
}

private let plainSigns = Set("-_+=@:,~".utf8)

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"):
    true
  default: false
  }
}

private func escaped(_ byte: UInt8) -> String {
  "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
}
