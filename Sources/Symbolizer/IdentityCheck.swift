import Dmesg
import Model

/// Decides which findings of a log a vmlinux can speak of.
struct IdentityCheck {
  let identity: KernelIdentity
  let boots: [Boot]
  /// For messages.
  let file: String
  let log: String

  private static let advice = "Give the vmlinux of the very build that ran: every build has its own addresses."

  /// The number of a finding's boot; -1 for what comes before the first banner.
  func boot(of finding: Finding) -> Int { boots.lastIndex { $0.line <= finding.firstLine } ?? -1 }

  /// Findings of this kernel as far as banners, releases and build ids tell.
  ///
  /// - Throws: ``RequestError`` when none is, or when the log has no finding and only banners of other kernels.
  func suitable(_ findings: [Finding]) throws(RequestError) -> (suitable: [Int], remarks: [String]) {
    if findings.isEmpty {
      let differences = boots.map { identity.difference(from: $0) }
      if let first = differences.first, let first, !differences.contains(nil) { throw refusal(first) }
      return ([], [])
    }
    var suitable: [Int] = []
    var difference: KernelIdentity.Difference?
    for (index, finding) in findings.enumerated() {
      let other = identity.difference(from: finding, in: bootRecord(of: finding))
      if other == nil { suitable.append(index) }
      difference = difference ?? other
    }
    guard let difference else { return (suitable, []) }
    if suitable.isEmpty { throw refusal(difference) }
    let count = findings.count - suitable.count
    let remark =
      "\(log): \(count) of \(findings.count) findings are of another kernel (\(difference.log)) than \(file) "
      + "(\(difference.file)) and stay without lines"
    return (suitable, [remark])
  }

  func bootRecord(of finding: Finding) -> Boot? {
    let index = boot(of: finding)
    return boots.indices.contains(index) ? boots[index] : nil
  }

  /// Message for the user whose file is of another build.
  func refusal(_ difference: KernelIdentity.Difference, file: String? = nil) -> RequestError {
    RequestError(
      "\(file ?? self.file) is not of the kernel of \(log): the log has \(difference.log), the file \(difference.file)",
      advice: Self.advice)
  }
}
