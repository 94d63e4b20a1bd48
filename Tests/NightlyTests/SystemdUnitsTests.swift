import Foundation
import Model
import Nightly
import Testing

@Suite struct SystemdUnitsTests {
  private func units(
    command: [String] = ["/usr/bin/env", "nightly", "/a plan.yaml"], environment: [String: String] = [:],
    time: String = "23:30", isUser: Bool = true
  ) throws -> SystemdUnits {
    try SystemdUnits(plan: "pci", command: command, environment: environment, time: time, isUser: isUser)
  }

  @Test func `words reach the program as they are, whatever systemd would make of them`() throws {
    let units = try units(command: ["/usr/bin/env", "50% of \"$HOME\"\\"], environment: ["A": "%h $x"])
    #expect(units.service.contains(#"ExecStart="/usr/bin/env" "50%% of \"$$HOME\"\\""#))
    #expect(units.service.contains(#"Environment="A=%%h $x""#))
    #expect(units.timer.contains("OnCalendar=*-*-* 23:30:00\n"))
    #expect(units.name == "zlab-pci")
  }

  @Test(arguments: ["24:00", "7:00", "12:60", "noon", "12:00\nOnCalendar=hourly"])
  func `a time that is none is refused`(time: String) {
    #expect(throws: RequestError.self) { try units(time: time) }
  }

  @Test func `a word with a line break is refused`() {
    #expect(throws: RequestError.self) { try units(command: ["/bin/true", "a\nExecStartPre=/bin/false"]) }
    #expect(throws: RequestError.self) { try units(environment: ["A": "b\nUser=root"]) }
  }

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: "/usr/bin/systemd-analyze"),
      "there is no systemd-analyze here, so nothing is said of the units"), arguments: [true, false])
  func `systemd finds nothing wrong with them`(isUser: Bool) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "zlab-units-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let units = try units(environment: ["PATH": "/usr/bin:/bin", "ZLAB_HOME": "/a b%c"], isUser: isUser)
    let files = [("service", units.service), ("timer", units.timer)].map { ending, text in
      (folder.appending(path: "\(units.name).\(ending)"), text)
    }
    for (file, text) in files { try Data(text.utf8).write(to: file) }
    func verify() throws -> (code: Int32, words: String) {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/systemd-analyze")
      process.arguments = (isUser ? ["--user"] : []) + ["verify", "--man=no"] + files.map(\.0.path)
      process.environment = ["XDG_RUNTIME_DIR": folder.path, "PATH": "/usr/bin:/bin", "HOME": folder.path]
      let pipe = Pipe()
      process.standardError = pipe
      process.standardOutput = pipe
      try process.run()
      let words = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return (process.terminationStatus, words)
    }
    let good = try verify()
    #expect(good.code == 0 && !good.words.contains(units.name), "\(good.words)")
    // It does look: a program that is not there is told.
    try Data(units.service.replacing("/usr/bin/env", with: "/nowhere/zlab").utf8).write(to: files[0].0)
    let bad = try verify()
    #expect(bad.words.contains("/nowhere/zlab"))
  }
}
