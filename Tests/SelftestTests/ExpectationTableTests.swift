import Testing

@testable import Selftest

@Suite struct ExpectationTableTests {
  @Test func `each trigger stands in the table once, under a name that a kernel can have`() {
    #expect(TriggerExpectation.all.count == TriggerExpectation.table.count)
    #expect(TriggerExpectation.table.allSatisfy { ActorWords.isTrigger($0.trigger) })
  }

  @Test func `where no report is due the table says why`() {
    for expectation in TriggerExpectation.table {
      let always = expectation.reports.contains { $0.condition == Condition() }
      #expect(
        always || expectation.silence != nil || expectation.reports.contains { !$0.condition.with.isEmpty },
        "\(expectation.trigger)")
      #expect(expectation.reports.allSatisfy { !$0.kinds.isEmpty }, "\(expectation.trigger)")
    }
  }
}
