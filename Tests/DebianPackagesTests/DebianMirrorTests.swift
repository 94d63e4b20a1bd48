import Model
import Testing

@testable import DebianPackages

@Suite struct DebianMirrorTests {
  @Test func `labels tell the archive from its security updates and from others`() {
    let mirror = DebianMirror(
      indexTargets: """
        http://other.example/apt|Other|stable
        http://one.example/backports|Debian Backports|bookworm-backports
        http://one.example/debian/|Debian|bookworm
        http://two.example/security|Debian-Security|bookworm-security

        """)
    #expect(mirror == DebianMirror(archive: "http://one.example/debian", security: "http://two.example/security"))
  }

  @Test func `without fetched lists the addresses decide`() {
    let mirror = DebianMirror(
      indexTargets: """
        http://one.example/debian-security|$(LABEL)|bookworm-security
        http://one.example/debian|$(LABEL)|bookworm
        """)
    #expect(mirror?.archive == "http://one.example/debian")
    #expect(mirror?.security == "http://one.example/debian-security")
  }

  @Test func `without a security source its sibling is meant`() {
    #expect(
      DebianMirror(indexTargets: "http://one.example/debian|Debian|bookworm")?.security
        == "http://one.example/debian-security")
    #expect(DebianMirror(archive: "file:/srv/mirror", security: nil).security == "file:/srv/mirror-security")
  }

  @Test(arguments: ["", "\n\n", "||", "http://one.example/ubuntu|Ubuntu|noble", "no bars at all", "|Debian|bookworm"])
  func `a host without Debian has no mirror`(text: String) {
    #expect(DebianMirror(indexTargets: text) == nil)
  }

  @Test(arguments: ["http://one.example/debian", "file:/srv/debian", "mirror+file:/etc/mirrors.list"])
  func `addresses are taken`(address: String) {
    #expect(throws: Never.self) { try DebianMirror.check(address) }
  }

  @Test(arguments: ["", "debian", ":/x", "http:x", "http://a b", "http://a [trusted=yes]", "http://a\nb", "a:/"])
  func `what would break a sources list is refused`(address: String) {
    #expect(throws: RequestError.self) { try DebianMirror.check(address) }
  }
}
