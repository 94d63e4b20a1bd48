import Foundation

/// Files that the maintainer scripts of Debian's packages would have made and the rest needs, made without running
/// them.
struct DebianDefaults {
  let tree: DiskTree

  /// Does what base-passwd's and base-files' postinst do: accounts, and the usual files of a system and of root.
  func apply() throws {
    if let accounts = tree.text("/usr/share/base-passwd/passwd.master") {
      try put(withoutRootPassword(accounts), at: "/etc/passwd")
    }
    if let groups = tree.text("/usr/share/base-passwd/group.master") { try put(groups, at: "/etc/group") }
    let home = "/root"
    let usual = [
      ("profile", "/etc/profile"), ("nsswitch.conf", "/etc/nsswitch.conf"), ("dot.bashrc", home + "/.bashrc"),
      ("dot.profile", home + "/.profile"),
    ]
    for (source, destination) in usual where tree.text(destination) == nil {
      if let text = tree.text("/usr/share/base-files/" + source) { try put(text, at: destination) }
    }
  }

  // `root:*:0:0:...` has no password that would fit; an empty one asks for none (passwd(5)).
  func withoutRootPassword(_ accounts: String) -> String {
    accounts.replacing(/^root:[^:\n]*:/, with: "root::")
  }

  private func put(_ text: String, at path: String) throws {
    try tree.put(Data(text.utf8), at: path, permissions: 0o644)
  }
}
