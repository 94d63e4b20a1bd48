import Foundation
import Model
import Slurm
import Storage

/// Checks of a cluster: a job on one node of each class runs `zlab doctor` there.
/// - Returns: one check for the cluster, and one for each class of nodes.
func clusterChecks(_ options: SlurmOptions, emulator version: String?) async -> [HostCheck] {
  let probe = SlurmProbe(options)
  let classes: [SlurmNodeClass]
  do { classes = try await probe.classes() } catch {
    return [
      HostCheck(
        name: "slurm", ok: false, detail: problem(of: error),
        packages: pathOfTool("sbatch") == nil ? "slurm-client" : nil)
    ]
  }
  let place = options.partition.map { "the partition \($0)" } ?? "the cluster"
  guard !classes.isEmpty else {
    return [HostCheck(name: "slurm", ok: false, detail: "\(place) has no node in service", packages: nil)]
  }
  let count = classes.map(\.count).reduce(0, +)
  var checks = [
    HostCheck(
      name: "slurm", ok: true, detail: "\(count) nodes of \(classes.count) kinds in service in \(place)", packages: nil)
  ]
  let folder = userLocations.batches.appending(path: "doctor-\(UInt32.random(in: 0x1000_0000 ... .max))")
  defer { try? FileManager.default.removeItem(at: folder) }
  do { try makeFolder(folder) } catch {
    return checks + [HostCheck(name: "cache", ok: false, detail: error.problem, packages: nil)]
  }
  for kind in classes { checks.append(await check(kind, probe, folder, version)) }
  return checks
}

private func check(
  _ kind: SlurmNodeClass, _ probe: SlurmProbe, _ folder: URL, _ version: String?
) async -> HostCheck {
  let name = "node \(kind.node)"
  func bad(_ detail: String, _ packages: String? = nil) -> HostCheck {
    HostCheck(name: name, ok: false, detail: detail, packages: packages)
  }
  // A guest of 512 MiB, QEMU and zlab; two vCPUs.
  guard kind.memory >= 812 else { return bad("Slurm has \(kind.memory) MiB for jobs, and a guest needs 812") }
  let program =
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  let text: String
  do {
    text = try await probe.run("exec '\(program)' doctor --executor local --format json", on: kind.node, in: folder)
  } catch { return bad(problem(of: error)) }
  guard let start = text.firstIndex(of: "{"), let data = text[start...].data(using: .utf8),
    let there = try? JSONDecoder().decode(NodeDiagnosis.self, from: data)
  else { return bad("\(program) does not run there: \(text.prefix(200).replacing("\n", with: " "))") }
  let lacking = there.checks.filter { needed.contains($0.name) && !$0.ok }
  guard lacking.isEmpty else {
    return bad(
      lacking.map { "\($0.name): \($0.detail)" }.joined(separator: "; "),
      lacking.compactMap(\.packages).joined(separator: " "))
  }
  let other = there.checks.first { $0.name == "qemu-system-s390x" }?.detail
  guard version == nil || other == version else {
    return bad("QEMU is '\(other ?? "")' there and '\(version ?? "")' here: trials are not counted together")
  }
  return HostCheck(
    name: name, ok: true,
    detail: "and \(kind.count - 1) like it: \(kind.cpus) CPUs, \(kind.memory) MiB, \(other ?? "")", packages: nil)
}

/// Checks that a node must pass to carry out trials.
private let needed: Set<String> = ["qemu-system-s390x", "libvirt"]

private struct NodeDiagnosis: Decodable {
  struct Check: Decodable {
    let name: String
    let ok: Bool
    let detail: String
    let packages: String?
  }
  let checks: [Check]
}

private func problem(of error: any Error) -> String {
  ((error as? LabError)?.problem ?? (error as? RequestError)?.problem ?? "\(error)").replacing("\n", with: " ")
}
