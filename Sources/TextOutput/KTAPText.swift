/// A name that no parser takes for a directive.
package func ktapName(_ text: String) -> String {
  let name = withoutEnd(oneLine(text, width: 200).replacing("#", with: "_"))
  return name.isEmpty ? "unnamed" : name
}

/// A line that says something and is no result.
package func ktapDiagnostic(_ text: String) -> String {
  "# | " + withoutEnd(oneLine(text, width: 400))
}

/// At these words anywhere in a line kunit.py takes the kernel for dead and stops reading.
private func withoutEnd(_ text: String) -> String {
  ["List of all partitions:", "Kernel panic - not syncing: VFS:", "reboot: System halted"].reduce(text) { text, end in
    text.replacing(end, with: String(end.dropLast()) + "_")
  }
}
