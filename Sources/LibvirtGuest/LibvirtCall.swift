import HostTools
import Libvirt
import Model

extension BlockingThread {
  /// Makes libvirt calls on the thread and tells their failure as the lab's.
  /// - Throws: `LabError` with libvirt's words.
  func libvirt<Value: Sendable>(
    advice: String? = nil, _ calls: @escaping @Sendable () throws(LibvirtError) -> Value
  ) async throws(LabError) -> Value {
    do {
      return try await run(calls)
    } catch {
      throw LabError(error.description, advice: advice)
    }
  }
}
