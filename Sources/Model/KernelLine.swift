/// The line of kernels that a release belongs to: `6.1` for `6.1.0-50-s390x`, `6.12` for `6.12.107+deb13-s390x`.
///
/// A release that does not begin with two numbers is a line of its own.
package func kernelLine(_ release: String) -> String {
  let parts = release.prefix(64).split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
  guard parts.count >= 2, !parts[0].isEmpty, parts[0].allSatisfy(isDigit) else { return release }
  let minor = parts[1].prefix(while: isDigit)
  return minor.isEmpty ? release : "\(parts[0]).\(minor)"
}

private func isDigit(_ character: Character) -> Bool { ("0"..."9").contains(character) }
