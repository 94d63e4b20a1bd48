/// Identity of a mail from its head.
struct MailIdentity {
  var subject: String?
  var author: String?
  var date: String?
  var messageID: String?
  /// The ids of the mails before it in its thread, nearest last.
  var references: [String] = []
  /// True if the text is what `git show` prints.
  var isCommit = false

  init(_ headers: MailHeaders) {
    subject = headers.text("subject")
    author = headers.text("from")
    date = headers.text("date")
    messageID = headers.identifiers("message-id").first
    references = headers.identifiers("references")
    if references.isEmpty { references = headers.identifiers("in-reply-to") }
  }

  init(_ page: ArchivePage) {
    subject = page.subject
    author = page.author
    date = page.date
    messageID = page.messageID
    references = page.references
    isCommit = page.isCommit
  }
}
