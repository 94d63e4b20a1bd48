import Model
import Testing
import Trials

@Suite struct KTAPResultsTests {
  // As the kernel's harness (tools/testing/selftests/kselftest_harness.h) writes it.
  private let harness = """
    TAP version 13
    1..5
    # Starting 5 tests from 2 test cases.
    #  RUN           iommufd.simple_close ...
    #            OK  iommufd.simple_close
    ok 1 iommufd.simple_close
    #  RUN           iommufd.cmd_length ...
    # iommufd.c:131:cmd_length:Expected EINVAL (22) == errno (7)
    # cmd_length: Test terminated by assertion
    #          FAIL  iommufd.cmd_length
    not ok 2 iommufd.cmd_length
    ok 3 iommufd.huge # SKIP no huge pages
    not ok 4 iommufd.known # XFAIL not yet
    ok 5 - iommufd.dashed
    # FAILED: 4 / 5 tests passed.

    """

  @Test func `every result of a harness is counted, and a failure has its reason`() {
    let results = KTAPResults(parsing: harness)
    #expect(results.counts == TestCounts(passed: 3, failed: 1, skipped: 1, planned: 5))
    #expect(results.isComplete)
    #expect(results.failures.map(\.test) == ["iommufd.cmd_length"])
    #expect(results.failures.first?.reason == "iommufd.c:131:cmd_length:Expected EINVAL (22) == errno (7)")
    #expect(results.skipReason == "no huge pages")
  }

  @Test(arguments: [
    ("", 0), ("1..3\nok 1 a\nok 2 b\n", 2), ("ok 1 a\n", 1), ("1..1\nok 1 a\nok 2 b\n", 2),
    ("1..2\nok 1 a\nBail out! no device\n", 1), ("1..0\n", 0), ("okay 1\nnotok\n ok 1 indented\n", 0),
  ])
  func `output that was cut, or is none, is not complete`(text: String, told: Int) {
    let results = KTAPResults(parsing: text)
    #expect(results.told == told)
    #expect(!results.isComplete)
  }

  @Test func `who gives up says why`() {
    #expect(KTAPResults(parsing: "Bail out!  no /dev/iommu \n").bailedOut == "no /dev/iommu")
  }

  @Test func `subtests count through their parent`() {
    let text = "KTAP version 1\n1..1\n    KTAP version 1\n    1..2\n    not ok 1 a\n    ok 2 b\nnot ok 1 parent\n"
    let results = KTAPResults(parsing: text)
    #expect(results.counts == TestCounts(passed: 0, failed: 1, skipped: 0, planned: 1))
    #expect(results.failures.map(\.test) == ["parent"])
  }

  @Test func `a hostile guest gets neither length nor number`() {
    let long = String(repeating: "x", count: 100_000)
    let many = (1...5000).map { "# \(long.prefix(300))\nnot ok \($0) \(long.prefix(200))\n" }.joined()
    let results = KTAPResults(parsing: "1..99999999999999999999\nnot ok 1 \(long)\nok 99999999999999999999 b\n" + many)
    #expect(results.counts.planned == nil)
    #expect(results.failures.count == 50)
    #expect(results.failures.allSatisfy { $0.test.count <= 120 && ($0.reason?.count ?? 0) <= 160 })
    #expect(results.counts.failed == 5001)
  }

  @Test func `a test without a name has its number`() {
    #expect(KTAPResults(parsing: "1..2\r\nok 1\r\nnot ok 2\r\n").failures.map(\.test) == ["test 2"])
  }
}
