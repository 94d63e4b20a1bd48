import Foundation
package import Model
import Mustache
package import Reports
package import ResultStore
package import Storage

/// The pages, from a path and a query to an answer: reads the database and the logs of runs in it, and nothing else.
///
/// What a request names is only ever looked up in the database; the path of a log is made of a run's id as it is found
/// there.
package struct Pages: Sendable {
  let store: ResultStore
  let folders: Locations
  /// Actual state of a run: the record of a killed process still says running.
  let state: @Sendable (Run) -> RunState
  /// Maker of night reports: reports are made above this module.
  let report: @Sendable (NightRecord) throws -> NightReport
  private let library: MustacheLibrary

  /// - Throws: `MustacheTemplate.ParserError` for a template that is wrong, which a test would have seen.
  package init(
    _ store: ResultStore, _ folders: Locations, state: @escaping @Sendable (Run) -> RunState = { $0.state },
    report: @escaping @Sendable (NightRecord) throws -> NightReport
  ) throws {
    self.store = store
    self.folders = folders
    self.state = state
    self.report = report
    MustacheContentTypes.register(HostileText(), named: "HOSTILE")
    var library = MustacheLibrary()
    for (name, text) in templates { try library.register("{{% CONTENT_TYPE: HOSTILE }}" + text, named: name) }
    self.library = library
  }

  /// - Parameters:
  ///   - path: as in the request's line, still percent-encoded.
  ///   - query: decoded.
  package func reply(to path: String, query: [String: String] = [:]) -> Reply {
    let words = path.split(separator: "/").map { $0.removingPercentEncoding }
    // To SQLite a text ends at its first NUL.
    let isClean = words.allSatisfy {
      $0?.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } == true
    }
    guard path.utf8.count <= 2000, isClean else { return missing("Page not found.") }
    do {
      return try reply(words.compactMap(\.self), query)
    } catch let error as RequestError {
      return missing(error.problem)
    } catch {
      return render("message", ["title": "Infrastructure error", "text": "\(error)"], status: 500)
    }
  }

  private func reply(_ words: [String], _ query: [String: String]) throws -> Reply {
    switch (words.first, words.count) {
    case (nil, _): try overview(query)
    case ("style.css", 1): Reply(status: 200, type: "text/css; charset=utf-8", body: dashboardStyle)
    case ("live.js", 1): Reply(status: 200, type: "text/javascript; charset=utf-8", body: liveScript)
    case ("field", 1): try field(query)
    case ("host", 2): try host(words[1], query)
    case ("sighting", 2): try excerpt(words[1])
    case ("night", 2): try night(words[1], query)
    case ("run", 2): try run(words[1], query)
    case ("run", 4) where words[2] == "trial": try trial(words[1], words[3], query)
    case ("run", 5) where words[2] == "trial" && words[4] == "console.log": try console(words[1], words[3])
    case ("kernels", 1): try kernels(query)
    case ("kernel", 2): try kernel(words[1], query)
    case ("bisects", 1): try bisects(query)
    case ("verifies", 1): try verifies(query)
    case ("verify", 2): try verify(words[1], query)
    case ("signatures", 1): try signatures(query)
    case ("signature", 2): try signature(words[1], query)
    case ("scenarios", 1): try scenarios(query)
    case ("scenario", 2): try scenario(words[1], query)
    case ("compare", 1): try compare(query)
    default: missing("Page not found.")
    }
  }

  func missing(_ text: String) -> Reply { render("message", ["title": "Not found", "text": text], status: 404) }

  func render(_ template: String, _ values: Values, status: Int = 200) -> Reply {
    .page(library.render(values, withTemplate: template) ?? "", status: status)
  }
}

/// Escapes every text that a template puts in, whatever it holds.
private struct HostileText: MustacheContentType {
  func escapeText(_ text: String) -> String { escaped(clipped(text, 4000)) }
}

/// A word of a path.
func pathWord(_ text: String) -> String {
  text.addingPercentEncoding(withAllowedCharacters: pathCharacters) ?? ""
}

// Pages have thousands of links.
private let pathCharacters = CharacterSet.alphanumerics.intersection(.init(charactersIn: "\0"..."~"))
  .union(.init(charactersIn: "-_"))
