import Foundation
import HostTools
import Model
import Nightly
import Reports
import ResultStore

/// Sends the report of a night, where the plan asks for it; a mail that cannot be sent is told and no more.
func sendMail(_ report: NightReport, _ plan: Plan, _ store: ResultStore) async {
  guard let mail = plan.mail, let program = mail.command.first, report.deserves(mail.occasion) else { return }
  do {
    var text = try render(report, as: .mail, addresses: MailAddresses(to: plan.recipients))
    if mail.isRedacted {
      var redaction = try Redaction(store)
      text = redaction.redact(text)
    }
    var tool = HostTool(program, Array(mail.command.dropFirst()), to: "send the mail with \(program)")
    tool.input = Array(text.utf8)
    try await tool.run()
    printStatus("zlab: sent the mail to \(plan.recipients.joined(separator: ", "))")
  } catch {
    printStatus("zlab: \(error)")
  }
}

extension NightReport {
  fileprivate func deserves(_ occasion: MailOccasion) -> Bool {
    switch occasion {
    case .always: true
    case .failing: !counting.isEmpty
    case .news: changes.contains { $0.kind != .seen && $0.kind != .known } || !trouble.isEmpty
    }
  }
}
