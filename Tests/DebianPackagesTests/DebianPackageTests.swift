import Foundation
import Testing

@testable import DebianPackages

@Suite struct DebianPackageTests {
  private let pool = URL(fileURLWithPath: "/pool")
  private let sum = String(repeating: "0aF1", count: 16)

  @Test func `a stanza gives name, version, checksum and what it depends on`() throws {
    let text = """
      Package: linux-image-s390x
      Version: 6.1.176-1
      Architecture: s390x
      Depends: linux-image-6.1.0-50-s390x (= 6.1.176-1), a | b, c:any (>= 1)
      Description: several
       lines: of text
      SHA256: \(sum)

      """
    let package = try #require(DebianPackage.packages(in: text, pool: pool).first)
    #expect(package.name == "linux-image-s390x")
    #expect(package.version == "6.1.176-1")
    #expect(package.sha256 == sum.lowercased())
    #expect(package.depends == ["linux-image-6.1.0-50-s390x", "a", "c"])
    #expect(package.file.path == "/pool/\(sum.lowercased())/linux-image-s390x.deb")
  }

  @Test func `several stanzas are told apart`() {
    let one = "Package: aa\nVersion: 1\nArchitecture: all\nSHA256: \(sum)"
    let two = "Package: bb\nVersion: 2\nArchitecture: all\nSHA256: \(sum)"
    #expect(DebianPackage.packages(in: one + "\n\n" + two + "\n", pool: pool).map(\.name) == ["aa", "bb"])
  }

  @Test func `a stanza that cannot be trusted is left out`() {
    let stanzas = [
      "", "no colon", "Package: aa\nVersion: 1\nArchitecture: all",
      "Package: aa\nVersion: 1\nArchitecture: all\nSHA256: ../../x",
      "Package: ../aa\nVersion: 1\nArchitecture: all\nSHA256: \(sum)",
    ]
    for stanza in stanzas { #expect(DebianPackage.packages(in: stanza, pool: pool).isEmpty) }
  }

  @Test func `only Debian's names are names`() {
    for name in ["bookworm", "libc6", "linux-image-6.12.107+deb13-s390x"] { #expect(isPackageName(name)) }
    for name in ["", "a", "-o", "A", "a b", "a/b", "../a", "ä1"] { #expect(!isPackageName(name)) }
  }
}
