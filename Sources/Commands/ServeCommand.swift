import ArgumentParser
import Dashboard
import Foundation
import Model
import Nightly
import ResultStore
import Runs
import Storage

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve the results as web pages.",
    discussion: """
      Listens on the loopback interface only, unless --host is given; then each request must carry the token of a file \
      that only the user can read. For TLS, put a reverse proxy in front. Read-only. Press Ctrl-C to stop.

        zlab serve
        zlab serve --port 9000
      """)

  @Option(help: "TCP port; 0 selects a free one")
  var port: UInt16 = 8080

  @Option(help: ArgumentHelp("IPv4 address to listen on", valueName: "address"))
  var host = "127.0.0.1"

  @Option(
    help: ArgumentHelp("File with the token for --host (default: serve-token in the state folder)", valueName: "file"),
    completion: .file())
  var tokenFile: String?

  func run() async throws {
    let store = try ResultStore(userLocations)
    let pages = try Pages(store, userLocations) {
      $0.liveState
    } report: {
      try nightReport($0, store: store)
    }
    let file = tokenFile ?? userLocations.state.appending(path: "serve-token").path
    let token = host.hasPrefix("127.") && tokenFile == nil ? nil : try AccessToken(file: file)
    if token != nil { printStatus("zlab: requests need the token in \(file): add ?token=TOKEN to the first address") }
    try await DashboardServer(pages, host: host, port: port, token: token).run { printStatus("zlab: \($0)") }
  }
}
