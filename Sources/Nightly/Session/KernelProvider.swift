package import Model
package import Runs

/// Kernel of a plan as resolved for a night.
package struct NightKernel: Sendable, Hashable {
  /// Equal for equal kernels; the id that it has, or will have, in the cache.
  package var id: String
  /// The line of kernels that it is compared within.
  package var line: String
  /// The revision that its branch stands at; nil where there is none.
  package var revision: String?

  package init(id: String, line: String, revision: String? = nil) {
    self.id = id
    self.line = line
    self.revision = revision
  }
}

/// Environment of a night: kernels that are ready to run.
package protocol KernelProvider: Sendable {
  /// Says what a kernel is now, without building it; branches are fetched.
  /// - Throws: `RequestError` when its source is at fault, `LabError` when the network, the disk or a tool is.
  func identify(_ kernel: PlannedKernel) async throws -> NightKernel

  /// Everything that a cell's run needs: its kernel and image are built where they are not there.
  /// - Parameter kernel: what ``identify(_:)`` said when the night began: it is that one which must run.
  /// - Throws: `RequestError` when the source does not build, `LabError` when the lab cannot.
  func request(_ cell: PlannedCell, _ kernel: NightKernel, seed: UInt64) async throws -> RunRequest
}

/// Estimate of the remaining work of a night, from history.
package struct NightOutlook: Sendable, Hashable {
  /// Cells that wait, with the one that begins now.
  package var cells: Int
  /// Seconds that those of known length will take, builds left out; never more than the budget leaves.
  package var seconds: Double
  /// Cells whose length nothing lets expect.
  package var unknown: Int

  package init(cells: Int, seconds: Double, unknown: Int) {
    (self.cells, self.seconds, self.unknown) = (cells, seconds, unknown)
  }
}

/// Progress event of a night, in order.
package enum NightEvent: Sendable {
  /// A kernel is about to be looked up, fetched or compared with its branch: the first of so many.
  case identifying(PlannedKernel, number: Int, of: Int)
  /// The cells are in the night's order.
  case started(NightRecord, [CellRecord])
  /// Something worth a line.
  case note(String)
  /// A cell begins, or is taken up once more.
  case begun(CellRecord, NightOutlook)
  case run(CellRecord, RunEvent)
  /// A cell came to its end.
  case ended(CellRecord)
  case over(NightRecord, [Regression])
}
