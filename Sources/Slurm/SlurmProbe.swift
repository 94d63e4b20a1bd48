package import Foundation
import HostTools
import Model

/// Nodes of a cluster that are alike to Slurm.
package struct SlurmNodeClass: Sendable, Hashable {
  /// One node of the class that is in service.
  package var node: String
  /// Number of nodes in service.
  package var count: Int
  /// As Slurm is configured for it.
  package var cpus: Int
  /// In MiB, as Slurm is configured for it.
  package var memory: Int
}

/// Check of a cluster: what Slurm says of its nodes, and a command on one of each class.
package struct SlurmProbe: Sendable {
  private let options: SlurmOptions

  package init(_ options: SlurmOptions) { self.options = options }

  /// Classes of nodes in service, by CPUs, memory and features.
  /// - Throws: `LabError` when Slurm's commands are missing or its controller does not answer.
  package func classes() async throws -> [SlurmNodeClass] {
    let words = ["--noheader", "--Node", "--responding", "--format=%N|%c|%m|%f|%t"]
    let partition = options.partition.map { ["--partition=\($0)"] } ?? []
    let text = try await tool("sinfo", words + partition, "ask Slurm for its nodes").run().text
    var classes: [String: SlurmNodeClass] = [:]
    var seen: Set<String> = []
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 5, let cpus = Int(parts[1].filter(\.isNumber)),
        let memory = Int(parts[2].filter(\.isNumber)),
        ["idle", "mix", "alloc"].contains(where: { parts[4].hasPrefix($0) }), seen.insert(parts[0]).inserted
      else { continue }
      let key = parts[1...3].joined(separator: "|")
      classes[key, default: SlurmNodeClass(node: parts[0], count: 0, cpus: cpus, memory: memory)].count += 1
    }
    return classes.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Runs a command as a job on a node and waits for its end.
  /// - Parameters:
  ///   - script: of a POSIX shell, without its first line.
  ///   - folder: that the node shares; takes script and output.
  /// - Returns: what it printed.
  /// - Throws: `LabError` when the job is not over within two minutes, or its output does not come back.
  package func run(_ script: String, on node: String, in folder: URL) async throws -> String {
    let (file, output) = (folder.appending(path: "\(node).sh"), folder.appending(path: "\(node).out"))
    do { try Data("#!/bin/sh\n\(script)\n".utf8).write(to: file) } catch {
      throw LabError("cannot write \(file.path): \(error.localizedDescription)")
    }
    let name = "zlab-doctor-\(folder.lastPathComponent)"
    let words = [
      "--wait", "--job-name=\(name)", "--nodelist=\(node)", "--time=5", "--export=PATH,HOME", "--chdir=/",
      "--output=\(output.path)",
    ]
    do {
      _ = try await tool("sbatch", words + options.words + [file.path], "run a job on \(node)").result()
    } catch {
      _ = try? await tool("scancel", ["--quiet", "--name=\(name)"], "cancel jobs").run()
      throw error
    }
    // A network file system may be behind.
    for _ in 0..<10 {
      if let data = FileManager.default.contents(atPath: output.path), !data.isEmpty {
        return String(decoding: data.prefix(1 << 20), as: UTF8.self)
      }
      try await Task.sleep(for: .milliseconds(500))
    }
    throw LabError(
      "the output of a job on \(node) did not appear in \(folder.path)",
      advice: "The folder must be shared by all nodes under the same path; set ZLAB_CACHE.")
  }

  private func tool(_ program: String, _ arguments: [String], _ purpose: String) -> HostTool {
    SlurmQueue(name: "", options: options).tool(program, arguments, purpose)
  }
}
