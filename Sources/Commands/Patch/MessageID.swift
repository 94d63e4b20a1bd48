import Foundation

/// The message-id in an argument that is a link to a mail archive, `<ID>` or `ID`; nil for anything else, such as a path.
///
/// Archives of public-inbox, such as lore.kernel.org, have the message-id as a component of the link's path.
func messageID(in text: String) -> String? {
  if let link = URL(string: text), link.scheme == "https" || link.scheme == "http" {
    return link.pathComponents.last { $0.contains("@") } ?? text
  }
  let id = text.hasPrefix("<") && text.hasSuffix(">") ? String(text.dropFirst().dropLast()) : text
  return id.wholeMatch(of: /[^\s@\/]+@[^\s@\/]+/) == nil ? nil : id
}
