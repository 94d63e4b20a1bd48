import Foundation
import Model

/// Comparisons as they come out of a lab, for the reports.
enum VerifyFixture {
  static let bug = "0123456789abcdef"
  static let other = "fedcba9876543210"

  static func finding(
    _ signature: String, title: String = "WARNING in iommu_detach_group", message: String? = nil
  ) -> Finding {
    Finding(
      kind: .warning, title: title, function: "iommu_detach_group",
      message: message ?? "WARNING: CPU: 0 PID: 57 at drivers/iommu/iommu.c:1962 iommu_detach_group+0x6a/0x80",
      location: "drivers/iommu/iommu.c:1962",
      frames: [
        Frame(name: "iommu_detach_group", offset: 0x6a), Frame(name: "vfio_iommu_type1_detach_group", offset: 0xd4),
      ],
      cpu: 0, pid: 57, comm: "vfio-user", kernel: "6.1.192", firstLine: 210, lastLine: 250, signature: signature)
  }

  static func comparison(
    _ signature: String, _ fate: SignatureFate, _ before: Int, _ after: Int, isTargeted: Bool = true
  ) -> SignatureComparison {
    SignatureComparison(
      signature: signature, fate: fate, isTargeted: isTargeted, before: before, after: after,
      isBeyondChance: before + after >= 7)
  }

  /// The seed's patch on a kernel that always fails without it.
  static var fixed: VerifyResult {
    let judgement = PatchTestResult(
      verdict: .fixed, reason: .convinced, isFinal: true, pairs: 7, evidence: 128, error: 0.01,
      before: SideCounts(fails: 7, shown: 7), after: SideCounts(passes: 7, misses: 1),
      signatures: [comparison(bug, .wentAway, 7, 0)])
    return result(judgement, sightings: [bug: SignatureSighting(side: .before, trial: 1, finding: finding(bug))])
  }

  /// One comparison for each verdict, by name.
  static var all: [(name: String, result: VerifyResult)] {
    func result(_ verdict: FixVerdict, _ reason: FixReason, _ row: SignatureComparison) -> VerifyResult {
      let after = SideCounts(passes: 9 - row.after, fails: row.after, shown: row.fate == .stayed ? row.after : 0)
      let judgement = PatchTestResult(
        verdict: verdict, reason: reason, isFinal: true, pairs: 9, evidence: 3, error: 0.01,
        before: SideCounts(passes: 9 - row.before, fails: row.before, shown: row.before), after: after,
        signatures: [row])
      let side: PatchSide = row.before > 0 ? .before : .after
      let sighting = SignatureSighting(side: side, trial: 1, finding: finding(row.signature))
      return self.result(judgement, sightings: [row.signature: sighting])
    }
    return [
      ("fixed", fixed), ("not-fixed", result(.notFixed, .shownAfter, comparison(bug, .stayed, 6, 5))),
      ("adds-new", result(.addsNew, .convinced, comparison(other, .new, 0, 8, isTargeted: false))),
      ("inconclusive", result(.inconclusive, .tooFew, comparison(bug, .wentAway, 2, 0))),
      ("never-before", result(.inconclusive, .neverBefore, comparison(other, .new, 0, 1, isTargeted: false))),
    ]
  }

  static var subject: VerifySubject {
    VerifySubject(
      source: "debian:6.1, linux-source-6.1 6.1.192-2",
      base: [PatchMention(title: "Attach domains twice again", file: "kb1.patch")],
      patches: [
        PatchMention(title: "iommu/s390: Fix race with release_device ops", author: "A. Writer <a@example.org>")
      ],
      config: ["s390-guest", "zpci", "vfio"], toolchain: "s390x-linux-gnu-gcc 12.2.0", scenario: "vfio-detach-race",
      parameters: ["delay": "320"], schedule: "icount",
      mail: MailReference(
        subject: "[PATCH v4 1/2] iommu/s390: Fix race with release_device ops", author: "A. Writer <a@example.org>",
        date: "Wed, 31 Aug 2022 16:12:36 -0400", messageID: "20220831.2@example.org",
        references: ["20220831.0@example.org"]))
  }

  static func result(_ judgement: PatchTestResult, sightings: [String: SignatureSighting] = [:]) -> VerifyResult {
    let start = Date(timeIntervalSince1970: 0)
    func side(_ id: String, _ run: String) -> VerifySide {
      let kernel = KernelRecord(id: id, name: "debian:6.1", release: "6.1.192", origin: "", created: start)
      return VerifySide(kernel: kernel, run: run, folder: "/state/runs/\(run)")
    }
    return VerifyResult(
      id: "3f9a3f9a", subject: subject, before: side(String(repeating: "ab", count: 32), "11112222"),
      after: side(String(repeating: "cd", count: 32), "33334444"), judgement: judgement, sightings: sightings,
      state: .finished, seed: 7, started: start, ended: start + 171,
      stages: [
        VerifyStage(name: "build before", seconds: 60.25), VerifyStage(name: "build after", seconds: 24),
        VerifyStage(name: "trials", seconds: 86.5),
      ], duration: 171,
      command: [
        "zlab", "verify", "the seed's mail.txt", "--source", "debian:6.1", "--base-patch", "kb1.patch", "--scenario",
        "vfio-detach-race", "--schedule", "icount", "--seed", "7",
      ],
      host: [
        "zlab": "0.2.0", "qemu": "QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7+deb12u16)", "libvirt": "9.0.0",
      ])
  }
}
