import Foundation
import Model
import Reports
import Testing

@Suite struct ScheduleCourseTests {
  private func course(_ story: [StoryStep]) -> ScheduleCourse? { ScheduleCourse(story, finding: nil) }

  @Test func `pauses and what ends them are told from places that a task passes`() throws {
    let report = RunReportTests().scheduled()
    let course = try #require(report.schedulePart?.course)
    #expect(course.lanes.map(\.vcpu) == [0, 1] && course.reportingLane == 0)
    #expect(
      course.rows.map(\.event) == [
        .place("s390_iommu_attach_device"), .pause("s390_iommu_release_device"), .pause("s390_iommu_attach_device"),
        .resume("the awaited task came"), .resume("the others have run"), .place("s390_iommu_release_device"),
      ])
    #expect(course.rows.map(\.instructions) == [0, 2_173_000, 2_199_000, 2_199_000, 2_599_000, 2_699_000])
    // The first trial has no events, and a run that passes shows the first that has.
    #expect(RunReportTests().scheduled(failing: false).schedulePart?.course?.heading == "Course of trial 2")
  }

  @Test func `a bar of a call lasts as long as the calls within it, one of a pause until the task goes on`() throws {
    let drawing = try #require(course(PinReportTests.story)?.drawing)
    // Rows of 22 from 44 on: the pause is row 0 to 4, the outer call rows 1 to 3, each inner call a row.
    #expect(drawing.contains(#"<rect class="pause" x="88" y="47" width="8" height="93" rx="2"/>"#), "\(drawing)")
    #expect(drawing.contains(#"<rect class="call" x="422" y="69" width="6" height="60" rx="2"/>"#))
    #expect(drawing.contains(#"<rect class="call" x="432" y="91" width="6" height="16" rx="2"/>"#))
    #expect(drawing.components(separatedBy: "<polygon").count == 3)
    #expect(drawing.contains("<title>vCPU 1 gets the turn of vCPU 0</title>"))
    #expect(drawing.contains("<desc>0: vCPU 0 pauses. 842: vCPU 1 enters s390_iommu_release_device."))
  }

  @Test func `names of a guest are capped and escaped`() throws {
    let evil = "<script>\u{1b}" + String(repeating: "x", count: 10_000)
    let steps = (0..<500).map {
      StoryStep(instructions: $0, vcpu: $0 % 2, task: evil, functions: [evil], depths: [Int.max])
    }
    let drawing = try #require(course(steps)?.drawing)
    #expect(drawing.utf8.count < 200_000 && drawing.contains("And so on.</desc>"))
    #expect(!drawing.contains("<script") && !drawing.contains("\u{1b}"))
    #expect(course([]) == nil)
    #expect(course((0..<9).map { StoryStep(instructions: 0, vcpu: $0, pauses: true) }) == nil)
  }

  @Test func `depths that do not fit the functions are no harm`() throws {
    let step = StoryStep(instructions: 0, vcpu: 0, task: "t", functions: ["f", "g"], depths: [-4])
    #expect(try #require(course([step])).rows.map(\.event) == [.call("f", depth: 0), .call("g", depth: 0)])
  }
}
