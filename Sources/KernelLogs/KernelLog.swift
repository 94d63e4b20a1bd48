package import Dmesg
package import Model

/// A kernel log that was read to its end.
package struct KernelLog: Sendable {
  /// As the user calls it.
  package let name: String
  /// The release that its banner or a report gives.
  package let kernel: String?
  package let boots: [Boot]
  /// In the order in which they begin.
  package let findings: [Finding]
  /// Of the text, after everything was unpacked.
  package let lines: Int
  /// Containers of the text, outermost first: a ``Compression``, `utf-16`, `utf-32`, `mail`, `pstore`.
  package let containers: [String]
  package let troubles: [LogTrouble]
  /// For ``LogTrouble/unknownPrefix``, how such a line begins.
  package let example: String?
  /// For ``LogTrouble/notRead``.
  package let unread: UnreadForm?
  /// There were more findings than are kept: a log can hold more than anybody reads, or memory holds.
  package let isTruncated: Bool
  /// nil when no marker was asked for.
  package let hasMarker: Bool?

  /// Findings that are kept of one log.
  package static let most = 10_000

  /// Remarks about the reading itself, a sentence each.
  package var remarks: [String] {
    var remarks = troubles.map(words)
    if isTruncated { remarks.append("only the first \(Self.most) findings are told") }
    return remarks
  }

  private func words(_ trouble: LogTrouble) -> String {
    switch trouble {
    case .noKernelLines:
      lines == 0
        ? "it is empty, so that there is no finding says nothing"
        : "no line of it looks like a kernel's, so that there is no finding says nothing"
    case .unknownPrefix:
      "most lines begin with what is no known prefix of a log (\"\(example ?? "")\"), so reports behind it are not seen; "
        + "cut it off and read the log again"
    case .damaged: "the compressed data are damaged or break off; what comes before that was read"
    case .tooLarge: "it expands to more than \(LogUnpacking.limit >> 30) GiB; the rest was not read"
    case .tooDeep: "compressed data inside of compressed data are nested too deep and were not read"
    case .notRead: unread?.words ?? "it is of a form that is not read"
    case .notUnpacked: "it is too large to be unpacked as a mail, and was read as it stands"
    }
  }
}
