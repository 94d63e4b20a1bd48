/// Step in the course of a trial: a task that had the turn, or a vCPU that begins or ends a pause.
package struct StoryStep: Codable, Sendable, Hashable {
  /// Instructions of all vCPUs since the course begins.
  package var instructions: Int
  package var vcpu: Int
  /// Name of the task, as the guest has it; nil for a pause.
  package var task: String?
  /// Some of the kernel's functions that it entered, in order; empty for a pause.
  package var functions: [String]
  /// For each function the number of functions of the course that it was entered within; nil when that is not known.
  package var depths: [Int]?
  /// True where a pause begins, false where it ends, nil for a task.
  package var pauses: Bool?

  package init(instructions: Int, vcpu: Int, task: String, functions: [String], depths: [Int]? = nil) {
    (self.instructions, self.vcpu, self.task) = (instructions, vcpu, task)
    (self.functions, self.depths) = (functions, depths)
  }

  package init(instructions: Int, vcpu: Int, pauses: Bool) {
    (self.instructions, self.vcpu, self.pauses) = (instructions, vcpu, pauses)
    functions = []
  }
}
