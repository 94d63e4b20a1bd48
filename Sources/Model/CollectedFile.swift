/// A file that was taken from a guest's disk after its trial, or that could not be.
package struct CollectedFile: Codable, Sendable, Hashable {
  /// In the guest; what is no UTF-8 is replaced, and nothing else: a guest may call its files what it likes.
  package var path: String
  /// Relative to the run's folder; nil when it was not taken.
  package var file: String?
  /// In the guest, in bytes.
  package var size: Int
  /// Reason why it was not taken, or not whole.
  package var note: String?

  package init(path: String, file: String?, size: Int, note: String? = nil) {
    self.path = path
    self.file = file
    self.size = size
    self.note = note
  }
}
