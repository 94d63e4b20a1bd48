import Foundation
import Model

/// Objects of KernelCI's database that carry excerpts of logs (KCIDB schema, major versions 4 and 5).
///
/// URLs of logs are not fetched.
struct KCIDBFile {
  private struct Content: Decodable {
    struct Version: Decodable { var major: Int }
    struct Environment: Decodable {
      struct Misc: Decodable { var platform: String? }
      var comment: String?
      var misc: Misc?
    }
    struct Checkout: Decodable {
      var id: String
      var git_commit_name: String?
    }
    struct Build: Decodable {
      var id: String
      var checkout_id: String?
    }
    struct Test: Decodable {
      var id: String
      var build_id: String?
      var log_excerpt: String?
      var start_time: String?
      var environment: Environment?
    }
    var version: Version
    var checkouts: [Checkout]?
    var builds: [Build]?
    var tests: [Test]?
  }

  private let content: Content

  /// nil for what is no such file.
  init?(_ data: Data) {
    guard data.range(of: Data("\"version\"".utf8)) != nil,
      let content = try? JSONDecoder().decode(Content.self, from: data),
      content.tests != nil || content.builds != nil || content.checkouts != nil
    else { return nil }
    self.content = content
  }

  func sightings(origin: String, time: Date, host: String) -> [FieldSighting] {
    let commits = Dictionary((content.checkouts ?? []).map { ($0.id, $0.git_commit_name) }) { first, _ in first }
    let kernels = Dictionary((content.builds ?? []).map { ($0.id, $0.checkout_id.flatMap { commits[$0] ?? nil }) }) {
      first, _ in first
    }
    return (content.tests ?? []).flatMap { test -> [FieldSighting] in
      guard let text = test.log_excerpt else { return [] }
      let started = test.start_time.flatMap { ReportLine($0, reference: time + 86_400).time }
      var context = LogContext(origin: "\(origin)#\(test.id)", time: started ?? time)
      context.host = test.environment?.misc?.platform ?? test.environment?.comment ?? host
      context.kernel = test.build_id.flatMap { kernels[$0] ?? nil } ?? ""
      let scanner = ReportScanner(context)
      scanner.feed(text: text)
      scanner.finish()
      return scanner.takeSightings()
    }
  }
}
