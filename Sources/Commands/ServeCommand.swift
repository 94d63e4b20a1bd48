import ArgumentParser
import Dashboard
import Model
import Nightly
import ResultStore
import Runs

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Serve the results as web pages.",
    discussion: """
      Listens on the loopback interface only, unless --host is given. Read-only. Press Ctrl-C to stop.

        zlab serve
        zlab serve --port 9000
      """)

  @Option(help: "TCP port; 0 selects a free one")
  var port: UInt16 = 8080

  @Option(help: ArgumentHelp("IPv4 address to listen on", valueName: "address"))
  var host = "127.0.0.1"

  func run() async throws {
    let store = try ResultStore(userLocations)
    let pages = try Pages(store, userLocations) {
      $0.liveState
    } report: {
      try nightReport($0, store: store)
    }
    if !host.hasPrefix("127.") {
      printStatus("zlab: warning: all results and logs are readable by anyone who can reach \(host)")
    }
    try await DashboardServer(pages, host: host, port: port).run { printStatus("zlab: \($0)") }
  }
}
