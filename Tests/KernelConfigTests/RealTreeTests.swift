import Foundation
import Testing

@testable import KernelConfig

/// Asks a real kernel, where one is given: ZLAB_KERNEL_TREE is a tree, ZLAB_KERNEL_CONFIG a `.config` that its own
/// `make ARCH=s390 olddefconfig` wrote.
@Suite struct RealTreeTests {
  private static let tree = ProcessInfo.processInfo.environment["ZLAB_KERNEL_TREE"]
  private static let config = ProcessInfo.processInfo.environment["ZLAB_KERNEL_CONFIG"]

  // `conf` mentions a bool or tristate with a prompt when people can see it, and else only when something sets it.
  @Test(.enabled(if: tree != nil && config != nil, "no kernel tree is given"))
  func `what conf shows and hides is what the conditions come to`() throws {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: try #require(Self.config))))
    let final = try FinalConfig(parsing: bytes, name: "config")
    let root = try #require(Self.tree)
    let tree = try KconfigTree(root: root, architecture: "s390")
    let version = try #require(KernelVersion(makefile: try String(contentsOfFile: root + "/Makefile", encoding: .utf8)))
    #expect(tree.symbols.count > 10_000)
    #expect(tree.complaints == [])
    let scope = KconfigScope(tree: tree, final: final, version: version)
    var checked = 0
    for (name, symbol) in tree.symbols where symbol.hasPrompt && symbol.kind?.isLogical == true {
      let shortfall = try #require(scope.shortfall(of: symbol, below: .module, forPrompt: true))
      guard shortfall.unsure.isEmpty || !shortfall.unmet.isEmpty else { continue }
      checked += 1
      switch final[option: name] {
      case nil: #expect(!shortfall.unmet.isEmpty, "\(name) is hidden")
      case .no: #expect(shortfall.unmet.isEmpty || !symbol.setters.isEmpty, "\(name) is shown")
      default: break
      }
    }
    #expect(checked > 9000)
  }
}
