import ArgumentParser
import Campaign
import Dashboard
import Records
import ResultStore

struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Shows the results in a browser.",
    discussion: """
      Answers on this machine only, changes nothing, and ends with Control-C.

        zlab serve
        zlab serve --port 9000
      """)

  @Option(help: "The port to answer on; 0 takes one that is free.")
  var port: UInt16 = 8080

  @Option(help: ArgumentHelp("The IPv4 address to answer on.", valueName: "address"))
  var host = "127.0.0.1"

  func run() async throws {
    let store = try ResultStore(userFolders)
    let pages = try Pages(store, userFolders) {
      $0.liveState
    } report: {
      try nightReport($0, store: store)
    }
    if !host.hasPrefix("127.") { say("zlab: everybody who reaches \(host) can read all results and logs") }
    try await DashboardServer(pages, host: host, port: port).run { say("zlab: \($0)") }
  }
}
