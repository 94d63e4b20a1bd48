import Foundation
import Testing

/// `qemu-passthrough` with real guests, on a stock kernel: nothing is built for it but its disk.
@Suite(.serialized) struct QemuPassthroughTests {
  private let zlab: ZlabFixture

  init() async throws {
    zlab = try ZlabFixture()
    try await StockKernels.shared.need("trixie")
  }

  private func onlyTrial(_ arguments: String...) async throws -> (code: Int32, trial: [String: Any]) {
    let process = try zlab.start(
      ["run"] + arguments + ["--kernel", "debian:trixie", "--trials", "1", "--format", "json"])
    process.say("")
    let result = await process.end()
    try skipWithoutArchive(result)
    let run = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
    let trials = try #require(run?["trials"] as? [[String: Any]], "\(result.talk)")
    return (result.code, try #require(trials.first))
  }

  @Test func `a real QEMU is asked for its function and lets it go`() async throws {
    let (code, trial) = try await onlyTrial("qemu-passthrough", "--set", "iterations=3")
    #expect(code == 0, "\(trial)")
    let actor = try #require((trial["actors"] as? [[String: Any]])?.first)
    let printed = try #require(actor["output"] as? String)
    let report = try #require(try JSONSerialization.jsonObject(with: Data(printed.utf8)) as? [String: Any])
    #expect(report["iterations"] as? Int == 3)
    let ends = try #require(report["ends"] as? [String: Int])
    // QEMU may abort when it resets; the actor then starts another.
    #expect(ends["let-go", default: 0] + ends["qemu-died", default: 0] == 3 && ends["let-go", default: 0] > 0)
    #expect(try zlab.emulators().isEmpty)
  }

  @Test func `an image without a QEMU makes a miss`() async throws {
    let (code, trial) = try await onlyTrial("qemu-passthrough", "--image", "mini")
    #expect(code != 0 && trial["verdict"] as? String == "miss")
    #expect((trial["note"] as? String)?.contains("the image has no qemu-system-s390x") == true, "\(trial)")
  }

  @Test func `a QEMU that was never asked makes a miss`() async throws {
    // It says yes to everything, and has nothing.
    let text = """
      schema: zlab.scenario/1
      name: pretender
      summary: A function leaves whom nobody had to ask.
      functions: [{uid: 0x1, fid: 0x10, model: virtio-rng}]
      prepare:
        - program: sh
          arguments:
            - -c
            - |
              mkdir -p /usr/local/bin; cd /usr/local/bin
              echo '#!/bin/sh' > qemu-system-s390x
              echo 'echo {\\"QMP\\": 1}' >> qemu-system-s390x
              echo 'while read -r line; do echo {\\"return\\": 1}; case $line in *quit*) exit; esac; done' >> qemu-system-s390x
              chmod 755 qemu-system-s390x
      actors:
        - program: env
          arguments: ["PATH=/usr/local/bin:/usr/bin:/bin", qemu-user, --fid, "10", --iterations, "1"]
      duration: 60s
      """
    let file = zlab.home.appending(path: "pretender.yaml")
    try Data(text.utf8).write(to: file)
    let (code, trial) = try await onlyTrial(file.path)
    #expect(code != 0 && trial["verdict"] as? String == "miss")
    #expect((trial["note"] as? String)?.contains("iteration 1 of 1 ended with not-asked") == true, "\(trial)")
  }
}
