import Foundation
import Model
import Reports
import Statistics
import Testing

@Suite struct VerifyReportTests {
  private func text(_ result: VerifyResult) -> String { VerifyReport(result).text(Style(colour: false)) }

  private func changed(_ change: (inout VerifyResult) -> Void) -> VerifyResult {
    var result = VerifyFixture.fixed
    change(&result)
    return result
  }

  @Test func `a fix tells the verdict, both rates, the chance of an error, the bug and the command`() {
    let text = text(VerifyFixture.fixed)
    #expect(text.hasPrefix("vfio-detach-race, iommu/s390: Fix race with release_device ops: fixed   verify 3f9a3f9a\n"))
    #expect(text.contains("  before  7 of 7 trials: 100 %, 95 % interval 59.0 % to 100 %\n"))
    #expect(
      text.contains("  after   none of 7 trials: failure rates of 34.8 % or more are excluded at 95 % confidence\n"))
    #expect(text.contains("p <= 0.78 % if the patch had no effect (7 pairs, "))
    #expect(
      text.contains("Gone, failed trials before -> after\n  7 -> 0  WARNING in iommu_detach_group  0123456789abcdef\n"))
    #expect(text.contains("before the patch, run 11112222, trial 1\n"))
    #expect(text.contains("    iommu_detach_group+0x6a\n"))
    #expect(text.contains("\n  zlab verify 'the seed'\\''s mail.txt' --source debian:6.1 --base-patch kb1.patch"))
    #expect(text.contains("1 miss after the patch (infrastructure errors, not kernel failures)"))
    #expect(!text.contains("NEW"))
  }

  @Test func `short of a tenth of the rate it is not seen, with what is excluded and what is missing`() {
    let result = changed {
      ($0.judgement.verdict, $0.judgement.reason) = (.notSeen, .notExcluded)
      ($0.judgement.excludedShare, $0.judgement.moreTrialsAfter) = (0.534, 31)
      ($0.judgement.before.passes, $0.subject.schedule) = (33, nil)
    }
    let text = text(result)
    #expect(text.contains(": not seen after the patch   "))
    #expect(text.contains("excludes only a rate of 53.4 % or more of the one before, and fixed takes 10 %"))
    #expect(text.contains("about 31 more clean trials after it would do"))
    #expect(text.contains("try --schedule icount"))
    let mail = VerifyReport(result).mail()
    #expect(mail.contains("guests: not seen after") && !mail.contains("Tested-by"))
    #expect(result.judgement.verdict.exitCode == 2)
  }

  @Test func `what could not show before is unmasked and what is known is no news`() {
    let text = text(
      changed {
        $0.judgement.signatures.append(
          VerifyFixture.comparison(VerifyFixture.other, .unmasked, 0, 2, isTargeted: false))
        $0.judgement.signatures.append(VerifyFixture.comparison("00001111", .known, 0, 1, isTargeted: false))
      })
    #expect(text.contains(": fixed, unmasks another failure   "))
    #expect(text.contains("nothing says whether the patch brought it"))
    #expect(text.contains("Unmasked, failed trials before -> after\n  0 -> 2"))
    #expect(text.contains("Known issues, failed trials before -> after\n  0 -> 1"))
    #expect(!text.contains("NEW"))
  }

  @Test func `trials of an earlier run are named with what they cannot promise`() {
    let text = text(
      changed {
        ($0.baseRun, $0.judgement.pairs, $0.judgement.evidence) = ("aaaabbbb", 2, 250)
      })
    #expect(text.contains("the trials of run aaaabbbb count as trials before the patch"))
    #expect(text.contains("a chance of at most 0.40 %. No lot placed them"))
  }

  @Test func `the time is told by stage`() {
    #expect(
      text(VerifyFixture.fixed).contains(
        "  build before  60.2 s\n  build after   24.0 s\n  trials        86.5 s\n  total         171.0 s\n"))
  }

  @Test func `something new is shown first, and whole`() throws {
    let text = text(
      changed {
        ($0.judgement.verdict, $0.judgement.evidence) = (.addsNew, 128)
        $0.judgement.signatures.append(VerifyFixture.comparison(VerifyFixture.other, .new, 0, 2, isTargeted: false))
        $0.sightings[VerifyFixture.other] = SignatureSighting(
          side: .after, trial: 4, finding: VerifyFixture.finding(VerifyFixture.other, title: "WARNING in b"))
      })
    #expect(text.contains(": fixes it but adds NEW"))
    #expect(
      text.contains("NEW, failed trials before -> after\n  0 -> 2  WARNING in b  fedcba9876543210  (not significant)\n")
    )
    let new = try #require(text.range(of: "WARNING in b   after the patch, run 33334444, trial 4"))
    let old = try #require(text.range(of: "WARNING in iommu_detach_group   before the patch"))
    #expect(new.lowerBound < old.lowerBound)
  }

  @Test func `a patch that does not help advises to hunt one signature when others went away`() {
    let stayed = changed {
      ($0.judgement.verdict, $0.judgement.reason, $0.judgement.after) = (
        .notFixed, .shownAfter, SideCounts(passes: 6, fails: 1, shown: 1)
      )
      $0.judgement.signatures.append(VerifyFixture.comparison(VerifyFixture.other, .stayed, 3, 1))
    }
    #expect(text(stayed).contains(": not fixed   "))
    #expect(text(stayed).contains("  after   1 of 7 trials: 14.3 %, 95 % interval"))
    #expect(text(stayed).contains("Stayed, failed trials before -> after\n  3 -> 1  finding not recorded"))
    #expect(text(stayed).contains("to select one: --signature 0123456789abcdef"))
    var asked = stayed
    asked.subject.targeted = [VerifyFixture.bug, VerifyFixture.other]
    #expect(!text(asked).contains("to select one"))
    #expect(text(asked).contains("  targets    0123456789abcdef fedcba9876543210\n"))
  }

  @Test(arguments: [
    (FixReason.tooFew, "at the observed rates about 30 more pairs would be needed"),
    (.neverBefore, "the bug was not reproduced without the patch in 40 trials"),
    (.misses, "repeated infrastructure errors on the kernel after the patch"),
  ])
  func `an inconclusive comparison says why and what it would take`(reason: FixReason, words: String) {
    let text = text(
      changed {
        ($0.judgement.verdict, $0.judgement.reason) = (.inconclusive, reason)
        $0.judgement.before =
          reason == .neverBefore ? SideCounts(passes: 40) : SideCounts(passes: 18, fails: 2, shown: 2)
        $0.judgement.morePairs = reason == .tooFew ? 30 : nil
        $0.judgement.missing = reason == .misses ? .after : nil
        $0.judgement.signatures = []
      })
    #expect(text.contains(": inconclusive"))
    #expect(text.contains(words))
  }

  @Test func `a failure that hides another is no fix`() {
    let text = text(
      changed {
        ($0.judgement.verdict, $0.judgement.reason) = (.notFixed, .censored)
        $0.judgement.after = SideCounts(fails: 7, censored: 7)
      })
    #expect(text.contains(": not fixed, adds NEW"))
    #expect(text.contains("  after   no valid trial; 7 more trials censored by another finding\n"))
  }

  @Test func `a comparison that was cut short says so`() {
    #expect(text(changed { $0.state = .interrupted }).contains(": fixed, interrupted   verify"))
  }

  @Test func `what mails and guests hold cannot reach the terminal as control`() {
    let evil = "evil \u{1b}]0;title\u{7}\r\n\u{202e}txt"
    let text = text(
      changed {
        $0.subject.patches[0].title = evil
        $0.subject.base[0].title = evil
        $0.sightings[VerifyFixture.bug]?.finding.title = evil
        $0.command.append(evil)
        $0.subject.parameters["x"] = evil
      })
    #expect(!text.unicodeScalars.contains { ["\u{1b}", "\u{7}", "\r", "\u{202e}"].contains($0) })
    #expect(text.contains("evil \\u{1b}]0;title"))
  }

  @Test func `the JSON form carries the contract's keys, null where nothing is known`() throws {
    var result = VerifyFixture.fixed
    (result.ended, result.subject.mail, result.sightings) = (nil, nil, [:])
    let json = try jsonText(VerifyReport(result))
    let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
    #expect(object["schema"] as? String == "zlab.verify/2")
    #expect(object["verdict"] as? String == "fixed")
    #expect(
      object.keys.sorted() == [
        "after", "alpha", "base_patches", "base_run", "before", "command", "config", "duration", "ended", "evidence",
        "excluded_share", "factor", "final", "host", "id", "mail", "missing", "more_pairs",
        "more_trials_after", "pairs", "parameters", "patches", "reason", "scenario", "schedule", "schema", "seed",
        "signatures", "source", "stages", "started", "state", "targeted", "toolchain", "verdict",
      ])
    for key in [
      "base_run", "ended", "excluded_share", "targeted", "mail", "missing", "more_pairs", "more_trials_after",
    ] {
      #expect(object[key] is NSNull, "\(key)")
    }
    let before = try #require(object["before"] as? [String: Any])
    #expect(before["shown"] as? Int == 7)
    #expect(before["excluded_rate"] is NSNull)
    #expect((before["rate"] as? [String: Any])?["trials"] as? Int == 7)
    let row = try #require((object["signatures"] as? [[String: Any]])?.first)
    #expect(
      row.keys.sorted() == [
        "after", "before", "beyond_chance", "fate", "finding", "kind", "side", "signature", "targeted", "title",
        "trial",
      ])
    #expect(row["finding"] is NSNull)
    #expect((object["stages"] as? [[String: Any]])?.count == 3)
  }

  @Test func `a result is read back as it was written`() throws {
    let encoded = try JSONEncoder().encode(VerifyFixture.fixed)
    #expect(try JSONDecoder().decode(VerifyResult.self, from: encoded) == VerifyFixture.fixed)
  }
}
