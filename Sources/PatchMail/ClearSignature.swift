/// OpenPGP's cleartext signatures (RFC 4880 section 7), which change what they sign.
enum ClearSignature {
  /// The signed lines without their escapes; all lines as they are when nothing is signed that way.
  static func open(_ lines: [Line], repairs: inout [PatchRepair]) -> [Line] {
    guard let begin = lines.firstIndex(where: { $0.bytes.hasPrefix("-----BEGIN PGP SIGNED MESSAGE-----") }) else {
      return lines
    }
    // Its own head ends with a blank line.
    let body = lines[(begin + 1)...].firstIndex(where: \.isBlank) ?? begin
    let end = lines[begin...].firstIndex { $0.bytes.hasPrefix("-----BEGIN PGP SIGNATURE-----") } ?? lines.endIndex
    guard body < end else { return lines }
    var result = Array(lines[..<begin])
    var first: Int?
    for var line in lines[(body + 1)..<end] {
      if line.bytes.hasPrefix("- ") {
        line.bytes = line.bytes.dropFirst(2)
        first = first ?? line.number
      }
      result.append(line)
    }
    if let first {
      repairs.append(PatchRepair(.dashEscapes, line: first, action: "took the escapes off the signed text's dashes"))
    }
    return result
  }
}
