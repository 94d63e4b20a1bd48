import Foundation
import Model
import Reports
import ResultStore

extension Pages {
  func kernels(_ query: [String: String]) throws -> Reply {
    let kernels = try store.testedKernels(limit: 200)
    if query["format"] == "json" { return try json(KernelList(kernels: kernels.map(KernelList.Line.init))) }
    let rows = kernels.map { tested in
      kernelRow(tested.kernel).merging(["runs": tested.runs, "newest": minuteText(tested.newest)]) { $1 }
    }
    return render("kernels", ["title": "Kernels", "rows": rows])
  }

  func kernel(_ text: String, _ query: [String: String]) throws -> Reply {
    guard text.count >= 4, let newest = try store.countedRuns(ofKernel: text, limit: 1).runs.first else {
      return missing("No runs of kernel '\(text)'.")
    }
    let kernel = newest.run.kernel
    let (runs, total) = try store.countedRuns(ofKernel: kernel.id, limit: 100)
    let findings = try store.signatures(ofKernel: kernel.id, limit: 100)
    if query["format"] == "json" {
      return try json(
        KernelDocument(
          kernel: kernel, runs: runs.map(runDocument),
          signatures: findings.map { .init(signature: $0.record.signature, title: $0.record.title, trials: $0.trials) })
      )
    }
    var values = kernelRow(kernel)
    values["title"] = kernel.name
    values["runs"] = runs.map(runRow)
    if total > runs.count { values["more"] = total - runs.count }
    (values["findings"], values["hasFindings"]) = (findings.map { findingRow($0.record, $0.trials) }, !findings.isEmpty)
    if let build = kernel.build {
      values["build"] =
        [
          "fragments": build.fragments.joined(separator: " "),
          "patches": build.patches.map { ["title": $0.subject] as Values }, "hasPatches": !build.patches.isEmpty,
        ] as Values
    }
    return render("kernel", values)
  }

  private func kernelRow(_ kernel: KernelRecord) -> Values {
    [
      "id": kernel.id, "short": String(kernel.id.prefix(12)), "name": kernel.name, "release": kernel.release,
      "origin": kernel.origin, "config": kernel.build?.fragments.joined(separator: " ") ?? "stock",
      "created": minuteText(kernel.created),
    ]
  }

  func bisects(_ query: [String: String]) throws -> Reply {
    let bisects = try store.bisects(limit: 100)
    if query["format"] == "json" { return try json(BisectList(bisects: bisects)) }
    return render("bisects", ["title": "Bisections", "bisects": bisects.map(bisectCard)])
  }
}

/// `/kernels?format=json`.
private struct KernelList: Encodable {
  struct Line: Encodable {
    let id: String
    let name: String
    let release: String
    let origin: String
    let runs: Int
    let newest: Date

    init(_ tested: TestedKernel) {
      (id, name, release) = (tested.kernel.id, tested.kernel.name, tested.kernel.release)
      (origin, runs, newest) = (tested.kernel.origin, tested.runs, tested.newest)
    }
  }

  let schema = "zlab.kernels/1"
  let kernels: [Line]
}

/// `/kernel/ID?format=json`.
private struct KernelDocument: Encodable {
  struct Seen: Encodable {
    let signature: String
    let title: String
    let trials: Int
  }

  let schema = "zlab.kernel/1"
  let kernel: KernelRecord
  let runs: [RunDocument]
  let signatures: [Seen]
}

/// `/bisects?format=json`.
private struct BisectList: Encodable {
  let schema = "zlab.bisects/1"
  let bisects: [BisectRecord]
}
