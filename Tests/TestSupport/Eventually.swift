/// Polls a condition that another thread or process makes true.
///
/// A busy machine is slow, not wrong: the limit of ten minutes is there so that a broken program ends the test instead of
/// hanging it, and is no measurement.
/// - Returns: false when the condition did not become true within the limit.
package func eventually(
  every interval: Duration = .milliseconds(20), _ condition: () async throws -> Bool
) async throws -> Bool {
  let clock = ContinuousClock()
  let limit = clock.now + .seconds(600)
  while try await !condition() {
    guard clock.now < limit else { return false }
    try await Task.sleep(for: interval)
  }
  return true
}
