import Foundation
import Model
import Reports
import Statistics
import Testing

@Suite struct BugReportTests {
  private func report(origin: String = "linux-image-6.1.0-50-s390x 6.1.176-1 of Debian bookworm") -> RunReport {
    let epoch = Date(timeIntervalSince1970: 0)
    let kernel = KernelRecord(
      id: "aabb", name: "debian:bookworm", release: "6.1.0-50-s390x", origin: origin, created: epoch,
      version: "6.1.176-1")
    var run = Run(
      id: "3f9a3f9a", scenario: "vfio-detach-race", scenarioText: "", kernel: kernel,
      image: ImageRecord(id: "i", name: "mini", kernel: "aabb", size: 1, created: epoch), seed: 7,
      goal: RunGoal(trials: 3), parameters: [:], confidence: 0.95, started: epoch,
      command: "zlab run /home/someone/secret/vfio-detach-race.yaml", folder: "/state/runs/3f9a3f9a", host: [:])
    run.state = .finished
    let trials = (1...10).map { number in
      var trial = Trial(number: number, seed: UInt64(number), started: epoch)
      (trial.verdict, trial.end, trial.duration) = (number % 3 == 0 ? .fail : .pass, .completed, 4)
      if number % 3 == 0 { trial.findings = [finding("WARNING in iommu_detach_group", .warning, "0123456789abcdef")] }
      if number == 9 { trial.findings.append(finding("Oops in dma_free_seg_table", .oops, "fedcba9876543210")) }
      return trial
    }
    return RunReport(run: run, state: .finished, trials: trials)
  }

  private func finding(_ title: String, _ kind: FindingKind, _ signature: String) -> Finding {
    let function = String(title.split(separator: " ").last ?? "")
    return Finding(
      kind: kind, title: title, function: function, message: title, location: "drivers/iommu/iommu.c:2121",
      frames: [Frame(name: function, offset: 16, source: "drivers/iommu/iommu.c:2121")], firstLine: 3, lastLine: 9,
      signature: signature)
  }

  private func bug(_ signature: String? = "0123") throws -> BugReport {
    var bug = try BugReport(report(), signature: signature)
    bug.excerpt =
      "[    1.700315][   T30] WARNING: CPU: 1 PID: 9 at drivers/iommu/iommu.c:2121\r\nModules linked in: vfio_pci\r\n"
      + "[    1.700316][   T30] Call Trace:\r\n"
    bug.summary = "The user of a passed-through function lets go of it while the function is removed."
    bug.programs = ["vfio-detach-race --fid 10 --seed 3"]
    bug.kernelArguments = ["s390_iommu_aperture=256", "sysctl.kernel.hung_task_timeout_secs=15"]
    bug.commands = [["zlab", "run", "vfio-detach-race", "--kernel", "debian:bookworm=6.1.176-1", "--seed", "7"]]
    bug.kernels = [
      .init(name: "debian:bookworm", release: "6.1.0-50-s390x", shown: 3, judged: 10),
      .init(name: "debian:trixie", release: "6.12.107", shown: 0, judged: 30),
    ]
    return bug
  }

  @Test func `the mail says what, how often, where else and how to see it again, and nothing of this machine`() throws {
    let mail = try bug().mail(MailAddresses(to: ["linux-s390@example.org"]))
    let (header, body) = (mail.prefix { $0 != "\n" } + "", mail)
    #expect(header.hasPrefix("To: linux-s390@example.org"))
    #expect(body.contains("Subject: [BUG] WARNING in iommu_detach_group (s390x, 6.1.0-50-s390x)\n"))
    #expect(body.contains("It showed in 3 of 10 trials: 30 %, 95 % interval "))
    #expect(body.contains("  WARNING: CPU: 1 PID: 9 at drivers/iommu/iommu.c:2121\n  Call Trace:\n"))
    #expect(!body.contains("Modules linked in"))
    #expect(body.contains("  iommu_detach_group (drivers/iommu/iommu.c:2121)\n"))
    #expect(body.contains("  6.1.0-50-s390x  3 of 10\n"))
    #expect(body.contains(#/6\.12\.107 +0 of 30  less than /#))
    #expect(body.contains("zlab run vfio-detach-race --kernel debian:bookworm=6.1.176-1 \\\n      --seed 7\n"))
    #expect(body.contains("  scripts/get_maintainer.pl -f drivers/iommu/iommu.c\n"))
    #expect(body.contains("command line had: s390_iommu_aperture=256\nsysctl.kernel.hung_task_timeout_secs=15\n"))
    #expect(body.contains("Oops in dma_free_seg_table (1 trial)"))
    #expect(!body.contains("/home/") && !body.contains("/state/"))
    #expect(!body.contains("Fixes:"))
    for line in body.split(separator: "\n") where !line.hasPrefix("  ") { #expect(line.count <= 72, "\(line)") }
  }

  @Test func `the worst is reported unless a signature is named, and one that the run lacks is refused`() throws {
    #expect(try bug(nil).mail().contains("Subject: [BUG] Oops in dma_free_seg_table"))
    let error = #expect(throws: RequestError.self) { try BugReport(report(), signature: "9999") }
    #expect(error?.advice?.contains("0123456789abcdef WARNING in iommu_detach_group") == true)
  }

  @Test func `a bisection's answer is a guess at Fixes, and a hostile console cannot add a header`() throws {
    var bug = try bug()
    bug.excerpt = "a\u{1b}[31m\r\nBcc: x@example.org\n" + String(repeating: "line\n", count: 500)
    var record = BisectRecord(
      name: "b", repository: "/home/someone/linux", scenario: "s", seed: 1, started: Date(timeIntervalSince1970: 0))
    record.culprit = .init(
      id: "fa7e9ecc5e1c0123456789", subject: "iommu/s390: Tolerate repeat attach_dev calls", author: "A")
    record.confidence = 0.97
    bug.culprit = record
    let mail = bug.mail()
    #expect(mail.contains("  Fixes: fa7e9ecc5e1c (\"iommu/s390: Tolerate repeat attach_dev calls\")\n"))
    #expect(mail.contains("with 97 % confidence"))
    #expect(!mail.contains("\u{1b}") && !mail.contains("\nBcc:"))
    #expect(mail.contains("lines left out]") && mail.split(separator: "\n").count < 160)
  }
}
