/// Problem that kept a log from being read to its end, or makes it doubtful that it was read at all.
package enum LogTrouble: String, Codable, Sendable, CaseIterable {
  /// No line of it looks like a kernel's.
  case noKernelLines = "no-kernel-lines"
  /// Most of its lines begin alike, with something that is no prefix that is known.
  case unknownPrefix = "unknown-prefix"
  /// The compressed data break off or are damaged; what came before was read.
  case damaged
  /// It expands to more than is read.
  case tooLarge = "too-large"
  /// Compressed data in compressed data in ...
  case tooDeep = "too-deep"
  /// A mail of more than 64 MiB, or a log of pstore of more than that, was read as it stands.
  case notUnpacked = "not-unpacked"
  /// A form of files that is known and not read.
  case notRead = "not-read"
}
